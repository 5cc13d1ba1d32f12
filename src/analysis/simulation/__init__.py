"""A synthetic population with known parameters, in the shape of CBS's tables: for tests, benchmarks and teaching.

Nothing in it is an estimate of the Netherlands; its truth is kept with its tables. Begin with `simulate.simulate` and
`truth.read_truth`, or open the snapshot ``practice``.
"""

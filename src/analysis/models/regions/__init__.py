"""Comparing regions fairly: funnel, shrinkage, ranks, change and background, each with its interval.

A count of a register has no sampling error. Intervals here are of process variation (what the count could have been,
had the same chances worked once more on independent persons) and of rounding; errors of registration are in none.
Begin with `counts.RegionCounts` and `shrinkage.shrink`.
"""

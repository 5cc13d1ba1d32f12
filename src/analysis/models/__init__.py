"""Estimators on top of the measures: each says what it assumes and what its interval means.

Begin with `hypothesis.testing.run_test`; `flows.outflow.fit_outflow`, `duration.hazards.exit_hazards`.
"""

"""Estimators on top of the measures: each says what it assumes and what its interval means."""

"""Estimators on top of the measures: each says what it assumes, what its interval means, and what it cannot do."""

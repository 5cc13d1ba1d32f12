"""Estimators of how long people stay, from stocks and ended spells by duration."""

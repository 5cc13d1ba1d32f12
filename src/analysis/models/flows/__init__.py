"""Estimators of inflow, outflow and return, and of the account of stock and flows."""

"""Slips by name: the mistakes that give exactly what is printed, one module a family, with the odds of each."""

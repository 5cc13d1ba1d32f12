"""The quantities of the workbench and their definitions: caseload, flows, the stock–flow account, duration.

Every measure is a tidy frame: one row a number, with its rounding interval, unit, denominator and source.
"""

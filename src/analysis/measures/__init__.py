"""The quantities of the workbench and their definitions: caseload, flows, the stock–flow account, duration.

Every measure is a tidy frame: one row a number, with its rounding interval, unit, denominator and source.

Begin with `question.read_question` (one measure of one or two groups); `flows.by_year`, `caseload_groups.by_group` and
`duration.longterm_shares` are whole tables.
"""

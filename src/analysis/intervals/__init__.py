"""Numbers that know their range: rounded columns, formulas, comparison and ranks. They know cells, not tables.

A printed number stands for a closed interval: ``value`` as printed, ``lo`` and ``hi`` its ends. What is computed from
printed numbers has the range that their intervals leave it; each of them is one unknown, however often it occurs. Two
forms of that computation, for two uses:

`rounded.Rounded`
    Columns of sums, weighted sums and at most one division: counts, shares, ratios, growth rates, means, contributions.
    Vectorised, in floats, exact to float noise, with units, reasons and status. Measures and models use this one. A
    range that was found in another way enters by `Rounded.of_ranges`.
`formula_range.range_of`
    One formula of any shape (products, several divisions, minima, absolute values) as a tree of `formula.Node`, in
    exact fractions, with the operands at which it has its ends. The register uses this one: its formulas are written
    by hand, and a tie between a printed and a recomputed end decides a verdict.

Both find an end in a corner of the box of intervals: a linear fraction has its extremes in corners
(`linear_fractions`), and so has any formula whose slopes keep their signs; where they do not, the box is cut.
`comparison` says what the ranges of columns decide: higher, lower, equal or undecidable, zero within rounding or not,
and which ranks they leave open.
"""

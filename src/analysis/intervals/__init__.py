"""Numbers that know their range: rounded columns, formulas, comparison and ranks. They know cells, not tables.

A printed number stands for a closed interval: ``value`` as printed, ``lo`` and ``hi`` its ends. What is computed from
printed numbers has the range that their intervals leave it; each of them is one unknown, however often it occurs. An
end lies in a corner of the box of intervals wherever every slope keeps its sign. Two forms, for two uses:

`rounded.Rounded` (measures and models)
    Columns of sums, weighted sums and at most one division: counts, shares, ratios, growth rates, means, contributions.
    Vectorised, in floats, exact to float noise, with units, reasons and status. Ranges found in another way enter by
    `Rounded.of_ranges`; `comparison` says what the ranges decide and which ranks they leave open.
`formula_range.range_of` (the register)
    One formula of any shape (products, several divisions, minima, absolute values) as a tree of `formula.Node`, in
    exact fractions, with the operands at which it has its ends: formulas are written by hand there, and a tie between
    a printed and a recomputed end decides a verdict. Where a slope changes sign the box is cut.
"""

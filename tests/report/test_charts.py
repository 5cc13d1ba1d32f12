"""Charts by class on hand-made frames: what stands where, and what is written beside it."""

import numpy as np
import pandas as pd

from analysis.language.translator import Translator
from analysis.report.charts import by_class, divided_bars

ENGLISH = Translator("en")


def frame(*rows):
    """Return a tidy frame of (team, quantity, value, low, high), under names that the glossary does not know."""
    return pd.DataFrame(rows, columns=["team", "quantity", "value", "value_lo", "value_hi"])


VISITS = frame(
    ("north", "visits_made", 4, 3.5, 4.5), ("south", "visits_made", 10, 9.5, 10.5),
    ("east", "visits_missed", 1.25, 1, 1.5), ("south", "visits_missed", 2, 1.5, 2.5),
)  # fmt: skip


def numbers(axes):
    """Return the text of each number by the row that it stands in."""
    return {round(text.xy[1], 2): text.get_text() for text in axes.texts}


def test_each_bar_stands_in_the_row_of_its_class_and_the_series_in_the_order_that_is_asked_for():
    figure = by_class(VISITS, "team", ["visits_missed", "visits_made"], ENGLISH)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["north", "south", "east"]
    centres = {(round(bar.get_y() + bar.get_height() / 2, 2), bar.get_width()) for bar in axes.patches}
    # two to a row, 0.4 apart: missed first; the order of the classes is that of the frame
    assert centres == {(0.2, 4), (0.8, 2), (1.2, 10), (1.8, 1.25)}
    assert numbers(axes) == {0.2: "4", 0.8: "2.00", 1.2: "10", 1.8: "1.25"}
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["visits made", "visits missed"]
    assert {tuple(x for x, _ in line) for part in axes.collections for line in part.get_segments()} == {
        (3.5, 4.5), (9.5, 10.5), (1, 1.5), (1.5, 2.5),
    }  # fmt: skip


def test_a_class_with_one_mark_has_it_at_its_own_height_with_its_number():
    rows = VISITS[VISITS["quantity"] == "visits_made"].assign(region=["cold", "warm"])
    (axes,) = by_class(rows, "team", ["visits_made"], ENGLISH, "dots", series="region").axes
    assert [tuple(line.get_xydata()[0]) for line in axes.lines] == [(4, 0), (10, 1)]
    assert numbers(axes) == {0: "4", 1: "10"}
    (axes,) = by_class(rows, "team", ["visits_made"], ENGLISH, "process", series="region").axes
    assert not axes.texts


def test_panels_have_their_own_classes_and_one_scale_or_each_its_own():
    rows = VISITS.assign(year=["2023", "2024", "2023", "2024"])
    upper, lower = by_class(rows, "team", ["visits_made", "visits_missed"], ENGLISH, panel="year").axes
    assert [text.get_text() for text in upper.get_yticklabels()] == ["north", "east"]
    assert (upper.texts[-1].get_text(), lower.texts[-1].get_text()) == ("2023", "2024")
    assert upper.get_xlim() == lower.get_xlim()
    upper, lower = by_class(rows, "team", ["visits_made"], ENGLISH, panel="year", one_scale=False).axes
    assert upper.get_xlim()[1] < 10 < lower.get_xlim()[1]


def test_what_has_no_value_or_no_end_is_not_drawn_as_if_it_had():
    rows = frame(("north", "visits_made", np.nan, np.nan, np.nan), ("south", "visits_made", -2, -np.inf, -1))
    (axes,) = by_class(rows, "team", ["visits_made"], ENGLISH).axes
    low = axes.get_xlim()[0]
    assert numbers(axes) == {0: "cannot be determined", 1: "-2"}
    lines = [line for part in axes.collections for line in part.get_segments() if len(line)]
    assert [list(line[:, 0]) for line in lines] == [[low, -1]]  # to the edge: the interval goes on
    assert axes.texts[1].xy[0] == -2
    (axes,) = by_class(rows[:1], "team", ["visits_made"], ENGLISH).axes
    assert not list(axes.get_xticks())
    by_class(rows[:0], "team", ["visits_made"], ENGLISH)


def test_a_bar_is_divided_in_the_order_of_its_parts_with_a_number_where_it_fits():
    widths = pd.DataFrame({"stands": [60.0, 97], "falls": [40.0, 3]}, index=["first", "second"])
    figure = divided_bars(widths, pd.DataFrame({"stands": [6, 97], "falls": [4, 3]}, index=widths.index), ENGLISH)
    (axes,) = figure.axes
    stands, falls = ([(bar.get_x(), bar.get_width()) for bar in bars] for bars in axes.containers)
    assert stands == [(0, 60), (0, 97)]
    assert falls == [(60, 40), (97, 3)]
    written = {(text.get_text(), text.xy[0], text.xy[1]) for text in axes.texts}
    assert written == {("6", 30, "first"), ("4", 80, "first"), ("97", 48.5, "second")}
    assert axes.yaxis_inverted()
    empty = divided_bars(widths[:0], widths[:0], ENGLISH).axes[0]
    assert [text.get_text() for text in empty.texts] == [ENGLISH.word("page", "no_rows")]

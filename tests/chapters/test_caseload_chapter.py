"""The sentences on the groups name the year that the contributions are of."""

import pandas as pd
import pytest

from analysis.chapters.caseload import sentences
from analysis.language.translator import Translator


@pytest.mark.parametrize(
    ("period", "lang", "years"),
    [
        ("2024-12", "nl", "Van december 2023 tot december 2024"),
        ("2024-12", "en", "From December 2023 to December 2024"),
        ("2024Q3", "nl", "Van het 3e kwartaal van 2023 tot het 3e kwartaal van 2024"),
    ],
)
def test_contributions_say_of_which_year_they_are(period, lang, years):
    rows = [
        ("total", "total", "change", 30.0),
        ("sex", "men", "contribution_pp", 2.0),
        ("sex", "women", "contribution_pp", 1.0),
    ]
    frame = pd.DataFrame(rows, columns=["dimension", "group", "quantity", "value"])
    frame = frame.assign(period=period, value_lo=frame["value"], value_hi=frame["value"])
    words = Translator(lang)
    assert sentences.largest_contributions(frame, words).startswith(years)
    assert years.split()[-1] in sentences.contributions_finding(frame, words)
    title, _ = words.figure("caseload_contributions", largest="", **sentences.year_of_change(frame, words))
    assert years.partition(" ")[2] in title

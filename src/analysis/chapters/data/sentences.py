"""The sentence with numbers on the snapshot."""

import pandas as pd

from analysis.language.translator import Translator


def contents(holdings: pd.DataFrame, snapshot: str, translator: Translator) -> str:
    """Return the name of the snapshot, and how many tables and figures it holds."""
    tables, figures = (translator.number(count) for count in (holdings["table"].nunique(), holdings["cells"].sum()))
    return translator.word("texts", "data_contents", snapshot=snapshot, tables=tables, figures=figures)

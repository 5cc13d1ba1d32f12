"""Published numbers in a notebook: a document drafted or checked, the register read, a formula tried in one line."""

from pathlib import Path

import pandas as pd

from analysis.errors import DataError, check_choice, did_you_mean
from analysis.register.cells import Tables
from analysis.register.draft.drafting import make_draft
from analysis.register.draft.keeping import keep as keep_rows
from analysis.register.draft.keeping import ticked
from analysis.register.draft.reading import READERS
from analysis.register.draft.sheet import COLUMNS, Sheet, write_register
from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.register.file_check import register_with_file
from analysis.register.formulas import parse
from analysis.register.rows import finding_rows
from analysis.register.verdicts import recompute
from analysis.workspace import open_snapshot


def read(document: str) -> pd.DataFrame:
    """Return the rows of a document of the register, one a number, in the columns of its file.

    Raises
    ------
    CallError
        When the register has no such document.
    """
    register = read_register()
    check_choice("document", document, register.documents)
    rows = [dict(claim.row) for claim in register.of_document(document)]
    return pd.DataFrame(rows).set_index("claim_id")


def check(path: str | Path, snapshot: str = "published") -> pd.DataFrame:
    """Return a document as a frame: a draft of a PDF, DOCX, HTML or TXT, the verdicts of a file of the register.

    A draft has a row for each number, statement and proposal; put a mark into its column ``keep`` and give it to
    `keep`. ``path`` may also be the id of a document of the register.

    Raises
    ------
    CallError, DataError
        When there is no such file, or it cannot be read; a file of the register with a line for each fault.
    """
    file, tables = Path(path), open_snapshot(snapshot)
    if file.suffix.lower() in READERS and file.suffix.lower() != ".xlsx":
        sheet = make_draft(file, "", read_register(), tables).sheet()
        frame = pd.DataFrame(sheet.rows, columns=list(COLUMNS)).set_index("draft_id")
        frame.attrs["document"] = sheet.document
        return frame
    register = register_with_file(file, open_snapshot("published")) if file.suffix else read_register()
    name = check_choice("document", file.stem if file.suffix else str(path), register.documents)
    return pd.DataFrame(finding_rows(find(register, tables, [name]), register, tables)).set_index("claim_id")


def keep(draft: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Write the ticked rows of a draft as a new file of the register, and return them.

    Raises
    ------
    CallError
        When nothing is ticked, what is ticked is no figure, or the file exists already.
    """
    rows = tuple({name: str(value) for name, value in row.items()} for row in draft.reset_index().to_dict("records"))
    sheet = Sheet(str(draft.attrs.get("document", "")), rows)
    kept = keep_rows(sheet, ticked(sheet))
    write_register(kept.rows, Path(path))
    return pd.DataFrame(kept.rows).set_index("claim_id")


def evaluate(formula: str, snapshot: str = "published") -> pd.DataFrame:
    """Return what a formula gives, as a frame of one row: the number with its range, or whether it holds.

    Parameters
    ----------
    formula : str
        Over numbers of the register (``[fs2024-t1-total-n]``) and cells of tables (``{85585NED | stock | …}``).
    snapshot : str, optional
        Where cells are looked up.

    Raises
    ------
    DataError
        When the formula cannot be read, names what is not there, or has no value.
    """
    register = read_register()
    tree, operands, missing = Tables(open_snapshot(snapshot)).query(parse(formula))
    unknown = [name for name in tree.claims() if name not in register.claims]
    if unknown:
        raise DataError(f"unknown claim [{unknown[0]}]; {did_you_mean(unknown[0], register.claims)}.")
    if missing:
        raise DataError(f"missing: {'; '.join(missing)}.")
    operands |= {name: register.claims[name].interval for name in tree.claims()}
    result = recompute(tree, operands)
    gives = result.truth or float(result.value)
    columns = {"formula": formula, "gives": gives, "from": float(result.lo), "to": float(result.hi)}
    return pd.DataFrame([columns]).set_index("formula")

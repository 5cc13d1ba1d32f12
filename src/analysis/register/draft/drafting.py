"""From a file to a draft: text, numbers, proposals, each tried."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analysis.register.draft.candidate import Candidate
from analysis.register.draft.candidates import candidates_of, slug
from analysis.register.draft.document import Document
from analysis.register.draft.proposals.proposal import Proposal
from analysis.register.draft.proposals.propose import propose
from analysis.register.draft.reading import read_document
from analysis.register.draft.sheet import Sheet, sheet_of
from analysis.register.relations import Register
from analysis.snapshots.store import Snapshot


@dataclass(frozen=True)
class Draft:
    """A document with its numbers and what is proposed for them."""

    document: Document
    candidates: tuple[Candidate, ...]
    proposals: tuple[Proposal, ...]

    @property
    def figures(self) -> list[Candidate]:
        """The numbers that the register should hold."""
        return [each for each in self.candidates if each.is_figure]

    @property
    def contradicted(self) -> list[Proposal]:
        """The proposals that exclude the number they are for: what does not stand, or is not meant so."""
        return [each for each in self.proposals if each.fails]

    def sheet(self, day: date | None = None) -> Sheet:
        """Return the draft as rows."""
        return sheet_of(self.document.name, self.candidates, self.proposals, day or date.today())


def make_draft(path: Path, name: str, register: Register | None, snapshot: Snapshot | None) -> Draft:
    """Return the draft of a file.

    Parameters
    ----------
    path : Path
        A PDF, DOCX, HTML, TXT or XLSX.
    name : str
        The id of the document; rows of the register that have it are not looked at. By default made of the file name.
    register, snapshot
        Other documents and tables in which the numbers are looked for.

    Raises
    ------
    CallError
        In one line, when the file cannot be read.
    """
    document = read_document(path, name or slug(path.stem))
    candidates = candidates_of(document)
    proposals = propose(document, [each for each in candidates if each.is_figure], register, snapshot)
    return Draft(document, tuple(candidates), tuple(proposals))

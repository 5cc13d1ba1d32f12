"""Every proposal for a draft, each tried at once with the register's own evaluation."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from analysis.errors import DataError
from analysis.register.cells import Tables
from analysis.register.claims import Claim
from analysis.register.draft.candidate import Candidate
from analysis.register.draft.document import TABLE, Document
from analysis.register.draft.facts import as_claim, evaluate
from analysis.register.draft.proposals.of_groups import group_ideas
from analysis.register.draft.proposals.of_tables import table_ideas
from analysis.register.draft.proposals.of_text import text_ideas
from analysis.register.draft.proposals.proposal import Idea, Proposal
from analysis.register.draft.proposals.queries import query_proposals
from analysis.register.draft.proposals.repeats import elsewhere_ideas, repeat_ideas
from analysis.register.relations import Register
from analysis.snapshots.store import Snapshot

MOST = 2000
"""Numbers above which only the tables of a document are searched: pairs would take too long, and fit by chance."""


def propose(
    document: Document, figures: Sequence[Candidate], register: Register | None = None, snapshot: Snapshot | None = None
) -> list[Proposal]:
    """Return what is proposed for the numbers of a document, in their order, each formula once.

    Parameters
    ----------
    document : Document
    figures : sequence of Candidate
        The numbers; their ids are the operands of the formulas.
    register : Register, optional
        Other documents. One with the name of this document is left out.
    snapshot : Snapshot, optional
        Tables to look for cells in.
    """
    own = {each.id: as_claim(each, document.name) for each in figures}
    others = {
        name: claim for name, claim in (register.claims.items() if register else ()) if claim.document != document.name
    }
    ideas = list(_ideas(document, figures, own, others))
    found = list(_evaluated(ideas, own, others))
    if snapshot is not None and snapshot.kind != "simulated":
        found += query_proposals(figures, own, Tables(snapshot))
    order = {each.id: index for index, each in enumerate(figures)}
    return sorted(found, key=lambda each: order[each.candidate])


def _ideas(
    document: Document, figures: Sequence[Candidate], own: Mapping[str, Claim], others: Mapping[str, Claim]
) -> Iterator[Idea]:
    in_table: dict[int, list[Candidate]] = defaultdict(list)
    for each in figures:
        if each.row >= 0:
            in_table[each.block].append(each)
    for index, block in enumerate(document.blocks):
        if block.kind == TABLE:
            yield from table_ideas(block, in_table[index], own)
    if len(figures) <= MOST:
        yield from text_ideas(figures, own)
        yield from group_ideas(figures, own)
        yield from repeat_ideas(figures, own)
        yield from elsewhere_ideas(figures, own, others.values())


def _evaluated(ideas: Iterable[Idea], own: Mapping[str, Claim], others: Mapping[str, Claim]) -> Iterator[Proposal]:
    known, met = {**others, **own}, set()
    for idea in ideas:
        try:
            evaluation = evaluate(own[idea.candidate], idea.text, known)
            figures = frozenset(
                {idea.candidate, *evaluation.operands}
            )  # one relation is proposed once, whatever is computed
            if figures in met:
                continue
            evaluation.outcome  # noqa: B018 (a formula without a value raises)
        except (DataError, KeyError, ZeroDivisionError):
            continue
        met.add(figures)
        yield Proposal(idea.candidate, idea.text, idea.rests_on, evaluation)

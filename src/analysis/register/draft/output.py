"""What a draft says on the terminal: how much it found, and what does not stand."""

from collections import Counter
from collections.abc import Iterator

from analysis.register.draft.candidate import STATEMENT
from analysis.register.draft.drafting import Draft
from analysis.register.draft.proposals.proposal import Proposal
from analysis.register.draft.proposals.propose import MOST
from analysis.register.rows import worked

_MOST = 30


def draft_lines(draft: Draft) -> Iterator[str]:
    """Return the lines on a draft: counts, what was left out and why, and the numbers that a proposal excludes."""
    figures, proposals = draft.figures, draft.proposals
    statements = sum(each.kind == STATEMENT and each.value is None for each in draft.candidates)
    of = len({each.candidate for each in proposals})
    yield f"{len(figures)} numbers and {statements} statements; {len(proposals)} derivations proposed for {of} of them"
    if len(figures) > MOST:
        yield f"above {MOST} numbers only tables are searched for what adds up: draft the document in parts for more"
    reasons = Counter(each.reason for each in draft.candidates if each.reason)
    if reasons:
        yield f"left out: {', '.join(f'{times} × {reason}' for reason, times in reasons.most_common())}"
    failing = draft.contradicted
    if failing:
        wrong = len({each.candidate for each in failing})
        yield f"{wrong} numbers that something proposed contradicts (it proves nothing before a person keeps it):"
    of_id = {each.id: each for each in figures}
    for each in failing[:_MOST]:
        figure = of_id[each.candidate]
        yield f"  {figure.id}  {figure.printed}  p. {figure.page}, {figure.location[:50]}: {contradiction(each)}"
    if len(failing) > _MOST:
        yield f"  … and {len(failing) - _MOST} more in the draft"


def contradiction(proposal: Proposal) -> str:
    """Return what a proposal gives in place of the number, worked out, and what it rests on."""
    result = proposal.evaluation.result
    return f"{worked(proposal.evaluation)} = {float(result.value):.6g} ({proposal.rests_on})"

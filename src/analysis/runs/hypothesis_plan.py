"""A hypothesis as it was asked, before any figure: what is registered, and what identifies it."""

from dataclasses import asdict, dataclass
from typing import Any

from analysis.errors import CallError, check_choice
from analysis.files import content_digest
from analysis.measures.comparison import compared_groups, log_key
from analysis.measures.question import check_measure
from analysis.models.dispersion import check_confidence
from analysis.models.hypothesis.series import TESTS
from analysis.models.hypothesis.testing import ALTERNATIVES

_LONGEST = 500
"""Characters of a hypothesis."""


def check_hypothesis(text: str) -> str:
    """Return a hypothesis on one line; raise a CallError for one that is empty or very long."""
    line = " ".join(text.split())
    if not line or len(line) > _LONGEST:
        raise CallError(f"hypothesis: expected a statement of 1 to {_LONGEST} characters, found {len(line)}.")
    return line


@dataclass(frozen=True)
class HypothesisPlan:
    """A hypothesis with the question that it is tested by, as given: empty ends are as far as the figures go."""

    hypothesis: str
    measure: str
    groups: str
    start: str
    end: str
    test: str
    alternative: str
    confidence: float

    def __post_init__(self) -> None:
        check_hypothesis(self.hypothesis)
        check_measure(self.measure)
        compared_groups(self.measure, self.groups)
        check_choice("test", self.test, TESTS)
        check_choice("alternative", self.alternative, ALTERNATIVES)
        check_confidence(self.confidence)

    @property
    def content(self) -> dict[str, Any]:
        """The plan as it is written down: spaces do not matter, the order of the groups does."""
        dimension, groups = compared_groups(self.measure, self.groups)
        return asdict(self) | {"hypothesis": check_hypothesis(self.hypothesis), "groups": [dimension, *groups]}

    @property
    def digest(self) -> str:
        """The SHA-256 of the plan: whoever has it can show later that the plan was not changed."""
        return content_digest(self.content)

    @property
    def log_key(self) -> str:
        """What two looks at the same question share."""
        dimension, groups = compared_groups(self.measure, self.groups)
        return log_key(self.measure, dimension, tuple(groups), self.test)

"""A proposed derivation: a formula or query, what it rests on, and what came of it."""

from dataclasses import dataclass

from analysis.register.relations import Evaluation
from analysis.register.verdicts import EXCLUDED, HOLDING


@dataclass(frozen=True)
class Proposal:
    """A derivation that is proposed for a candidate.

    ``rests_on`` says in words why it is proposed. It counts for nothing before a person keeps it.
    """

    candidate: str
    text: str
    rests_on: str
    evaluation: Evaluation

    @property
    def method(self) -> str:
        """``formula`` or ``query``."""
        return self.evaluation.method

    @property
    def outcome(self) -> str:
        """What it says of the number, as the register's verdicts name it."""
        return self.evaluation.outcome

    @property
    def holds(self) -> bool:
        """Whether the number follows."""
        return self.outcome in HOLDING

    @property
    def fails(self) -> bool:
        """Whether the number is excluded."""
        return self.outcome == EXCLUDED

    @property
    def figures(self) -> frozenset[str]:
        """The candidate and all that it is computed from."""
        return frozenset({self.candidate, *self.evaluation.operands})


@dataclass(frozen=True)
class Idea:
    """A formula for a candidate before it is tried."""

    candidate: str
    text: str
    rests_on: str

"""How many people came to each step of a study, as CONSORT counts them, over all arms together.

Decides what is counted; counts by arm are the trial engine's, after unblinding.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from backloop.units import Text
from backloop.web.people.models import Participation
from backloop.web.research.models import Step
from backloop.web.research.steps import EXCLUSIONS, WITHDRAWALS

__all__ = ["StudyCounts", "count_participants"]


@dataclass(frozen=True)
class StudyCounts:
    """People by step; reasons with their counts, the most frequent first.

    Examples
    --------
    >>> StudyCounts(assessed=3, excluded=1, consented=2, allocated=2, withdrawn=0, completed=1).following
    1
    """

    assessed: int
    excluded: int
    consented: int
    allocated: int
    withdrawn: int
    completed: int
    exclusions: tuple[tuple[Text, int], ...] = ()
    withdrawals: tuple[tuple[Text, int], ...] = ()

    @property
    def following(self) -> int:
        """How many are in the trial now."""
        return self.allocated - self.withdrawn - self.completed


def count_participants(parts: Sequence[Participation]) -> StudyCounts:
    """Count participants by how far they came.

    Parameters
    ----------
    parts : sequence of Participation
        Those somebody reaches.

    Returns
    -------
    StudyCounts
        Who withdrew before allocation counts as not included.
    """
    steps = Step.objects.filter(participation__in=[part.pk for part in parts])
    passed: dict[int, set[str]] = {part.pk: {part.state} for part in parts}
    for participation, state in steps.values_list("participation", "state"):
        passed[participation].add(state)
    in_trial = {pk for pk, states in passed.items() if states & {"allocated", "completed"}}
    out = [part for part in parts if part.state in {"excluded", "withdrawn"} and part.pk not in in_trial]
    left = [part for part in parts if part.state == "withdrawn" and part.pk in in_trial]
    return StudyCounts(
        assessed=len(parts),
        excluded=len(out),
        consented=sum(bool(states & {"consented", "allocated", "completed"}) for states in passed.values()),
        allocated=len(in_trial),
        withdrawn=len(left),
        completed=sum(part.state == "completed" for part in parts),
        exclusions=_reasons(out),
        withdrawals=_reasons(left),
    )


def _reasons(parts: Sequence[Participation]) -> tuple[tuple[Text, int], ...]:
    known = EXCLUSIONS | WITHDRAWALS
    counted = Counter(part.reason for part in parts)
    unsaid = Text(en="no reason given", zh="未说明原因")
    return tuple((known.get(reason, unsaid), count) for reason, count in counted.most_common())

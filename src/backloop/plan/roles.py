"""What each treatment may be for one person: the rules in their fixed order, put together.

Decides roles; the rules are in `rules`, and what of the possible is chosen, the last rule, is decided in `choice`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from types import MappingProxyType

from backloop.library import Intervention
from backloop.plan.cases import Case
from backloop.plan.plans import Reason, Role, Rule, Step
from backloop.plan.rules import (
    judge_evidence,
    judge_guidelines,
    judge_mechanism,
    judge_preference,
    judge_resources,
    judge_safety,
)

__all__ = ["RULES", "Assessment", "assess", "assess_all"]

RULES: Mapping[Rule, Callable[[Intervention, Case], Step]] = MappingProxyType(
    {
        Rule.SAFETY: judge_safety,
        Rule.EVIDENCE: judge_evidence,
        Rule.GUIDELINES: judge_guidelines,
        Rule.MECHANISM: judge_mechanism,
        Rule.PREFERENCE: judge_preference,
        Rule.RESOURCES: judge_resources,
    }
)
"""The rules that look at one treatment, in order; the seventh, burden, looks at all of them together."""

_MAY_BE_CHOSEN = frozenset({Role.CORE, Role.ADJUNCT, Role.RESEARCH_ONLY})


@dataclass(frozen=True, slots=True)
class Assessment:
    """One treatment for one person: its role, and a step for each rule.

    Examples
    --------
    >>> Assessment(Role.ADJUNCT, ()).may_be_chosen
    True
    """

    role: Role
    steps: tuple[Step, ...]

    @property
    def may_be_chosen(self) -> bool:
        """Whether its role allows it and no rule leaves it out."""
        return self.role in _MAY_BE_CHOSEN and all(step.outcome != "leaves out" for step in self.steps)

    @property
    def deciding(self) -> tuple[Reason, ...]:
        """The reasons of the steps that keep it from being chosen."""
        below = self.role not in {Role.CORE, Role.ADJUNCT}
        return tuple(
            reason
            for step in self.steps
            if step.outcome == "leaves out" or (below and step.at_most is self.role)
            for reason in step.reasons
        )

    def reasons_of(self, rule: Rule) -> tuple[Reason, ...]:
        """Give the reasons of one rule."""
        return next(step.reasons for step in self.steps if step.rule is rule)


def assess(book: Intervention, case: Case) -> Assessment:
    """Hold one treatment against every rule.

    Parameters
    ----------
    book : Intervention
        The treatment.
    case : Case
        The person.

    Returns
    -------
    Assessment
        The role is the lowest that any rule allows.

    Notes
    -----
    The order is the order of the reasons: what comes first is told first. Since a role is the lowest of the ceilings,
    one more contraindication, result against or guideline against never raises it.

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.plan.answers import Standing
    >>> from backloop.plan.plans import Status
    >>> from backloop.plan.safety import Screening
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> case = Case.of(Standing({}), nothing)
    >>> assess(Library.packaged().intervention("resolve"), case).role.value
    'core'
    """
    steps = tuple(judge(book, case) for judge in RULES.values())
    return Assessment(reduce(Role.held_to, (step.at_most for step in steps)), steps)


def assess_all(books: Iterable[Intervention], case: Case) -> tuple[dict[str, Assessment], Case]:
    """Hold every treatment against every rule, the core first, because others may take its place.

    Parameters
    ----------
    books : iterable of Intervention
        The treatments.
    case : Case
        The person.

    Returns
    -------
    assessments : dict of str to Assessment
        By treatment id.
    case : Case
        The same, knowing whether a core treatment is possible.

    Examples
    --------
    >>> from backloop.plan.answers import Standing
    >>> from backloop.plan.plans import Status
    >>> from backloop.plan.safety import Screening
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> assess_all([], Case.of(Standing({}), nothing))[1].has_core
    False
    """
    books = tuple(books)
    core = {book.id: assess(book, case) for book in books if book.role == "core"}
    case = replace(case, has_core=any(found.role is Role.CORE and found.may_be_chosen for found in core.values()))
    return core | {book.id: assess(book, case) for book in books if book.id not in core}, case

"""One person as the rules and the choice see them: answers, safety, findings, pacing, wishes, decisions.

Decides what is looked at; what follows from it is decided in `rules` and `choice`.
"""

from dataclasses import dataclass

from backloop.library import Intervention, Library
from backloop.plan.answers import RecordedDecision, Standing, Wishes
from backloop.plan.pacing import Mode
from backloop.plan.safety import Screening
from backloop.profile import Support, Verdict

__all__ = ["Case", "match"]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one person that the rules and the choice look at.

    `has_core` says whether a core treatment is possible, so that nothing has to take its place.

    Examples
    --------
    >>> from backloop.plan.plans import Status
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> Case.of(Standing({"preferences_01": 0}), nothing).practises
    False
    """

    library: Library
    standing: Standing
    screening: Screening
    supports: tuple[Support, ...]
    mode: Mode
    wishes: Wishes
    decision: RecordedDecision
    has_core: bool = True

    @staticmethod
    def of(
        standing: Standing,
        screening: Screening,
        *,
        supports: tuple[Support, ...] = (),
        mode: Mode = "time-contingent",
        library: Library | None = None,
    ) -> "Case":
        """Put together what is known of a person, with their wishes and the recorded decision."""
        wishes, decision = Wishes.of(standing), RecordedDecision.of(standing)
        return Case(library or Library.packaged(), standing, screening, supports, mode, wishes, decision)

    @property
    def practises(self) -> bool:
        """Whether any practice at home is possible."""
        return self.wishes.willing != 0 and self.wishes.minutes != 0


def match(book: Intervention, case: Case) -> tuple[Support, ...]:
    """Find the mechanisms a treatment acts on that the findings support or call possible.

    Parameters
    ----------
    book : Intervention
        The treatment.
    case : Case
        The person.

    Returns
    -------
    tuple of Support
        In the profile's order.

    Examples
    --------
    >>> from backloop.plan.plans import Status
    >>> nothing = Screening(status=Status.PROCEED, reasons=(), alerts=(), cautions={})
    >>> match(Library.packaged().intervention("resolve"), Case.of(Standing({}), nothing))
    ()
    """
    aims = {link.mechanism for link in book.acts_on}
    leaning = (Verdict.SUPPORTED, Verdict.POSSIBLE)
    return tuple(found for found in case.supports if found.mechanism in aims and found.verdict in leaning)

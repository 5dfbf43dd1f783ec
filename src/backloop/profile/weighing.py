"""From measures to a profile: each mechanism's findings, what they say, and what to test next.

Decides which measures count as of a visit; it selects no treatment, and no effect modifier selects anybody.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from backloop.errors import MeasureError
from backloop.library import Library
from backloop.measure import Because, Measure, Measures, software_version
from backloop.profile.clues import ReadyMechanism, finding_on, known_from, mechanisms_of
from backloop.profile.gaps import Weighed, next_tests
from backloop.profile.profiles import Finding, Profile, Support, Verdict
from backloop.profile.reasons import deciding, reason_for
from backloop.profile.weights import verdict_of
from backloop.units import Certainty, Scale

__all__ = ["infer"]

_LEAST_SURE_FIRST = (Certainty.UNRATED, Certainty.VERY_LOW, Certainty.LOW, Certainty.MODERATE, Certainty.HIGH)


def infer(measures: Measures, *, session_id: str | None = None, library: Library | None = None) -> Profile:
    """Weigh what speaks for and against each mechanism that may keep a person's back painful.

    Parameters
    ----------
    measures : Measures
        One person's measures over all visits.
    session_id : str, optional
        The visit as of which the profile is drawn; the latest where not given.
    library : Library, optional
        Where the mechanisms stand; the packaged library where not given.

    Returns
    -------
    Profile
        Every mechanism with verdict, reason and findings; up to five tests that could tell more; and the panel: for
        every measure its latest value at or before the visit.

    Raises
    ------
    MeasureError
        If there is no such visit.
    UnknownBook
        If a mechanism leans on a book that no shelf holds.

    Notes
    -----
    The rule is ordinal (see `verdict_of`): one strong finding, or two moderate ones from different books, support a
    mechanism unless a strong one speaks against it. A finding whose limit was not verified counts one step less. A
    marker on whose meaning studies disagree is shown and never counted. A verdict is not a diagnosis.

    References
    ----------
    backloop-convention

    Examples
    --------
    >>> from backloop.measure import Because, Measures
    >>> from backloop.record import Session
    >>> nothing = Measures(
    ...     participant_id="sub-01",
    ...     sessions=(Session(session_id="ses-01", order=1),),
    ...     because=Because(edition="2026-11-22", software="0.1.0"),
    ... )
    >>> {support.verdict.value for support in infer(nothing).supports}
    {'cannot say'}
    """
    library = Library.packaged() if library is None else library
    session_id, panel = _panel(measures, session_id)
    mechanisms = mechanisms_of(library)
    known = known_from(panel, _scales(library))
    supports, weighed = [], []
    for ready in mechanisms:
        findings = tuple([finding_on(clue, known) for clue in ready.clues])
        weights = tuple([clue.weights[found.direction] for clue, found in zip(ready.clues, findings, strict=True)])
        verdict = verdict_of(weights)
        weighed.append(Weighed(ready, weights, verdict))
        supports.append(_support(ready, findings, verdict))
    return Profile(
        participant_id=measures.participant_id,
        is_made_up=measures.is_made_up,
        session_id=session_id,
        supports=tuple(supports),
        next_tests=next_tests(weighed, known, library=library),
        panel=panel,
        because=Because(
            edition=library.edition,
            software=software_version(),
            books=_books(mechanisms, measures),
            observations=tuple(dict.fromkeys([seen for measure in panel for seen in measure.because])),
        ),
    )


def _panel(measures: Measures, session_id: str | None) -> tuple[str, tuple[Measure, ...]]:
    """Find the visit and the latest measure of each kind at or before it; one with a value comes before one without."""
    visits = sorted(measures.sessions, key=lambda visit: (visit.order, visit.session_id))
    names = [visit.session_id for visit in visits]
    if session_id is None and names:
        session_id = names[-1]
    if session_id is None or session_id not in names:
        message = f"expected one of the visits {', '.join(names) or '(there is none)'}; got '{session_id}'"
        raise MeasureError(message)
    place = {name: number for number, name in enumerate(names[: names.index(session_id) + 1])}
    latest: dict[str, tuple[tuple[bool, int], Measure]] = {}
    for measure in measures.measures:
        if measure.session_id in place:
            rank = (measure.value is not None, place[measure.session_id])
            if measure.id not in latest or rank > latest[measure.id][0]:
                latest[measure.id] = (rank, measure)
    return session_id, tuple([measure for _, measure in latest.values()])


@lru_cache(maxsize=64)
def _scales(library: Library) -> Mapping[str, Scale]:
    return {name: scale for ready in mechanisms_of(library) for name, scale in ready.scales.items()}


def _support(ready: ReadyMechanism, findings: tuple[Finding, ...], verdict: Verdict) -> Support:
    decided = [finding.certainty for finding in deciding(verdict, findings)]
    return Support(
        mechanism=ready.book.id,
        title=ready.book.title,
        plain=ready.book.plain,
        group=ready.book.group,
        verdict=verdict,
        reason=reason_for(verdict, findings, ready.against_labels),
        findings=findings,
        settles=ready.book.settles,
        certainty=min(decided, key=_LEAST_SURE_FIRST.index, default=Certainty.UNRATED),
    )


def _books(mechanisms: Iterable[ReadyMechanism], measures: Measures) -> tuple[str, ...]:
    own = [f"mechanisms/{ready.book.id}@{ready.book.version}" for ready in mechanisms]
    return (*own, *measures.because.books)

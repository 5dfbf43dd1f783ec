"""Writing a letter about a person: which nouns it is given, for whom, in which language.

Decides the order of what is said; the sentences are the books', the verdicts the nouns'.
"""

from collections.abc import Sequence
from typing import TypeVar

from markupsafe import Markup

from backloop.errors import NothingToRead, UnknownReader
from backloop.follow import Course
from backloop.letters.pages import render_page
from backloop.letters.panels import course_picture, main_outcomes
from backloop.letters.pictures import Reader, plan_picture, profile_picture
from backloop.library import Library
from backloop.measure import Measures
from backloop.plan import Plan
from backloop.profile import Profile, Verdict
from backloop.train import Programme
from backloop.units import Language

__all__ = ["Noun", "letter"]

Noun = Measures | Profile | Plan | Programme | Course
"""What a letter can be about."""

NounT = TypeVar("NounT", Measures, Profile, Plan, Programme, Course)


def letter(
    about: Noun | Sequence[Noun], *, reader: Reader = "patient", lang: Language = "en", library: Library | None = None
) -> str:
    """Write a letter to a patient or a clinician about any nouns of one person.

    Parameters
    ----------
    about : Measures, Profile, Plan, Programme or Course, or a sequence of them
        At most one of each kind, all of the same person; the order does not matter.
    reader : str
        ``patient`` for plain words, ``clinician`` for values, evidence and sources.
    lang : str
        ``en`` or ``zh`` (simplified Chinese).
    library : Library, optional
        Where sources and the topics of questions are looked up; the packaged library where not given.

    Returns
    -------
    str
        One HTML document that needs nothing from outside and prints on A4.

    Raises
    ------
    UnknownReader
        If the reader or the language does not exist.
    NothingToRead
        If there is no noun, two of a kind, or nouns of different people.

    Notes
    -----
    A plan that says *refer* puts what to do now before everything else, and tells the patient nothing about the profile
    yet; one that *cannot say* is marked provisional and lists what must be asked. Everything a person wrote is escaped.

    Examples
    --------
    >>> from backloop import infer, score
    >>> from backloop.record import make_person
    >>> "About your back" in letter(infer(score(make_person(seed=1))))
    True
    """
    if reader not in {"patient", "clinician"} or lang not in {"en", "zh"}:
        message = f"no letter for reader '{reader}' in '{lang}'; readers are patient and clinician, languages en and zh"
        raise UnknownReader(message)
    nouns = list(about) if isinstance(about, Sequence) else [about]
    _check(nouns)
    library = library or Library.packaged()
    course = _only(nouns, Course)
    return render_page(
        f"{reader}.html",
        lang,
        library=library,
        shown=() if course is None else main_outcomes(course),
        person=nouns[0].participant_id,
        is_made_up=any(noun.is_made_up for noun in nouns),
        edition=nouns[-1].because.edition,
        software=nouns[-1].because.software,
        books=tuple(dict.fromkeys(book for noun in nouns for book in noun.because.books)),
        pictures=_pictures(nouns, reader, lang, library),
        measures=_only(nouns, Measures),
        profile=_only(nouns, Profile),
        plan=_only(nouns, Plan),
        programme=_only(nouns, Programme),
        course=course,
    )


def _check(nouns: Sequence[object]) -> None:
    kinds = [type(noun).__name__ for noun in nouns]
    people = {noun.participant_id for noun in nouns if isinstance(noun, Noun)}
    strangers = [kind for kind, noun in zip(kinds, nouns, strict=True) if not isinstance(noun, Noun)]
    if strangers or len(set(kinds)) != len(kinds) or len(people) != 1:
        got = f"{', '.join(kinds) or 'nothing'}, of {len(people)} people"
        message = f"a letter needs Measures, Profile, Plan, Programme or Course, one each, of one person; it got {got}"
        raise NothingToRead(message)


def _only(nouns: Sequence[Noun], kind: type[NounT]) -> NounT | None:
    return next((noun for noun in nouns if isinstance(noun, kind)), None)


def _pictures(nouns: Sequence[Noun], reader: Reader, lang: Language, library: Library) -> dict[str, Markup]:
    """Draw what there is to draw; what says nothing has no picture."""
    profile, plan, course = _only(nouns, Profile), _only(nouns, Plan), _only(nouns, Course)
    drawn = {}
    if profile is not None and any(support.verdict != Verdict.CANNOT_SAY for support in profile.supports):
        drawn["profile"] = profile_picture(profile, reader=reader, lang=lang, library=library)
    if plan is not None and any(prescription.stages for prescription in plan.prescriptions):
        drawn["plan"] = plan_picture(plan, programme=_only(nouns, Programme), lang=lang)
    if course is not None and main_outcomes(course):
        drawn["course"] = course_picture(course, lang=lang)
    return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704 - our own SVG; its texts are escaped there

"""The pictures of a person's profile, plan and course, kept like the nouns they are drawn from.

Decides when a picture is drawn: by the job that follows an answer, or when a page needs it sooner; how it looks is
decided by the letters.
"""

from collections.abc import Collection
from functools import partial
from hashlib import sha256

from backloop.letters import course_picture, guideline_picture, plan_picture, profile_picture
from backloop.library import Intervention
from backloop.plan import Plan
from backloop.profile import Verdict
from backloop.units import Language
from backloop.web.store.events import library_in_use
from backloop.web.store.nouns import Nouns

__all__ = ["books_of", "draw_ahead", "draw_course", "draw_guidelines", "draw_profile", "draw_weeks"]


def draw_profile(nouns: Nouns, session_id: str, lang: Language) -> str:
    """Give the picture of the profile at a visit.

    Parameters
    ----------
    nouns : Nouns
        Whose.
    session_id : str
        The visit.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        An SVG element; empty where nothing can be said of any mechanism.
    """
    profile = nouns.profile(session_id)
    if profile is None or all(support.verdict is Verdict.CANNOT_SAY for support in profile.supports):
        return ""
    draw = partial(profile_picture, profile, lang=lang, library=library_in_use())
    return nouns.drawing(f"profile {session_id} {lang}", draw)


def draw_weeks(nouns: Nouns, session_id: str, lang: Language) -> str:
    """Give the picture of the proposed plan's stages over the weeks.

    Parameters
    ----------
    nouns : Nouns
        Whose.
    session_id : str
        The visit.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        An SVG element; empty where nothing that is proposed has stages.
    """
    plan = nouns.plan(session_id)
    if plan is None or not any(each.stages for each in plan.prescriptions):
        return ""
    return nouns.drawing(f"weeks {session_id} {lang}", partial(plan_picture, plan, lang=lang))


def draw_guidelines(nouns: Nouns, session_id: str, lang: Language) -> str:
    """Give the picture of what guidelines say of each proposed treatment.

    Parameters
    ----------
    nouns : Nouns
        Whose.
    session_id : str
        The visit.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        An SVG element; empty where nothing is proposed.
    """
    plan = nouns.plan(session_id)
    books = books_of(plan) if plan is not None else []
    if not books:
        return ""
    return nouns.drawing(f"guidelines {session_id} {lang}", partial(guideline_picture, books, lang=lang))


def draw_course(nouns: Nouns, signed: Collection[str], lang: Language) -> str:
    """Give the picture of the course.

    Parameters
    ----------
    nouns : Nouns
        Whose.
    signed : collection of str
        The visits at which a plan was signed.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        An SVG element; empty where there is no outcome.
    """
    course, marked = nouns.course, sorted(signed)
    if course is None or not course.outcomes:
        return ""
    # A signature is no event of the record, so it belongs to the picture's name.
    named = sha256(" ".join(marked).encode()).hexdigest()[:16]
    return nouns.drawing(f"course {named} {lang}", partial(course_picture, course, signed=marked, lang=lang))


def draw_ahead(nouns: Nouns, signed: Collection[str], lang: Language) -> None:
    """Draw every picture of the latest visit, so that nobody waits for them when a page is opened.

    Parameters
    ----------
    nouns : Nouns
        Whose.
    signed : collection of str
        The visits at which a plan was signed.
    lang : str
        ``en`` or ``zh``.
    """
    if nouns.record is None:
        return
    at = nouns.record.sessions[-1].session_id
    for draw in (draw_profile, draw_weeks, draw_guidelines):
        draw(nouns, at, lang)
    draw_course(nouns, signed, lang)


def books_of(plan: Plan) -> list[Intervention]:
    """Give the books of what a plan proposes.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    list of Intervention
        Those the library still holds.
    """
    shelf = library_in_use().shelf("interventions")
    return [shelf[each.intervention] for each in plan.prescriptions if each.intervention in shelf]

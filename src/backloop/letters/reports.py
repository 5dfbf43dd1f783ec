"""The report about a group of people: counts, means, and what the data cannot say.

Decides what such a report shows; it compares no groups, for that is a trial's work.
"""

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from backloop.errors import NothingToRead, UnknownReader
from backloop.letters.pages import render_page
from backloop.letters.panels import means_picture
from backloop.letters.tallies import CohortTally
from backloop.library import Library
from backloop.record import Problem
from backloop.units import Language

__all__ = ["cohort_report"]

_MOST_PROBLEMS = 100


def cohort_report(
    tally: CohortTally, *, problems: Sequence[Problem] = (), lang: Language = "en", library: Library | None = None
) -> str:
    """Write a report about a group of people, with what its data cannot say.

    Parameters
    ----------
    tally : CohortTally
        The sums over the people.
    problems : sequence of Problem
        What could not be read; the first hundred are listed, all are counted.
    lang : str
        ``en`` or ``zh``.
    library : Library, optional
        The packaged library where not given.

    Returns
    -------
    str
        One HTML document that needs nothing from outside and prints on A4.

    Raises
    ------
    UnknownReader
        If the language does not exist.
    NothingToRead
        If nobody was counted.

    Notes
    -----
    Means have 95 % intervals from the t distribution. Values on different scales are never averaged together. Groups
    stand side by side; a difference between them is not tested here.

    Examples
    --------
    >>> from backloop import score
    >>> from backloop.record import make_person
    >>> tally = CohortTally()
    >>> person = make_person(seed=1)
    >>> tally.add(person, score(person))
    >>> "People" in cohort_report(tally)
    True
    """
    if lang not in {"en", "zh"}:
        message = f"no report in '{lang}'; the languages are en and zh"
        raise UnknownReader(message)
    if tally.because is None:
        message = "a report needs at least one person; add people to the tally first"
        raise NothingToRead(message)
    means = {ruler: list(those) for ruler, those in groupby(tally.group_means(), key=lambda mean: mean.ruler)}
    drawn = [mean for ruler, those in means.items() if tally.outcomes[ruler] for mean in those]
    return render_page(
        "cohort.html",
        lang,
        library=library or Library.packaged(),
        tally=tally,
        means=means,
        problems=problems[:_MOST_PROBLEMS],
        problem_count=len(problems),
        picture=Markup(means_picture(drawn, tally.titles, lang=lang)) if drawn else None,  # noqa: S704 - our own SVG
        is_made_up=tally.made_up > 0,
        edition=tally.because.edition,
        software=tally.because.software,
    )

"""Pages about evidence: all that is known of one treatment, and the synthesis of a person's own table.

Decides which pictures, tables and cautions stand on such a page; it concludes nothing that the nouns do not say.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from backloop.errors import TrialError
from backloop.letters.effectrows import effect_words, p_words
from backloop.letters.forests import evidence_picture, forest_picture, reference_picture
from backloop.letters.funnels import funnel_picture
from backloop.letters.guidance import guideline_picture
from backloop.letters.nets import league_picture, network_picture, rank_picture
from backloop.letters.pages import render_page
from backloop.letters.wording import Words
from backloop.library import Intervention, Library
from backloop.measure import software_version
from backloop.plan import find_conflicts
from backloop.synthesis import (
    BookedEffect,
    ComparedNetwork,
    NetworkEffect,
    Pooled,
    Studies,
    gather_evidence,
    lay_funnel,
    leave_one_out,
    rank_check,
    small_study_check,
    trim_and_fill,
)
from backloop.units import Interval, Language, Text

__all__ = ["evidence_page", "network_page", "pooling_notes", "synthesis_page"]

_FEWEST = 3  # studies below which nothing can be left out or checked for asymmetry


class _Told(NamedTuple):
    effect: BookedEffect
    words: str


class _EvidencePanel(NamedTuple):
    title: str
    picture: Markup
    caption: str
    rows: list[_Told]
    answers: list[Text]


class _Panel(NamedTuple):
    title: str
    picture: Markup
    caption: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: list[str]


def evidence_page(book: Intervention, *, lang: Language = "en", library: Library | None = None) -> str:
    """Write what is known of one treatment: effects by outcome, conflicts, guidelines and harms.

    Parameters
    ----------
    book : Intervention
        The treatment.
    lang : str
        ``en`` or ``zh``.
    library : Library, optional
        Where sources are looked up; the packaged library where not given.

    Returns
    -------
    str
        One HTML document that needs nothing from outside and prints on A4.

    Examples
    --------
    >>> from backloop.library import Library
    >>> "Forest plot" in evidence_page(Library.packaged().intervention("resolve"))
    True
    """
    words, found, books = Words(lang), gather_evidence(book.evidence), library or Library.packaged()
    panels = [
        _EvidencePanel(
            title=f"{words(f'domain.{group.domain}')}{words('number.dash')}{words(f'axis.{group.unit}')}",
            picture=_svg(evidence_picture(group, lang=lang, name=f"forest-{place}")),
            caption=words("dossier.forest-caption", unit=words(f"axis.{group.unit}")),
            rows=[_tell(each, words) for each in group.effects],
            answers=[one.pooled.text for one in group.pooled],
        )
        for place, group in enumerate(found.groups)
    ]
    return render_page(
        "evidence.html",
        lang,
        library=books,
        book=book,
        panels=panels,
        told=found.undrawn,
        conflicts=find_conflicts(book),
        guideline_picture=_svg(guideline_picture([book], lang=lang)),
        is_made_up=False,
        edition=books.edition,
        software=software_version(),
    )


def synthesis_page(studies: Studies, pooled: Pooled, *, title: str, lang: Language = "en") -> str:
    """Write the pooling of one table: forest plot, each study's share, and the checks of small studies.

    Parameters
    ----------
    studies : Studies
        What was pooled.
    pooled : Pooled
        The answer of `pool` to these studies.
    title : str
        What was compared, in the reader's words.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        One HTML document that needs nothing from outside.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import pool, read_studies
    >>> rows = {"study": ["A", "B"], "estimate": [-1.0, -0.4], "standard_error": [0.5, 0.3]}
    >>> studies = read_studies(pd.DataFrame(rows), better="low")
    >>> "Forest plot" in synthesis_page(studies, pool(studies), title="walking")
    True
    """
    words = Words(lang)
    panels = [_forest_panel(studies, pooled, words, title=title)]
    notes = pooling_notes(studies, pooled, lang=lang)
    if len(studies.labels) >= _FEWEST:
        panels.append(_funnel_panel(studies, pooled, words, notes))
    return _page(panels, pooled.text, title=title, lang=lang)


def pooling_notes(studies: Studies, pooled: Pooled, *, lang: Language = "en") -> list[str]:
    """Say in sentences what the checks of small studies found, or why they say nothing.

    Parameters
    ----------
    studies : Studies
        What was pooled.
    pooled : Pooled
        The answer of `pool`, whose method trim-and-fill follows.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    list of str
        One sentence a check; a caution last, where there are few studies.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import pool, read_studies
    >>> rows = {"study": ["A", "B"], "estimate": [-1.0, -0.4], "standard_error": [0.5, 0.3]}
    >>> studies = read_studies(pd.DataFrame(rows), better="low")
    >>> pooling_notes(studies, pool(studies))
    ['2 studies that are too few or too much alike: the checks of small studies say nothing.']
    """
    words = Words(lang)
    try:
        egger, begg = small_study_check(studies), rank_check(studies)
        filled = trim_and_fill(studies, method=pooled.method, uncertainty=pooled.uncertainty)
    except TrialError:
        return [words("dossier.unchecked", count=len(studies.labels))]
    result = _result(words, filled.pooled.estimate, filled.pooled.interval, pooled.unit)
    notes = [
        words("dossier.egger", p=p_words(egger.p)),
        words("dossier.begg", tau=words.average(begg.tau), p=p_words(begg.p)),
        words("dossier.filled", count=len(filled.filled), result=result),
    ]
    return [*notes, words("dossier.caution", caution=egger.caution.say(lang))] if egger.caution else notes


def network_page(network: ComparedNetwork, *, title: str, lang: Language = "en") -> str:
    """Write the comparison of a network: who was compared, effects, league, consistency and ranks.

    Parameters
    ----------
    network : ComparedNetwork
        What `compare_network` gave.
    title : str
        What was compared, in the reader's words.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        One HTML document that needs nothing from outside.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import compare_network, read_network
    >>> rows = pd.DataFrame({"study": ["A", "B"], "treatment": ["walk", "swim"], "comparator": "rest",
    ...                      "estimate": [-1.0, -0.5], "standard_error": [0.3, 0.4]})
    >>> found = compare_network(read_network(rows, better="low"), method="fixed")
    >>> "League table" in network_page(found, title="pain")
    True
    """
    return _page(list(_network_panels(network, Words(lang))), network.text, title=title, lang=lang)


def _tell(effect: BookedEffect, words: Words) -> _Told:
    return _Told(effect, effect_words(words, (effect.estimate, effect.low, effect.high), effect.unit))


def _page(panels: Sequence[_Panel], answer: Text, *, title: str, lang: Language) -> str:
    library = Library.packaged()
    return render_page(
        "synthesis.html", lang, library=library, panels=panels, answer=answer, title=title, is_made_up=False,
        edition=library.edition, software=software_version(),
    )  # fmt: skip


def _forest_panel(studies: Studies, pooled: Pooled, words: Words, *, title: str) -> _Panel:
    others: dict[str, Pooled] = {}
    if len(studies.labels) >= _FEWEST:
        others = leave_one_out(studies, method=pooled.method, uncertainty=pooled.uncertainty)
    rows = [
        (
            label,
            f"{estimate:.2f}",
            f"{error:.3f}",
            f"{weight:.1f}",
            _result(words, others[label].estimate, others[label].interval, pooled.unit) if others else "–",
        )
        for label, estimate, error, weight in zip(
            studies.labels, studies.estimate, studies.standard_error, pooled.weights, strict=True
        )
    ]
    heads = ("dossier.study", "evidence.effect", "funnel.error", "dossier.weight", "dossier.without")
    return _Panel(
        title=words("dossier.pooled"),
        picture=_svg(forest_picture(studies, pooled, title=title, lang=words.lang)),
        caption=words("dossier.forest-own-caption"),
        heads=tuple(words(head) for head in heads),
        rows=rows,
        notes=[],
    )


def _funnel_panel(studies: Studies, pooled: Pooled, words: Words, notes: list[str]) -> _Panel:
    try:
        filled = trim_and_fill(studies, method=pooled.method, uncertainty=pooled.uncertainty)
    except TrialError:
        filled = None  # the notes say why
    funnel = lay_funnel(studies)
    rows = [
        (point.label, f"{point.estimate:.2f}", f"{point.standard_error:.3f}", p_words(point.p))
        for point in funnel.points
    ]
    return _Panel(
        title=words("funnel.title"),
        picture=_svg(funnel_picture(funnel, filled=filled, lang=words.lang)),
        caption=words("dossier.funnel-caption"),
        heads=(words("dossier.study"), words("evidence.effect"), words("funnel.error"), "p"),
        rows=rows,
        notes=notes,
    )


def _network_panels(network: ComparedNetwork, words: Words) -> Iterator[_Panel]:
    """Give the graph, the effects against the reference, the league with its consistency, and the ranks."""
    lang, comparison = words.lang, words("dossier.comparison")
    direct = [(_pair(effect), str(effect.trials)) for effect in network.effects if effect.trials]
    yield _Panel(
        words("network.title"), _svg(network_picture(network, lang=lang)), words("dossier.network-caption"),
        (comparison, words("dossier.trials")), direct, [],
    )  # fmt: skip
    heads: tuple[str, ...] = (
        comparison,
        words("evidence.effect"),
        words("dossier.prediction"),
        words("dossier.trials"),
    )
    caption = words("dossier.reference-caption", reference=network.reference)
    yield _Panel(
        words("dossier.pooled"), _svg(reference_picture(network, lang=lang)), caption, heads,
        [_effect_row(effect, words, network.unit) for effect in network.against_reference], [],
    )  # fmt: skip
    yield _Panel(
        words("network.league-title"), _svg(league_picture(network, lang=lang)), words("dossier.league-caption"), heads,
        [_effect_row(effect, words, network.unit) for effect in network.effects], list(_consistency(network, words)),
    )  # fmt: skip
    if network.ranks:
        rows = [
            (rank.treatment, f"{rank.p_score:.2f}", f"{rank.median} ({rank.interval.low:g}–{rank.interval.high:g})")
            for rank in network.ranks
        ]
        heads = (words("dossier.treatment"), words("dossier.score"), words("dossier.median"))
        picture, caption = _svg(rank_picture(network, lang=lang)), words("dossier.rank-caption")
        yield _Panel(words("network.rank-title"), picture, caption, heads, rows, [])


def _consistency(network: ComparedNetwork, words: Words) -> Iterator[str]:
    """Say whether direct and indirect evidence agree, over all and for each split comparison."""
    found, q = network.consistency, network.q
    told = {"q": f"{q.q:.2f}", "df": q.df, "p": p_words(q.p)}
    yield words("dossier.q", **told, within=f"{found.within.q:.2f}", between=f"{found.between.q:.2f}")
    if found.wald is not None:
        yield words("dossier.wald", q=f"{found.wald.q:.2f}", df=found.wald.df, p=p_words(found.wald.p))
    if found.reason is not None:
        yield words("dossier.caution", caution=found.reason.say(words.lang))
    for split in found.splits:
        name = f"{split.treatment} − {split.comparator}"
        sizes = {"direct": words.average(split.direct), "indirect": words.average(split.indirect)}
        yield words("dossier.split-row", name=name, **sizes, p=p_words(split.p))


def _effect_row(effect: NetworkEffect, words: Words, unit: str) -> tuple[str, ...]:
    ahead = "–" if effect.prediction is None else words.interval(effect.prediction)
    return _pair(effect), _result(words, effect.estimate, effect.interval, unit), ahead, str(effect.trials)


def _pair(effect: NetworkEffect) -> str:
    return f"{effect.treatment} − {effect.comparator}"


def _result(words: Words, estimate: float, interval: Interval, unit: str) -> str:
    return effect_words(words, (estimate, interval.low, interval.high), unit)


def _svg(picture: str) -> Markup:
    return Markup(picture)  # noqa: S704 - our own SVG

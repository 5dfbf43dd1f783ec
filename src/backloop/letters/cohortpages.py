"""The page about the brain panels of a group: who was read, how good the recordings are, where values lie, what failed.

Decides which parts stand on the page; it compares no people and no groups.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from markupsafe import Markup

from backloop.errors import NothingToRead
from backloop.letters.deviations import kind_of
from backloop.letters.pages import PageTable, render_page
from backloop.letters.panelpages import KINDS
from backloop.letters.strips import MarkerStrip, strip_picture
from backloop.letters.wording import Words, read_words
from backloop.library import Library
from backloop.panel import Panel, PanelProblem, PanelRow
from backloop.units import Language, Text

__all__ = ["cohort_page"]

_FEWEST = 2  # one value has no distribution


@dataclass
class _Tally:
    """What is counted over the people, one panel at a time."""

    library: Library
    people: int = 0
    made_up: int = 0
    visits: Counter[str] = field(default_factory=Counter)
    people_by_kind: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)
    absent: Counter[str] = field(default_factory=Counter)
    quality: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    values: dict[tuple[str, str, str], tuple[Text, list[float]]] = field(default_factory=dict)
    problems: list[tuple[str, PanelProblem]] = field(default_factory=list)
    editions: set[str] = field(default_factory=set)
    software: set[str] = field(default_factory=set)

    def add(self, panel: Panel) -> None:
        """Count a person in."""
        self.people += 1
        self.made_up += panel.is_made_up
        self.visits.update(panel.sessions)
        self.people_by_kind.update({kind_of(row, self.library) for row in panel.rows})
        self.problems += [(panel.participant_id, problem) for problem in panel.problems]
        self.editions.add(panel.edition)
        self.software.add(panel.software.get("backloop", ""))
        seen: set[tuple[str, str, str]] = set()
        for row in panel.rows:
            self._add_row(row, seen)

    def _add_row(self, row: PanelRow, seen: set[tuple[str, str, str]]) -> None:
        """Count a row in; the quality of a recording counts once a visit, not once a marker."""
        reading, kind = row.reading, kind_of(row, self.library)
        (self.absent if reading.value is None else self.there)[kind] += 1
        for name, value in reading.quality.items():
            if f"quality.{name}" in read_words() and (kind, name, reading.session_id) not in seen:
                seen.add((kind, name, reading.session_id))
                self.quality.setdefault((kind, name), []).append(value)
        if reading.value is not None:
            key = (reading.marker, reading.unit, reading.convention)
            self.values.setdefault(key, (row.title, []))[1].append(reading.value)


def cohort_page(
    panels: Iterable[Panel],
    *,
    failures: Sequence[PanelProblem] = (),
    lang: Language = "en",
    library: Library | None = None,
) -> str:
    """Write the brain panels of a group as one page.

    Parameters
    ----------
    panels : iterable of Panel
        The people; each is read once and not kept.
    failures : sequence of PanelProblem
        The people who gave no panel: whose (`source`), what (`modality`) and why.
    lang : str
        ``en`` or ``zh``.
    library : Library, optional
        The packaged library where not given.

    Returns
    -------
    str
        One HTML document that needs nothing from outside, runs no script and prints on A4.

    Raises
    ------
    NothingToRead
        If there is neither a panel nor a failure.

    Notes
    -----
    Values of one marker stand together only where unit and convention are the same.

    Examples
    --------
    >>> panels = [Panel(participant_id="sub-01", edition="2026-11-22")]
    >>> why = Text(en="the scan is too short", zh="扫描时间过短")
    >>> page = cohort_page(panels, failures=[PanelProblem(source="sub-02", reason=why, modality="bold")])
    >>> "1 read, 1 failed" in page
    True
    """
    library, words = library or Library.packaged(), Words(lang)
    tally = _Tally(library)
    for panel in panels:
        tally.add(panel)
    if not tally.people and not failures:
        message = "a page about a group needs at least one panel or failure; read the people first"
        raise NothingToRead(message)
    strips = {key: MarkerStrip(title, key[1], key[2], tuple(held)) for key, (title, held) in tally.values.items()}
    drawn = [strip for key, strip in strips.items() if "." not in key[0] and len(strip.values) >= _FEWEST]
    return render_page(
        "panel_cohort.html",
        lang,
        library=library,
        tally=tally,
        kinds=_kinds(tally, words),
        quality=_quality(tally, words),
        picture=Markup(strip_picture(drawn, lang=lang)) if drawn else None,  # noqa: S704 - our own SVG
        values=_values(list(strips.values()), words),
        failures=_failures(tally, failures, words),
        failed=len({failure.source for failure in failures}),
        is_made_up=False,
        edition=words("number.and").join(sorted(tally.editions)) or library.edition,
        software=words("number.and").join(sorted(filter(None, tally.software))),
    )


def _kinds(tally: _Tally, words: Words) -> PageTable:
    heads = (words("panel.kind"), *(words(f"panel-cohort.{key}") for key in ("people", "with-value", "without")))
    rows = [
        (
            words(f"modality.{kind}"),
            *(str(counter[kind]) for counter in (tally.people_by_kind, tally.there, tally.absent)),
        )
        for kind in KINDS
        if tally.people_by_kind[kind]
    ]
    return PageTable(words("panel-cohort.kinds-caption"), heads, rows)


def _quality(tally: _Tally, words: Words) -> PageTable:
    heads = (words("panel.kind"), words("panel.quality"), words("panel-cohort.count"))
    rows = [
        (
            words(f"modality.{kind}"),
            words(f"quality.{name}", value=_spread(tally.quality[kind, name], words)),
            str(len(found)),
        )
        for (kind, name), found in sorted(tally.quality.items(), key=lambda each: KINDS.index(each[0][0]))
    ]
    return PageTable(words("panel-cohort.quality-caption"), heads, rows, is_prose=True)


def _spread(values: Sequence[float], words: Words) -> str:
    ends = {"median": median(values), "low": min(values), "high": max(values)}
    return words("panel-cohort.quality-told", **{name: words.figure(value) for name, value in ends.items()})


def _values(strips: Sequence[MarkerStrip], words: Words) -> PageTable:
    heads = (words("panel.marker"), *(words(f"panel-cohort.{key}") for key in ("count", "lowest", "median", "highest")))
    rows = [
        (_name(strip, words), str(len(strip.values)), *map(words.figure, (strip.lowest, strip.median, strip.highest)))
        for strip in strips
    ]
    return PageTable(words("panel-cohort.table-caption"), heads, rows)


def _name(strip: MarkerStrip, words: Words) -> str:
    name = Markup('{} <span class="unit">{}</span><br><small lang="en">{}</small>')
    return name.format(strip.title.say(words.lang), words.unit(strip.unit), strip.convention)


def _failures(tally: _Tally, failures: Sequence[PanelProblem], words: Words) -> PageTable:
    heads = tuple(words(f"panel.{key}") for key in ("person", "recording", "kind", "reason"))
    whole = [(problem.source, "–", *_why(problem, words)) for problem in failures]
    parts = [(person, problem.source, *_why(problem, words)) for person, problem in tally.problems]
    return PageTable(words("panel-cohort.failures-caption"), heads, [*whole, *parts], is_prose=True)


def _why(problem: PanelProblem, words: Words) -> tuple[str, str]:
    kind = words(f"modality.{problem.modality}") if problem.modality in KINDS else "–"
    return kind, problem.reason.say(words.lang)

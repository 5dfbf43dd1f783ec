"""The page about one person's brain panel: every marker with its doubt, the pictures, and what it all rests on.

Decides which parts stand on the page and in which order; it adds no finding and leaves none out.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, get_args

from markupsafe import Markup

from backloop.letters.brainviews import BrainView, can_draw_brains, view_map
from backloop.letters.deviations import deviation_picture, kind_of, part_of, with_reference
from backloop.letters.pages import PageTable, render_page, say_quality
from backloop.letters.traces import matrix_picture, pairs_of, place_names, summarise_marks, trace_picture
from backloop.letters.wording import Words
from backloop.library import Library, Marker
from backloop.panel import Panel, PanelRow
from backloop.recordings import Curve, Matrix
from backloop.units import Certainty, Language, Text

__all__ = ["KINDS", "panel_page"]

KINDS: tuple[str, ...] = get_args(Marker.model_fields["modality"].annotation)
"""The kinds of recordings, in the order of a page."""

_MOST_LINES = 6
_MAPS_KIND = "bold"


class _Picture(NamedTuple):
    image: Markup
    caption: str
    table: PageTable


class _Line(NamedTuple):
    """One row of the panel: what sets it apart within its marker, and what of its quality the others do not share."""

    row: PanelRow
    part: str
    quality: list[str]


class _Book(NamedTuple):
    """The rows of one marker and its parts, with what is said of them together."""

    title: str
    lines: list[_Line]
    is_conflicting: bool
    certainty: Certainty
    against: tuple[Text, ...]
    notes: tuple[Text, ...]


class _Sheet(NamedTuple):
    """All of one kind of recording."""

    kind: str
    title: str
    shared: list[str]
    books: list[_Book]
    pictures: list[_Picture]
    views: list[BrainView]
    lines: list[str]


class _Grounds(NamedTuple):
    software: PageTable
    parameters: list[PageTable]
    files: PageTable


class _Harvested(NamedTuple):
    """What was harvested beside the readings."""

    curves: Sequence[Curve]
    matrices: Sequence[Matrix]
    maps: Sequence[Path]


def panel_page(
    panel: Panel,
    *,
    curves: Sequence[Curve] = (),
    matrices: Sequence[Matrix] = (),
    maps: Sequence[Path] = (),
    lang: Language = "en",
    library: Library | None = None,
) -> str:
    """Write one person's brain panel as one page.

    Parameters
    ----------
    panel : Panel
        The panel; one without a row tells what could not be read.
    curves : sequence of Curve
        Spectra and averages, as `harvest_bold`, `harvest_eeg` and `harvest_evoked` give them.
    matrices : sequence of Matrix
        Connectivity.
    maps : sequence of Path
        The maps that `harvest_bold` wrote, each with its sidecar. They are drawn where nilearn is installed and they
        lie in MNI space; else the page says why they are not.
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
    UnreadableSource
        If a map is missing.
    UnknownBook
        If no book describes a marker.

    Examples
    --------
    >>> from backloop.panel import make_panel
    >>> from backloop.recordings import Reading
    >>> reading = Reading(marker="nac-volume", participant_id="sub-01", session_id="ses-01", value=1058, unit="mm3",
    ...                   convention="FreeSurfer")
    >>> page = panel_page(make_panel([reading], participant_id="sub-01", library=Library.packaged()))
    >>> "Brain structure" in page, "<script" in page
    (True, False)
    """
    library, words = library or Library.packaged(), Words(lang)
    shown = with_reference(panel)
    return render_page(
        "panel.html",
        lang,
        library=library,
        panel=panel,
        sheets=list(_sheets(panel, _Harvested(curves, matrices, maps), library, words)),
        standing=_standing(panel, shown, library, words) if shown else None,
        alone=[row for row in panel.rows if _stands_alone(row)],
        counts=_count(panel),
        kinds={kind: words(f"modality.{kind}") for kind in KINDS},
        known=library.references,
        is_many_visits=len(panel.sessions) > 1,
        grounds=_grounds(panel, library, words),
        is_made_up=panel.is_made_up,
        edition=panel.edition,
        software=panel.software.get("backloop", ""),
    )


def _stands_alone(row: PanelRow) -> bool:
    """Say whether a marker, not a part of one, has a value and nothing to hold it against."""
    return row.standing.z is None and row.reading.value is not None and "." not in row.reading.marker


def _count(panel: Panel) -> dict[str, int]:
    there = sum(row.reading.value is not None for row in panel.rows)
    conflicting = sum(row.is_conflicting and row.reading.value is not None for row in panel.rows)
    return {"there": there, "absent": len(panel.rows) - there, "conflicting": conflicting}


def _sheets(panel: Panel, made: _Harvested, library: Library, words: Words) -> Iterator[_Sheet]:
    for kind in KINDS:
        rows = [row for row in panel.rows if kind_of(row, library) == kind]
        shared = _shared_quality(rows, words)
        books = list(_books(rows, shared, library, words))
        pictures = list(_traces(made.curves, kind, library, words))
        views, lines = _views(made.maps if kind == _MAPS_KIND else (), words)
        if kind == _MAPS_KIND:
            pictures += [_matrix(matrix, words, place) for place, matrix in enumerate(made.matrices)]
        if books or pictures or views or lines:
            yield _Sheet(kind, words(f"modality.{kind}"), shared, books, pictures, views, lines)


def _shared_quality(rows: Sequence[PanelRow], words: Words) -> list[str]:
    """Give what is said of the quality of every value alike, to be said once."""
    told = [say_quality(words, row.reading) for row in rows if row.reading.value is not None]
    return [each for each in told[0] if all(each in others for others in told)] if len(told) > 1 else []


def _books(rows: Sequence[PanelRow], shared: Sequence[str], library: Library, words: Words) -> Iterator[_Book]:
    """Gather the rows by book; what every row repeats is said once."""
    for name, found in groupby(rows, key=lambda row: row.reading.marker.partition(".")[0]):
        those, title = list(found), library.marker(name).title.say(words.lang)
        notes = dict.fromkeys(note for row in those for note in (*row.notes, *row.reading.notes))
        lines = [
            _Line(
                row,
                part_of(row, title, words),
                [each for each in say_quality(words, row.reading) if each not in shared],
            )
            for row in those
        ]
        first = those[0]
        yield _Book(title, lines, first.is_conflicting, first.certainty, first.contradicted_by, tuple(notes))


def _standing(panel: Panel, shown: Sequence[PanelRow], library: Library, words: Words) -> _Picture:
    rows = [
        (
            row.title.say(words.lang),
            words.number(row.standing.z or 0.0, is_change=True),
            words.interval(row.standing.interval, is_change=True) if row.standing.interval else "–",
            words(f"compared.{row.standing.basis}", count=row.standing.n_controls),
        )
        for row in shown
    ]
    heads = tuple(words(f"panel.{key}") for key in ("marker", "deviation", "interval", "reference"))
    svg = deviation_picture(panel, library=library, lang=words.lang)
    return _Picture(_svg(svg), words("panel.standing-caption"), PageTable(words("panel.standing-title"), heads, rows))


def _traces(curves: Iterable[Curve], kind: str, library: Library, words: Words) -> Iterator[_Picture]:
    """Draw curves of one marker and the same units together, a few at a time."""
    groups: dict[tuple[str, str, str], list[Curve]] = {}
    for curve in curves:
        if library.marker(curve.marker.partition(".")[0]).modality == kind:
            groups.setdefault((curve.marker, curve.x_unit, curve.y_unit), []).append(curve)
    parts = [
        those[start : start + _MOST_LINES] for those in groups.values() for start in range(0, len(those), _MOST_LINES)
    ]
    for place, those in enumerate(parts):
        svg = trace_picture(those, lang=words.lang, name=f"{kind}-trace-{place}")
        title = library.marker(those[0].marker.partition(".")[0]).title.say(words.lang)
        caption = words("panel.trace-caption", title=title, marks=summarise_marks(those, words))
        heads = tuple(words(f"panel.{key}") for key in ("line", "highest", "lowest"))
        rows = [(curve.name.say(words.lang), *(_end(curve, pick, words) for pick in (max, min))) for curve in those]
        yield _Picture(_svg(svg), caption, PageTable(title, heads, rows))


def _end(curve: Curve, pick: Any, words: Words) -> str:  # noqa: ANN401 - max or min
    """Say where a curve is highest or lowest."""
    y, x = pick(zip(curve.y, curve.x, strict=True))
    return words("panel.at", value=words.figure(y), place=words.figure(x), unit=curve.x_unit)


def _matrix(matrix: Matrix, words: Words, place: int) -> _Picture:
    names = place_names(matrix, words.lang)
    pairs = sorted(pairs_of(matrix), key=lambda pair: -pair[2])
    rows = [(names[row], names[column], words.average(value)) for row, column, value in pairs]
    heads = (words("panel.place"), words("panel.place"), matrix.unit)
    svg = matrix_picture(matrix, lang=words.lang, name=f"matrix-{place}")
    table = PageTable(matrix.name.say(words.lang), heads, rows, is_prose=True)
    return _Picture(_svg(svg), words("panel.matrix-caption", unit=matrix.unit), table)


def _views(maps: Sequence[Path], words: Words) -> tuple[list[BrainView], list[str]]:
    if maps and not can_draw_brains():
        return [], [words("brain-map.no-nilearn")]
    return [view_map(path, lang=words.lang) for path in maps], []


def _grounds(panel: Panel, library: Library, words: Words) -> _Grounds:
    programs = [(_english(name), used) for name, used in panel.software.items()]
    used = sorted({(file.name, file.sha256) for row in panel.rows for file in row.reading.because.files})
    files = [(_english(name), Markup("<code>{}</code>").format(digest)) for name, digest in used]
    return _Grounds(
        PageTable(
            words("panel.software-caption"), (words("panel.program"), words("panel.version")), programs, is_prose=True
        ),
        list(_parameters(panel, library, words)),
        PageTable(words("panel.files-caption"), (words("panel.file"), words("panel.hash")), files, is_prose=True),
    )


def _parameters(panel: Panel, library: Library, words: Words) -> Iterator[PageTable]:
    """Give each kind's parameters once; one that differs between readings has all its values."""
    for kind in KINDS:
        told: dict[str, dict[str, None]] = {}
        for row in panel.rows:
            for name, value in row.reading.because.parameters.items() if kind_of(row, library) == kind else ():
                told.setdefault(name, {})[str(value)] = None
        if told:
            rows = [(_english(name), _english(", ".join(values))) for name, values in told.items()]
            caption = words("panel.parameters-caption", modality=words(f"modality.{kind}"))
            yield PageTable(caption, (words("panel.parameter"), words("panel.value")), rows, is_prose=True)


def _english(name: str) -> Markup:
    """Mark what programs call something as English, whatever the page's language."""
    return Markup('<span lang="en">{}</span>').format(name)


def _svg(picture: str) -> Markup:
    return Markup(picture)  # noqa: S704 - our own SVG

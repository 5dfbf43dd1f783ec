"""From a panel's rows to measures: what was recorded counts before what somebody else reported.

Decides whether a panel belongs to a record and how its rows read among the measures; references are chosen in `norms`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backloop.errors import MeasureError
from backloop.library import Library, Marker
from backloop.measure.measures import Deviation, Measure, Recorded
from backloop.record import Record
from backloop.units import Scale, Text

if TYPE_CHECKING:
    from backloop.panel import Panel, PanelRow

__all__ = ["check_panel", "join_recorded", "read_rows"]

_TOLERANCE = 1e-6
_NOT_USABLE = Text(
    en="The recording gives no value; the reported one is used.", zh="本次记录未得出数值，采用所报数值。"
)

Rows = dict[tuple[str, str], list[Measure]]
"""Recorded measures by session id and book id."""


def check_panel(panel: "Panel", record: Record) -> None:
    """Refuse a panel that is not of this person and these visits.

    Parameters
    ----------
    panel : Panel
        The brain markers.
    record : Record
        The person.

    Raises
    ------
    MeasureError
        If the panel is of somebody else, or holds a visit that the record does not know: when it was, and so what is
        the latest value, could not be said.

    Examples
    --------
    >>> from backloop.panel import Panel
    >>> from backloop.record import make_person
    >>> check_panel(Panel(participant_id="sub-1", edition="2026-11-22"), make_person(seed=1))
    Traceback (most recent call last):
    backloop.errors.MeasureError: the panel is of 'sub-1', the record of 'sub-madeup1'; give the panel of this person
    """
    if panel.participant_id != record.participant_id:
        message = (
            f"the panel is of '{panel.participant_id}', the record of '{record.participant_id}'; "
            "give the panel of this person"
        )
        raise MeasureError(message)
    known = [visit.session_id for visit in record.sessions]
    strangers = sorted(set(panel.sessions) - set(known))
    if strangers:
        message = (
            f"the panel holds the visits {', '.join(strangers)}, the record {', '.join(known)}; add the visits to the "
            "record with their order or week, or name the recordings' sessions as the record does"
        )
        raise MeasureError(message)


def read_rows(panel: "Panel", library: Library) -> Rows:
    """Turn the rows of a panel into measures.

    Parameters
    ----------
    panel : Panel
        The brain markers.
    library : Library
        The markers' books.

    Returns
    -------
    dict of (session id, book id) to list of Measure
        One measure a marker or part: of several readings that cannot be compared the leading one, which tells of the
        others.

    Raises
    ------
    UnknownBook
        If no book describes a marker.

    Examples
    --------
    >>> from backloop.panel import make_panel
    >>> from backloop.recordings import Reading
    >>> reading = Reading(marker="acc-naa", participant_id="sub-1", session_id="ses-1", value=9.0, unit="mmol/kg",
    ...                   convention="LCModel")
    >>> panel = make_panel([reading], participant_id="sub-1", library=Library.packaged())
    >>> read_rows(panel, Library.packaged())["ses-1", "acc-naa"][0].origin
    'recorded'
    """
    alike: dict[tuple[str, str], list[PanelRow]] = {}
    for row in panel.rows:
        alike.setdefault((row.reading.session_id, row.reading.marker), []).append(row)
    found: Rows = {}
    for (session_id, marker), rows in alike.items():
        book = library.marker(marker.partition(".")[0])
        notes = tuple(_other_row(row) for row in rows[1:])
        if panel.edition != library.edition:
            notes += (_other_edition(panel.edition),)
        found.setdefault((session_id, book.id), []).append(_measure(rows[0], book, notes))
    return found


def join_recorded(scored: Sequence[Measure], recorded: Sequence[Measure]) -> list[Measure]:
    """Settle what was recorded and what was reported of one marker at one visit.

    Parameters
    ----------
    scored : sequence of Measure
        The marker's measures from the record: a reported value, or that there is none.
    recorded : sequence of Measure
        Its measures from the panel.

    Returns
    -------
    list of Measure
        The recorded ones; a note tells where a reported value differs. Where the recording gives no value and
        somebody reported one, that one, with a note.

    Examples
    --------
    >>> title, ruler = Text(en="volume", zh="体积"), Scale(low=0, unit="mm3", better="neither")
    >>> told = Measure(id="nac-volume", book="nac-volume", session_id="ses-1", title=title, value=900, scale=ruler,
    ...                origin="reported")
    >>> seen = told.model_copy(update={"value": 1058.0, "origin": "recorded"})
    >>> join_recorded([told], [seen])[0].notes[0].en
    'Reported as 900, but the recording gives 1058; the recording counts.'
    """
    reported = {measure.id: measure for measure in scored if measure.value is not None or measure.because}
    joined = [_settle(measure, reported.pop(measure.id, None)) for measure in recorded]
    return [*reported.values(), *joined]


def _settle(recorded: Measure, reported: Measure | None) -> Measure:
    if reported is None or reported.value is None:
        return recorded
    if recorded.value is None:
        return reported.model_copy(update={"notes": (*reported.notes, _NOT_USABLE, *recorded.notes)})
    is_same = reported.scale.agrees_with(recorded.scale) and abs(reported.value - recorded.value) <= _TOLERANCE
    because = (*recorded.because, *reported.because)
    notes = recorded.notes if is_same else (_differs(recorded.value, reported.value), *recorded.notes)
    return recorded.model_copy(update={"notes": notes, "because": because})


def _measure(row: "PanelRow", book: Marker, notes: tuple[Text, ...]) -> Measure:
    reading = row.reading
    why = () if reading.reason is None else (reading.reason,)
    told = (*why, *row.notes, *reading.notes, *row.standing.notes, *notes)
    return Measure(
        id=reading.marker,
        book=book.id,
        session_id=reading.session_id,
        title=row.title,
        value=reading.value,
        absent=reading.absent,
        scale=_scale(reading.unit, book),
        interval=reading.interval,
        origin="recorded",
        certainty=book.certainty,
        notes=tuple(dict.fromkeys(told)),
        references=book.references,
        because=(f"{reading.session_id}/panel/{reading.marker}",),
        deviation=_deviation(row),
        recorded=Recorded(
            convention=reading.convention,
            n=reading.n,
            counted=reading.counted,
            quality=reading.quality,
            contradicted_by=row.contradicted_by,
        ),
    )


def _scale(unit: str, book: Marker) -> Scale:
    """Give the book's scale, or an open one where a part, or another convention, has a unit of its own."""
    return book.scale if unit == book.scale.unit else Scale(unit=unit, better=book.scale.better)


def _deviation(row: "PanelRow") -> Deviation | None:
    standing = row.standing
    if standing.z is None or standing.interval is None or standing.basis == "literature direction":
        return None
    return Deviation(z=standing.z, interval=standing.interval, basis=standing.basis, n_controls=standing.n_controls)


def _differs(recorded: float, reported: float) -> Text:
    return Text(
        en=f"Reported as {reported:g}, but the recording gives {recorded:g}; the recording counts.",
        zh=f"所报数值为{reported:g}，本次记录得出{recorded:g}；以记录为准。",
    )


def _other_row(row: "PanelRow") -> Text:
    """Tell of a reading of the same marker that cannot be compared with the leading one."""
    reading, eyes = row.reading, row.reading.because.parameters.get("eyes")
    english, chinese = {"open": ("eyes open, ", "睁眼，"), "closed": ("eyes closed, ", "闭眼，")}.get(
        str(eyes), ("", "")
    )
    value, missing = ("no value", "无数值") if reading.value is None else (f"{reading.value:.4g}",) * 2
    return Text(
        en=f"Also read otherwise and not comparable ({english}{reading.convention}): {value} {reading.unit}.",
        zh=f"另有不可比的读数（{chinese}{reading.convention}）：{missing} {reading.unit}。",
    )


def _other_edition(edition: str) -> Text:
    return Text(
        en=f"The panel was made with the books of {edition}; what contradicts the marker may have changed since.",
        zh=f"该面板依据{edition}版知识库生成；相反证据此后可能已有更新。",
    )

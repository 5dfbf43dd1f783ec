"""A reporting checklist filled from a protocol and, where given, a record.

Decides what counts as told; whether it is told well is for a reader.
"""

from collections.abc import Callable
from typing import Literal

from backloop.library import Checklist, ChecklistItem
from backloop.record import Record
from backloop.stimulation.protocols import MagneticProtocol
from backloop.stimulation.screening import latest_answers, medicines_of
from backloop.units import Frozen, Text

__all__ = ["ToldRow", "fill_checklist"]


class ToldRow(Frozen):
    """One item of a checklist: whether it is reported, where, and whether it is controlled (None: not stated).

    Examples
    --------
    >>> what = Text(en="Age", zh="年龄")
    >>> ToldRow(id="age", part="participant", what=what, state="not reported").controlled is None
    True
    """

    id: str
    part: str
    what: Text
    state: Literal["reported", "not reported", "not applicable"]
    controlled: bool | None = None
    told_by: tuple[str, ...] = ()


def fill_checklist(
    checklist: Checklist, protocol: MagneticProtocol, record: Record | None = None
) -> tuple[ToldRow, ...]:
    """Say for every item of a checklist whether protocol or record tell it.

    Parameters
    ----------
    checklist : Checklist
        The book.
    protocol : MagneticProtocol
        Tells the method; its table `reporting` tells, item by item, what has no field of its own, and what is
        controlled.
    record : Record, optional
        Tells about the participant.

    Returns
    -------
    tuple of ToldRow
        In the order of the book.

    References
    ----------
    chipchase-2012

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.stimulation import parse_protocol
    >>> plain = parse_protocol({"id": "a", "title": "a", "modality": "rTMS", "timing": {}, "coil": {"type": "H"}})
    >>> rows = fill_checklist(Library.packaged().checklist("tms-reporting"), plain)
    >>> [row.id for row in rows if row.state == "reported"]
    ['coil-type']
    """
    tells = _teller(protocol, record)
    return tuple(_fill(item, protocol, tells) for item in checklist.items)


def _fill(item: ChecklistItem, protocol: MagneticProtocol, tells: Callable[[str], bool]) -> ToldRow:
    own = protocol.reporting.get(item.id)
    told = [name for name in item.told_by if tells(name)]
    if own and own.text:
        told.append(f"reporting.{item.id}")
    applies = told or _applies(item, protocol)
    state: Literal["reported", "not reported", "not applicable"] = "reported" if told else "not reported"
    return ToldRow(
        id=item.id,
        part=item.part,
        what=item.what,
        state=state if applies else "not applicable",
        controlled=own.controlled if own else None,
        told_by=tuple(told),
    )


def _applies(item: ChecklistItem, protocol: MagneticProtocol) -> bool:
    used = protocol.motor_threshold
    return {
        "any": True,
        "muscle recording": protocol.muscle_outcome or bool(used and used.method and used.method.uses_emg),
        "muscle outcome": protocol.muscle_outcome,
        "paired pulses": protocol.paired_pulses,
    }[item.only_for]


def _teller(protocol: MagneticProtocol, record: Record | None) -> Callable[[str], bool]:
    """Make the function that says whether a field, a participant's attribute, an item or an instrument is there."""
    person = record.participant if record else None
    known = {
        "participant.age": person is not None and person.age is not None,
        "participant.sex": person is not None and person.sex is not None,
        "participant.medicines": record is not None and bool(medicines_of(record)),
    }
    answered = latest_answers(record) if record else {}
    known |= dict.fromkeys([*answered, *(each.book for each in answered.values())], True)
    return lambda name: known.get(name, False) or _is_stated(protocol, name)


def _is_stated(protocol: MagneticProtocol, name: str) -> bool:
    value: object = protocol
    for part in name.split("."):
        value = getattr(value, part, None)
    return value not in {None, "", ()}

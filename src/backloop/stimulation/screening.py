"""What in a person's record speaks against stimulation, and which medicines may lower the seizure threshold.

Decides what is flagged; an unanswered question and an unknown medicine are flags too. It clears nobody.
"""

import re
from collections.abc import Iterable
from typing import Literal

from backloop.library import Contraindication, Limit, MedicineGroup, Medicines
from backloop.record import Observation, Record
from backloop.units import Frozen, Text

__all__ = ["PersonFlag", "flag_contraindications", "flag_medicines", "latest_answers", "medicines_of"]

_TAKES_MEDICINES = "tms-screen_11"
_UNLISTED = Text(
    en="not in the list; this says nothing about its risk, look it up", zh="不在清单中；这不代表没有风险，请另行查证"
)
_NO_LIST = Text(
    en="Which medicines the person takes, or stopped lately, is not recorded; list them by generic name",
    zh="未记录目前服用及近期停用的药物，请列出通用名",
)


class PersonFlag(Frozen):
    """One thing about the person that a physician must weigh before stimulation.

    `state` is *present* (a yes or a don't know, or a listed medicine), *not known* (not answered) or *not in the list*
    (a medicine the book does not hold).

    Examples
    --------
    >>> from backloop.library import Library
    >>> flags = flag_medicines(["amitriptyline 25 mg", "新药"], Library.packaged().limit("tms-medicines"))
    >>> [(flag.grade, flag.state) for flag in flags]
    [('strong', 'present'), (None, 'not in the list')]
    """

    limit: str
    about: Literal["contraindication", "medicine"]
    grade: Literal["absolute", "relative", "strong", "withdrawal"] | None = None
    state: Literal["present", "not known", "not in the list"]
    text: Text
    unanswered: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    reference: str
    verified: bool


def latest_answers(record: Record) -> dict[str, Observation]:
    """Give the latest answer to every item that has one.

    Parameters
    ----------
    record : Record
        What was observed.

    Returns
    -------
    dict of str to Observation
        By item id, the latest visit first served.

    Examples
    --------
    >>> from backloop.record import make_person
    >>> latest_answers(make_person(seed=1))["health-screen_12"].value
    0
    """
    order = {visit.session_id: visit.order for visit in record.sessions}
    seen = [each for each in record.observations if each.kind == "response" and each.value is not None]
    return {each.item: each for each in sorted(seen, key=lambda each: order[each.session_id])}


def flag_contraindications(rows: Iterable[Contraindication], limit: Limit, record: Record) -> tuple[PersonFlag, ...]:
    """Hold the contraindications of a limit against a person's latest answers.

    Parameters
    ----------
    rows : iterable of Contraindication
        Questions to the record.
    limit : Limit
        The book they stand in.
    record : Record
        The person.

    Returns
    -------
    tuple of PersonFlag
        Those that hold and those that cannot be answered.

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.record import make_person
    >>> book = Library.packaged().limit("tms-contraindications")
    >>> {flag.state for flag in flag_contraindications(book.holds.rows, book, make_person(seed=1))}
    {'not known'}
    """
    answers = latest_answers(record)
    look = {item: each.value for item, each in answers.items()}.get
    judged = ((row, row.when.judge(look)) for row in rows)
    return tuple(_flag(row, limit, answers, holds=bool(holds)) for row, holds in judged if holds is not False)


def medicines_of(record: Record) -> tuple[str, ...]:
    """Read the medicines out of a participant's attribute `medicines`, separated by commas or semicolons.

    Parameters
    ----------
    record : Record
        The person.

    Returns
    -------
    tuple of str
        Names as written; empty where none are recorded.

    Examples
    --------
    >>> from backloop.record import make_person
    >>> medicines_of(make_person(seed=1))
    ()
    """
    written = str(record.participant.attributes.get("medicines", ""))
    return tuple(name.strip() for name in re.split(r"[,;，；、\n]", written) if name.strip())


def flag_medicines(names: Iterable[str], limit: Limit, record: Record | None = None) -> tuple[PersonFlag, ...]:
    """Look medicines up in the book of those that may lower the seizure threshold.

    Parameters
    ----------
    names : iterable of str
        Generic names in English or Chinese; a dose after the name does no harm.
    limit : Limit
        A book that holds medicines.
    record : Record, optional
        The person; where no names are given, the screen's answer says whether a list is missing.

    Returns
    -------
    tuple of PersonFlag
        Every listed medicine with its hazard, every other as *not in the list*.

    Examples
    --------
    >>> from backloop.library import Library
    >>> [flag.state for flag in flag_medicines(["度洛西汀"], Library.packaged().limit("tms-medicines"))]
    ['present']
    """
    if not isinstance(limit.holds, Medicines):
        return ()
    asked = tuple(dict.fromkeys(names))
    flags = tuple(flag for name in asked for flag in _look_up(name, limit, limit.holds))
    if asked or record is None:
        return flags
    taking = latest_answers(record).get(_TAKES_MEDICINES)
    if taking is not None and taking.value == 0:
        return ()
    claim = limit.holds.groups[0]
    missing = PersonFlag(
        limit=limit.id,
        about="medicine",
        state="not known",
        text=_NO_LIST,
        unanswered=() if taking else (_TAKES_MEDICINES,),
        because=(taking.id,) if taking else (),
        reference=claim.reference,
        verified=claim.verified,
    )
    return (missing,)


def _flag(row: Contraindication, limit: Limit, answers: dict[str, Observation], *, holds: bool) -> PersonFlag:
    asked = tuple(dict.fromkeys(row.when.ids()))
    ask = Text(en=f"Ask first: {row.what.en}", zh=f"请先询问：{row.what.zh}")
    return PersonFlag(
        limit=limit.id,
        about="contraindication",
        grade=row.kind,
        state="present" if holds else "not known",
        text=row.what if holds else ask,
        unanswered=() if holds else tuple(item for item in asked if item not in answers),
        because=tuple(answers[item].id for item in asked if item in answers),
        reference=row.reference,
        verified=row.verified,
    )


def _look_up(name: str, limit: Limit, medicines: Medicines) -> tuple[PersonFlag, ...]:
    found = [group for group in medicines.groups if any(_is_called(name, listed) for listed in group.names)]
    if found:
        return tuple(_hazard(name, limit, group) for group in found)
    claim = medicines.groups[0]
    said = Text(en=f"{name}: {_UNLISTED.en}", zh=f"{name}：{_UNLISTED.zh}")
    source = {"reference": claim.reference, "verified": claim.verified}
    return (PersonFlag(limit=limit.id, about="medicine", state="not in the list", text=said, **source),)


def _hazard(name: str, limit: Limit, group: MedicineGroup) -> PersonFlag:
    return PersonFlag(
        limit=limit.id,
        about="medicine",
        grade=group.hazard,
        state="present",
        text=Text(en=f"{name}: {group.meaning.en}", zh=f"{name}：{group.meaning.zh}"),
        reference=group.reference,
        verified=group.verified,
    )


def _is_called(name: str, listed: Text) -> bool:
    """Say whether a written name holds a listed one: whole words in English, any part in Chinese."""
    written = name.casefold()
    english = (re.escape(each.casefold()) for each in _names(listed.en))
    return any(re.search(rf"(?<![a-z]){each}(?![a-z])", written) for each in english) or any(
        each in written for each in _names(listed.zh)
    )


def _names(words: str) -> list[str]:
    return [name.strip() for name in re.split(r"[()（）]|\s/\s", words) if name.strip()]

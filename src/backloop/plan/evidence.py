"""What the evidence says, in order of how sure it is, with its direction kept and its conflicts named.

Decides how evidence is ordered and worded, and which way all of it points; it never adds results up and chooses no
treatment.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from backloop.library import EvidenceRow, Guideline, Intervention
from backloop.units import Certainty, Text

__all__ = ["Bearing", "describe_evidence", "find_conflicts", "order_evidence", "weigh_evidence"]

_GRADES = tuple(Certainty)
_WHAT_COUNTS = frozenset({"pain", "disability"})
_SILENT = frozenset({"no recommendation", "not found"})

_DIRECTIONS = {
    "for": Text(en="speaks for it", zh="支持"),
    "against": Text(en="speaks against it", zh="不支持"),
    "no difference": Text(en="shows no difference", zh="未见差异"),
    "conflicting": Text(en="conflicting", zh="结果不一致"),
}


@dataclass(frozen=True, slots=True)
class Bearing:
    """Which way the results on pain and disability point, taken together, and how sure the surest of that way is.

    `counts` says how many results against no treatment, sham or usual care, or as an addition, point each way;
    `head_to_head` the same of results against another treatment; `references` where they stand.

    Examples
    --------
    >>> Bearing("silent").certainty.value
    'unrated'
    """

    direction: Literal["for", "conflicting", "no difference", "against", "silent"]
    certainty: Certainty = Certainty.UNRATED
    counts: tuple[tuple[str, int], ...] = ()
    head_to_head: tuple[tuple[str, int], ...] = ()
    references: tuple[str, ...] = ()

    @property
    def is_outdone(self) -> bool:
        """Whether another treatment was clearly better."""
        return "against" in dict(self.head_to_head)


def weigh_evidence(rows: Iterable[EvidenceRow]) -> Bearing:
    """Say which way the evidence on pain and disability points.

    Parameters
    ----------
    rows : iterable of EvidenceRow
        Results of trials and reviews.

    Returns
    -------
    Bearing
        ``for`` (some for, none against; results without a difference may stand beside them), ``conflicting`` (for and
        against, or called so by its source), ``against``, ``no difference``, or ``silent`` (nothing that counts).

    Notes
    -----
    Only pain and disability count: a mechanism, a biomarker or another outcome says nothing of benefit. A result
    counts for a treatment only if it was read in its source and compared with something else; one against it, or
    without a difference, counts in any case. The comparison with another treatment tells which of two to take, not
    whether this one helps: it decides only where there is no other result, or where nothing else shows a difference
    and the other treatment was better. Directions are counted, never averaged, so one more result against a treatment
    never turns the bearing in its favour.

    Examples
    --------
    >>> from backloop.library import Library
    >>> weigh_evidence(Library.packaged().intervention("resolve").evidence).direction
    'for'
    """
    counted = [row for row in rows if row.domain in _WHAT_COUNTS and _may_count(row)]
    own = [row for row in counted if row.versus != "other treatment"]
    others = [row for row in counted if row.versus == "other treatment"]
    deciding = _deciding(own, others)
    direction = _point({row.direction for row in deciding})
    grades = [row.certainty for row in deciding if direction in {row.direction, "conflicting"}]
    return Bearing(
        direction,
        min(grades, key=_GRADES.index, default=Certainty.UNRATED),
        tuple(Counter(row.direction for row in own).items()),
        tuple(Counter(row.direction for row in others).items()),
        tuple(dict.fromkeys(row.reference for row in counted)),
    )


def order_evidence(rows: Iterable[EvidenceRow]) -> tuple[EvidenceRow, ...]:
    """Put the surest results first: by certainty, then those checked against their source, then by people counted.

    Parameters
    ----------
    rows : iterable of EvidenceRow
        Results of trials and reviews.

    Returns
    -------
    tuple of EvidenceRow
        The same rows; none is dropped, whichever way it points.

    Examples
    --------
    >>> from backloop.library import Library
    >>> rows = Library.packaged().intervention("resolve").evidence
    >>> len(order_evidence(rows)) == len(rows)
    True
    """
    return tuple(sorted(rows, key=lambda row: (_GRADES.index(row.certainty), not row.verified, -(row.n or 0))))


def find_conflicts(book: Intervention) -> tuple[Text, ...]:
    """Name where sources disagree: the conflicts the book declares, then those its rows and guidelines show.

    Parameters
    ----------
    book : Intervention
        The treatment.

    Returns
    -------
    tuple of Text
        One sentence a conflict; empty where all point one way. Results against another treatment contradict no others.

    Examples
    --------
    >>> from backloop.library import Library
    >>> book = Library.packaged().intervention("pain-education")
    >>> find_conflicts(book)[: len(book.conflicts)] == book.conflicts
    True
    """
    found = list(book.conflicts)
    for name, rows in _by_outcome(row for row in book.evidence if row.versus != "other treatment").items():
        if _disagree(rows):
            refs = ", ".join(dict.fromkeys(row.reference for row in rows))
            zh = f"关于{name.zh}，文献结论不一致：{refs}。"
            found.append(Text(en=f"Sources disagree on {name.en}: {refs}.", zh=zh))
    if _disagree(book.guidelines):
        heard = [line for line in book.guidelines if line.direction not in _SILENT]
        bodies = ", ".join(dict.fromkeys(f"{line.body} {line.year}" for line in heard))
        found.append(Text(en=f"Guidelines disagree: {bodies}.", zh=f"各指南意见不一致：{bodies}。"))
    return tuple(found)


def describe_evidence(row: EvidenceRow) -> Text:
    """Put one result into a line: outcome, effect with interval, comparator, direction, certainty.

    Parameters
    ----------
    row : EvidenceRow
        One result of a trial or review.

    Returns
    -------
    Text
        The line in both languages; the effect keeps its sign (negative = less pain or disability).

    Examples
    --------
    >>> pain, sham = Text(en="pain", zh="疼痛"), Text(en="sham", zh="假治疗")
    >>> size, raters = Text(en="MD, 0-10", zh="均数差，0～10分"), Text(en="review authors", zh="综述作者")
    >>> row = EvidenceRow(outcome=pain, domain="pain", design="trial", comparator=sham, versus="sham", measure=size,
    ...                   effect=-1.0, low=-1.5, high=-0.4, weeks=18, n=276, direction="for",
    ...                   certainty=Certainty.MODERATE, rated_by=raters, reference="bagg-2022", verified=True)
    >>> describe_evidence(row).en
    'pain, week 18: -1 (95 % CI -1.5 to -0.4; MD, 0-10) against sham, n = 276; speaks for it; certainty moderate'
    """
    parts = {lang: _parts(row, lang) for lang in ("en", "zh")}
    direction, grade = _DIRECTIONS[row.direction], row.certainty.text
    return Text(
        en=f"{parts['en']}; {direction.en}; certainty {grade.en}",
        zh=f"{parts['zh']}；{direction.zh}；证据质量：{grade.zh}",
    )


def _parts(row: EvidenceRow, lang: str) -> str:
    is_chinese = lang == "zh"
    outcome, comparator = (row.outcome.zh, row.comparator.zh) if is_chinese else (row.outcome.en, row.comparator.en)
    week = "" if row.weeks is None else f"，第{row.weeks:g}周" if is_chinese else f", week {row.weeks:g}"
    people = "" if row.n is None else f"，n={row.n}" if is_chinese else f", n = {row.n}"
    if is_chinese:
        return f"{outcome}{week}：{_effect_zh(row)}，对照：{comparator}{people}"
    return f"{outcome}{week}: {_effect_en(row)} against {comparator}{people}"


def _effect_en(row: EvidenceRow) -> str:
    if row.effect is None:
        return row.measure.en
    known = row.low is not None and row.high is not None
    interval = f"{row.level * 100:g} % CI {row.low:g} to {row.high:g}; " if known else ""
    return f"{row.effect:g} ({interval}{row.measure.en})"


def _effect_zh(row: EvidenceRow) -> str:
    if row.effect is None:
        return row.measure.zh
    known = row.low is not None and row.high is not None
    interval = f"{row.level * 100:g}%置信区间{row.low:g}至{row.high:g}；" if known else ""
    return f"{row.effect:g}（{interval}{row.measure.zh}）"


def _by_outcome(rows: Iterable[EvidenceRow]) -> dict[Text, list[EvidenceRow]]:
    groups: dict[Text, list[EvidenceRow]] = defaultdict(list)
    for row in rows:
        groups[row.outcome].append(row)
    return groups


def _may_count(row: EvidenceRow) -> bool:
    return row.direction != "for" or (row.verified and row.design != "uncontrolled")


def _deciding(own: list[EvidenceRow], others: list[EvidenceRow]) -> list[EvidenceRow]:
    if not own:
        return others
    if {row.direction for row in own} == {"no difference"}:
        return [*own, *(row for row in others if row.direction == "against")]
    return own


def _point(directions: set[str]) -> Literal["for", "conflicting", "no difference", "against", "silent"]:
    if "conflicting" in directions or {"for", "against"} <= directions:
        return "conflicting"
    if "for" in directions:
        return "for"
    if "against" in directions:
        return "against"
    return "no difference" if directions else "silent"


def _disagree(statements: Sequence[EvidenceRow | Guideline]) -> bool:
    directions = {line.direction for line in statements} - _SILENT
    return "for" in directions and len(directions) > 1

"""What the evidence says, in order of how sure it is, with its direction kept and its conflicts named.

Decides how evidence is ordered and worded; it never adds results up and chooses no treatment.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from backloop.library import EvidenceRow, Guideline, Intervention
from backloop.units import Certainty, Text

__all__ = ["describe_evidence", "find_conflicts", "order_evidence"]

_GRADES = tuple(Certainty)

_DIRECTIONS = {
    "for": Text(en="speaks for it", zh="支持"),
    "against": Text(en="speaks against it", zh="不支持"),
    "no difference": Text(en="shows no difference", zh="未见差异"),
    "conflicting": Text(en="conflicting", zh="结果不一致"),
}


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
        One sentence a conflict; empty where all point one way.

    Examples
    --------
    >>> from backloop.library import Library
    >>> book = Library.packaged().intervention("pain-education")
    >>> find_conflicts(book)[: len(book.conflicts)] == book.conflicts
    True
    """
    found = list(book.conflicts)
    for name, rows in _by_outcome(book.evidence).items():
        if _disagree(rows):
            refs = ", ".join(dict.fromkeys(row.reference for row in rows))
            zh = f"关于{name.zh}，文献结论不一致：{refs}。"
            found.append(Text(en=f"Sources disagree on {name.en}: {refs}.", zh=zh))
    if _disagree(book.guidelines):
        bodies = ", ".join(dict.fromkeys(f"{line.body} {line.year}" for line in book.guidelines))
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
    >>> row = EvidenceRow(outcome=pain, comparator=sham, measure=size, effect=-1.0, low=-1.5, high=-0.4, weeks=18,
    ...                   n=276, direction="for", certainty=Certainty.MODERATE, rated_by=raters, reference="bagg-2022",
    ...                   verified=True)
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


def _disagree(statements: Sequence[EvidenceRow | Guideline]) -> bool:
    directions = {line.direction for line in statements}
    return "for" in directions and len(directions) > 1

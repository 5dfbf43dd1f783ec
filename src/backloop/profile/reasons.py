"""Why a verdict is what it is, in words: the findings that decided, named in both languages.

Decides the wording only; the rule is in `weights`.
"""

from collections.abc import Callable, Mapping, Sequence

from backloop.profile.profiles import Finding, Verdict
from backloop.units import Text

__all__ = ["deciding", "reason_for"]


def deciding(verdict: Verdict, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Give the findings on which a verdict rests.

    Parameters
    ----------
    verdict : Verdict
        What they say together.
    findings : sequence of Finding
        All findings on the mechanism.

    Returns
    -------
    tuple of Finding
        For *supported* the strong ones in favour, else the moderate ones; for *possible* all in favour and the strong
        ones against; for *not supported* the moderate and strong ones against; none for *cannot say*.

    Examples
    --------
    >>> deciding(Verdict.CANNOT_SAY, [])
    ()
    """
    in_favour = [finding for finding in findings if finding.direction == "for"]
    against = [finding for finding in findings if finding.direction == "against"]
    if verdict is Verdict.SUPPORTED:
        strong = [finding for finding in in_favour if finding.counts_as == "strong"]
        return tuple(strong or [finding for finding in in_favour if finding.counts_as == "moderate"])
    if verdict is Verdict.POSSIBLE:
        return (*in_favour, *[finding for finding in against if finding.counts_as == "strong"])
    if verdict is Verdict.NOT_SUPPORTED:
        return tuple(finding for finding in against if finding.counts_as != "weak")
    return ()


def reason_for(verdict: Verdict, findings: Sequence[Finding], against_labels: Mapping[str, Text]) -> Text:
    """Say why the verdict is what it is.

    Parameters
    ----------
    verdict : Verdict
        What the findings say together.
    findings : sequence of Finding
        All findings on the mechanism.
    against_labels : mapping of str to Text
        What a clue is called when it speaks against the mechanism, by clue id.

    Returns
    -------
    Text
        Short sentences that name the findings.

    Examples
    --------
    >>> reason_for(Verdict.CANNOT_SAY, [], {}).zh
    '相关项目尚未测量。'
    """
    decided = deciding(verdict, findings)
    sentences = _SENTENCES[verdict](
        [finding.label for finding in decided if finding.direction == "for"],
        [against_labels[finding.clue] for finding in findings if finding.direction == "against"],
        [against_labels[finding.clue] for finding in decided if finding.direction == "against"],
    )
    sentences = sentences or _open_sentences(findings, against_labels)
    return Text(en=" ".join(each.en for each in sentences), zh="".join(each.zh for each in sentences))


def _supported(in_favour: list[Text], against: list[Text], _: list[Text]) -> list[Text]:
    first = _named("Findings for it: {}.", "支持的发现：{}。", in_favour)
    if against:
        return [first, _named("Against it, but less weighty: {}.", "反对的发现，但分量较轻：{}。", against)]
    return [first, Text(en="Nothing measured speaks against it.", zh="已测项目中无反对的发现。")]


def _possible(in_favour: list[Text], against: list[Text], strong: list[Text]) -> list[Text]:
    first = _named("Findings for it: {}.", "支持的发现：{}。", in_favour)
    if strong:
        return [first, _named("Strongly against it: {}.", "有力反对的发现：{}。", strong)]
    enough = Text(en="That is not enough to call it supported.", zh="分量尚不足以判为“支持”。")
    return [first, *([_named("Against it: {}.", "反对的发现：{}。", against)] if against else []), enough]


def _not_supported(_: list[Text], against: list[Text], __: list[Text]) -> list[Text]:
    return [
        _named("Against it: {}.", "反对的发现：{}。", against),
        Text(en="Nothing measured speaks for it.", zh="已测项目中无支持的发现。"),
    ]


_SENTENCES: dict[Verdict, Callable[[list[Text], list[Text], list[Text]], list[Text]]] = {
    Verdict.SUPPORTED: _supported,
    Verdict.POSSIBLE: _possible,
    Verdict.NOT_SUPPORTED: _not_supported,
    Verdict.CANNOT_SAY: lambda *_: [],
}


def _open_sentences(findings: Sequence[Finding], against_labels: Mapping[str, Text]) -> list[Text]:
    """Say what was measured where nothing decides."""
    labels: dict[str, list[Text]] = {"neither": [], "conflicting": [], "against": []}
    for finding in findings:
        if finding.direction in labels:
            against = finding.direction == "against"
            labels[finding.direction].append(against_labels[finding.clue] if against else finding.label)
    sentences = [_named(*_OPEN[direction], named) for direction, named in labels.items() if named]
    return sentences or [Text(en="What could tell has not been measured yet.", zh="相关项目尚未测量。")]


_OPEN = {
    "neither": (
        "Looked for, but neither clearly there nor clearly absent: {}.",
        "已检查，既不能明确肯定也不能明确排除：{}。",
    ),
    "conflicting": ("Measured, but studies disagree on its meaning: {}.", "已测量，但研究对其意义的结论不一致：{}。"),
    "against": ("Only weakly against it: {}.", "仅有较弱的反对发现：{}。"),
}


def _named(english: str, chinese: str, labels: Sequence[Text]) -> Text:
    return Text(
        en=english.format("; ".join(label.en for label in labels)),
        zh=chinese.format("；".join(label.zh for label in labels)),
    )

"""Scores that somebody else computed: accepted only on a known ruler, and never over the person's own answers.

Decides which of a computed and a reported score stands, and what the reader is told; it computes none.
"""

from collections.abc import Sequence
from typing import NamedTuple

from backloop.measure.recipes import ScoreRecipe
from backloop.measure.sheets import Outcome
from backloop.record import Observation
from backloop.units import Absent, Scale, Text

__all__ = ["Settled", "reconcile"]

_TOLERANCE = 1e-6
_TWICE = Text(en="Two different values were reported; neither is used.", zh="所报数值前后不一致，均未采用。")
_OUTSIDE = Text(en="The value lies outside its scale and is not used.", zh="数值超出量尺范围，未采用。")
_STANDS_IN = Text(
    en="The answers do not suffice for this score; the reported one is used.",
    zh="现有作答不足以计分，采用所报分数。",
)


class Settled(NamedTuple):
    """Which number stands, on which ruler, and whether it was reported.

    Examples
    --------
    >>> Settled(Outcome(value=3.0), Scale(low=0, high=10, better="low")).is_reported
    False
    """

    outcome: Outcome
    scale: Scale
    is_reported: bool = False
    references: tuple[str, ...] = ()


def reconcile(made: Outcome, score: ScoreRecipe, reported: Sequence[Observation]) -> Settled:
    """Settle a score that was computed, reported, or both.

    Parameters
    ----------
    made : Outcome
        What the person's own answers or trials yield.
    score : ScoreRecipe
        The score, with its main scale and the other rulers on which it circulates.
    reported : sequence of Observation
        The same score as others reported it at that visit.

    Returns
    -------
    Settled
        The computed value where there is one; a note tells where a reported one differs by more than 1e-6. Otherwise
        the reported value if its ruler is known and holds it; otherwise the reason for absence.

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.measure.recipes import recipe
    >>> frebaq = recipe(Library.packaged(), "frebaq", "und").scores[0]
    >>> told = Observation(session_id="ses-01", kind="score", book="frebaq", item="frebaq", value=9)
    >>> reconcile(Outcome(absent=Absent.NOT_ASKED), frebaq, [told]).outcome.absent.value
    'unknown scale'
    """
    made = _held(made, score.scale)
    if not reported:
        return Settled(made, score.scale)
    told = [each for each in reported if each.value is not None]
    if made.value is not None:
        return Settled(made._replace(notes=made.notes + _differences(made.value, score.scale, told)), score.scale)
    if not told:
        reasons = {each.absent for each in reported if each.absent is not None}
        gives_reason = made.absent is Absent.NOT_ASKED and len(reasons) == 1
        return Settled(made._replace(absent=reasons.pop()) if gives_reason else made, score.scale)
    settled = _on_known_ruler(told, score)
    if made.absent is Absent.NOT_ASKED or settled.outcome.value is None:
        return settled
    return settled._replace(outcome=settled.outcome._replace(notes=(*settled.outcome.notes, _STANDS_IN)))


def _on_known_ruler(told: Sequence[Observation], score: ScoreRecipe) -> Settled:
    for scale, reference in ((score.scale, ""), *((other.scale, other.reference) for other in score.other_scales)):
        there = [each for each in told if each.scale is not None and each.scale.agrees_with(scale)]
        if there:
            notes = () if scale is score.scale else (_other_ruler(scale, score.scale),)
            outcome = _held(_one_value(there, notes), scale)
            return Settled(outcome, scale, is_reported=True, references=(reference,) if reference else ())
    used = tuple(each.id for each in told)
    return Settled(Outcome(absent=Absent.UNKNOWN_SCALE, used=used), score.scale, is_reported=True)


def _one_value(there: Sequence[Observation], notes: tuple[Text, ...]) -> Outcome:
    used = tuple(dict.fromkeys(each.id for each in there))
    values = {each.value for each in there}
    value = values.pop()
    if values:
        return Outcome(absent=Absent.ARTEFACT, used=used, notes=(*notes, _TWICE))
    if value is None or isinstance(value, str):
        return Outcome(absent=Absent.ARTEFACT, used=used, notes=notes)
    return Outcome(value=float(value), used=used, notes=notes)


def _held(outcome: Outcome, scale: Scale) -> Outcome:
    """Free a value of rounding noise, and refuse it outside its scale."""
    if outcome.value is None:
        return outcome
    value = round(outcome.value, 10) + 0.0
    if scale.holds(value):
        return Outcome(value, None, outcome.label, outcome.used, outcome.notes)
    return Outcome(absent=Absent.ARTEFACT, used=outcome.used, notes=(*outcome.notes, _OUTSIDE))


def _differences(value: float, scale: Scale, told: Sequence[Observation]) -> tuple[Text, ...]:
    """Tell the reader about reported scores that are not the computed one."""
    notes = []
    for each in told:
        same_ruler = each.scale is not None and each.scale.agrees_with(scale)
        if same_ruler and not isinstance(each.value, str) and abs(float(each.value or 0) - value) > _TOLERANCE:
            notes.append(
                Text(
                    en=f"Reported as {each.value:g}, but the answers give {value:g}; the answers count.",
                    zh=f"所报分数为{each.value:g}，按作答计算为{value:g}；以作答结果为准。",
                )
            )
        elif not same_ruler:
            notes.append(_NOT_COMPARED)
    return tuple(dict.fromkeys(notes))


def _other_ruler(scale: Scale, main: Scale) -> Text:
    return Text(
        en=f"Reported on another scale ({_ends(scale)}), which is never compared with the usual one ({_ends(main)}).",
        zh=f"所报分数采用另一量尺（{_ends(scale)}），不与常用量尺（{_ends(main)}）比较。",
    )


def _ends(scale: Scale) -> str:
    low, high = ("…" if end is None else f"{end:g}" for end in (scale.low, scale.high))
    return f"{low}–{high} {scale.version}".strip()


_NOT_COMPARED = Text(
    en="A score was also reported on another or unknown scale; the answers count.",
    zh="另有一个采用其他或未知量尺的所报分数；以作答结果为准。",
)

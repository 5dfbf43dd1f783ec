"""Whether a limit was made for a protocol at all: coil, region, and how the motor threshold was found.

Decides what stands in the way of *within*; a value beyond a limit stays beyond it.
"""

from backloop.library import Limit, Scope, ThresholdBias
from backloop.measure import ThresholdMethod
from backloop.stimulation.judging import Judged, Judgement
from backloop.stimulation.protocols import DirectCurrentProtocol, MagneticProtocol
from backloop.units import Interval, Text

__all__ = ["explain_bias", "find_bias", "judged_intensity", "place_gaps", "threshold_gaps", "withhold"]

_COIL_OPEN = Text(en="the type of coil is not stated", zh="未写明线圈类型")
_PLACE_OPEN = Text(en="the target is not stated", zh="未写明刺激靶点")
_METHOD_OPEN = Text(
    en="how the motor threshold was found is not stated; a threshold judged by eye reads high",
    zh="未写明运动阈值的测定方法；肉眼观察法测得的阈值偏高",
)
_BY_EYE = Text(
    en="the motor threshold was judged by eye; the limit speaks of potentials of the muscle",
    zh="运动阈值由肉眼观察测得；该界限以肌电法阈值为准",
)
_OTHER_BASIS = Text(
    en="the limit is in percent of another motor threshold (resting or active) than the protocol's intensity",
    zh="该界限与方案所用的运动阈值基准（静息或主动）不同",
)


def place_gaps(scope: Scope, protocol: MagneticProtocol | DirectCurrentProtocol) -> tuple[Text, ...]:
    """Say where coil and region differ from those a limit was made with.

    Parameters
    ----------
    scope : Scope
        What the limit was made for.
    protocol : MagneticProtocol or DirectCurrentProtocol
        What is planned.

    Returns
    -------
    tuple of Text
        One reason each; empty where the limit fits.

    Examples
    --------
    >>> from backloop.stimulation import parse_protocol
    >>> plain = parse_protocol({"id": "a", "title": "a", "modality": "rTMS", "timing": {}})
    >>> [gap.en for gap in place_gaps(Scope(modalities=("rTMS",), regions=("M1",)), plain)]
    ['the target is not stated']
    """
    gaps: list[Text] = []
    if scope.coils and isinstance(protocol, MagneticProtocol) and protocol.coil.type not in scope.coils:
        names = ", ".join(scope.coils)
        made = Text(en=f"it was made with other coils ({names})", zh=f"该界限仅适用于其他线圈（{names}）")
        gaps.append(_COIL_OPEN if protocol.coil.type is None else made)
    if scope.regions and (protocol.target is None or protocol.target.region not in scope.regions):
        names = ", ".join(scope.regions)
        made = Text(en=f"it was made over {names}", zh=f"该界限仅针对{names}区")
        gaps.append(_PLACE_OPEN if protocol.target is None else made)
    return tuple(gaps)


def threshold_gaps(scope: Scope, protocol: MagneticProtocol, *, percent: float | None) -> tuple[Text, ...]:
    """Say why an intensity in percent of a motor threshold cannot be read as the limit means it.

    Parameters
    ----------
    scope : Scope
        What the limit was made for.
    protocol : MagneticProtocol
        What is planned.
    percent : float or None
        The intensity in percent of the threshold the limit asks for; None where the protocol gives another basis.

    Returns
    -------
    tuple of Text
        One reason each.

    Examples
    --------
    >>> from backloop.stimulation import parse_protocol
    >>> open_method = parse_protocol({"id": "a", "title": "a", "modality": "rTMS", "timing": {},
    ...                               "intensity": {"value": 90, "basis": "RMT"}})
    >>> gaps = threshold_gaps(Scope(modalities=("rTMS",), emg_threshold=True), open_method, percent=90)
    >>> gaps[0].en[:55]
    'how the motor threshold was found is not stated; a thre'
    """
    if not scope.emg_threshold:
        return ()
    if percent is None:
        return (_OTHER_BASIS,) if protocol.intensity else ()
    method = protocol.motor_threshold.method if protocol.motor_threshold else None
    if method is None:
        return (_METHOD_OPEN,)
    return () if method.uses_emg else (_BY_EYE,)


def judged_intensity(percent: float | None, protocol: MagneticProtocol, bias: ThresholdBias | None) -> float | None:
    """Give the intensity that tables are asked with: the highest it may be where the threshold was judged by eye.

    Parameters
    ----------
    percent : float or None
        As the protocol states it.
    protocol : MagneticProtocol
        Says how the threshold was found.
    bias : ThresholdBias or None
        How much higher such a threshold reads.

    Returns
    -------
    float or None
        Percent of a threshold from potentials of the muscle.

    References
    ----------
    westin-2014

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.stimulation import parse_protocol
    >>> seen = parse_protocol({"id": "a", "title": "a", "modality": "rTMS", "timing": {},
    ...                        "motor_threshold": {"method": "visual twitch"}})
    >>> judged_intensity(100, seen, Library.packaged().limit("visual-motor-threshold").holds)
    127.8
    """
    range_ = _true_range(percent, protocol, bias)
    return percent if range_ is None else range_.high


def explain_bias(percent: float | None, protocol: MagneticProtocol, bias: ThresholdBias | None) -> Text | None:
    """Say what an intensity may be where the motor threshold was judged by eye.

    Parameters
    ----------
    percent : float or None
        As the protocol states it.
    protocol : MagneticProtocol
        Says how the threshold was found.
    bias : ThresholdBias or None
        How much higher such a threshold reads.

    Returns
    -------
    Text or None
        None where the threshold was not judged by eye, or the intensity is open.

    References
    ----------
    westin-2014

    Examples
    --------
    >>> from backloop.library import Library
    >>> from backloop.stimulation import parse_protocol
    >>> seen = parse_protocol({"id": "a", "title": "a", "modality": "rTMS", "timing": {},
    ...                        "motor_threshold": {"method": "visual twitch"}})
    >>> explain_bias(90, seen, Library.packaged().limit("visual-motor-threshold").holds).en[-52:]
    'about 100.2 % (90 to 115 %) of a threshold from EMG.'
    """
    range_ = _true_range(percent, protocol, bias)
    if range_ is None or bias is None or percent is None:
        return None
    mean = percent * (1 + bias.mean_percent / 100)
    return Text(
        en=f"A motor threshold judged by eye reads {bias.mean_percent:g} % high on average ({bias.low_percent:g} to "
        f"{bias.high_percent:g} %): {percent:g} % of it may be about {mean:.1f} % ({range_.low:.0f} to "
        f"{range_.high:.0f} %) of a threshold from EMG.",
        zh=f"肉眼观察法测得的运动阈值平均偏高{bias.mean_percent:g}%（{bias.low_percent:g}～{bias.high_percent:g}%）："
        f"其{percent:g}%约相当于肌电法阈值的{mean:.1f}%（{range_.low:.0f}～{range_.high:.0f}%）。",
    )


def withhold(judged: Judged, gaps: tuple[Text, ...]) -> Judged:
    """Turn *within* into *not covered* where the limit was not made for this; everything else stands.

    Parameters
    ----------
    judged : Judged
        The verdict on the number.
    gaps : tuple of Text
        Why the limit may not apply.

    Returns
    -------
    Judged
        Never more permissive than `judged`.

    Examples
    --------
    >>> made_elsewhere = Text(en="it was made over M1", zh="该界限仅针对M1区")
    >>> withhold(Judged(Judgement.WITHIN, 5), (made_elsewhere,)).judgement.value
    'not covered'
    """
    if gaps and judged.judgement is Judgement.WITHIN:
        return Judged(Judgement.NOT_COVERED, judged.limit, judged.why)
    return judged


def find_bias(limits: tuple[Limit, ...]) -> ThresholdBias | None:
    """Give the book on thresholds judged by eye, where the library has one."""
    return next((limit.holds for limit in limits if isinstance(limit.holds, ThresholdBias)), None)


def _true_range(percent: float | None, protocol: MagneticProtocol, bias: ThresholdBias | None) -> Interval | None:
    used = protocol.motor_threshold
    if percent is None or bias is None or used is None or used.method is not ThresholdMethod(bias.method):
        return None
    return Interval(
        low=round(percent * (1 + bias.low_percent / 100), 6), high=round(percent * (1 + bias.high_percent / 100), 6)
    )

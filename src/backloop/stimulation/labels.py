"""What the values of a dose are called, with their units, in both languages.

Decides words and rounding for a reader; it computes nothing.
"""

from backloop.units import Text

__all__ = ["amount", "name_quantity"]

_NAMES = {
    "frequency_hz": (Text(en="Frequency", zh="频率"), "Hz"),
    "pulses_in_burst": (Text(en="Pulses in a burst", zh="每簇脉冲数"), ""),
    "burst_frequency_hz": (Text(en="Bursts a second", zh="每秒簇数"), "Hz"),
    "pulses_per_train": (Text(en="Pulses in a train", zh="每串脉冲数"), ""),
    "train_duration_s": (Text(en="Length of a train", zh="单串时长"), "s"),
    "trains": (Text(en="Trains in a session", zh="每次治疗串数"), ""),
    "train_onset_s": (Text(en="From the start of one train to the next", zh="串间起始间隔"), "s"),
    "train_gap_s": (Text(en="Pause between trains", zh="串间间歇"), "s"),
    "duty": (Text(en="Share of the time with pulses", zh="占空比"), ""),
    "pulses_per_session": (Text(en="Pulses a session", zh="每次治疗脉冲数"), ""),
    "session_s": (Text(en="First to last train", zh="首串至末串时长"), "s"),
    "total_s": (Text(en="All full cycles", zh="全部周期时长"), "s"),
    "pulses_per_week": (Text(en="Pulses a week", zh="每周脉冲数"), ""),
    "pulses_per_course": (Text(en="Pulses in the course", zh="全疗程脉冲数"), ""),
    "intensity_percent_rmt": (Text(en="Intensity, of the resting motor threshold", zh="强度（静息运动阈值）"), "%"),
    "intensity_percent_amt": (Text(en="Intensity, of the active motor threshold", zh="强度（主动运动阈值）"), "%"),
    "stimulator_output_percent": (Text(en="Output of the stimulator", zh="刺激器输出强度"), "%"),
    "current_ma": (Text(en="Current", zh="电流"), "mA"),
    "duration_min": (Text(en="Time at full current", zh="满电流时间"), "min"),
    "charge_c": (Text(en="Charge", zh="电荷量"), "C"),
    "charge_per_course_c": (Text(en="Charge in the course", zh="全疗程电荷量"), "C"),
    "current_density_ma_per_cm2": (Text(en="Current density", zh="电流密度"), "mA/cm2"),
    "current_density_a_per_m2": (Text(en="Current density", zh="电流密度"), "A/m2"),
    "charge_density_c_per_cm2": (Text(en="Charge density", zh="电荷密度"), "C/cm2"),
    "charge_density_c_per_m2": (Text(en="Charge density", zh="电荷密度"), "C/m2"),
}
_OPEN = Text(en="not stated", zh="未写明")
_WHOLE = 1000


def name_quantity(quantity: str) -> Text:
    """Give what a value of a dose is called.

    Parameters
    ----------
    quantity : str
        A field of a dose, such as ``train_gap_s``.

    Returns
    -------
    Text
        Its name, without unit.

    Examples
    --------
    >>> name_quantity("train_gap_s").zh
    '串间间歇'
    """
    return _NAMES[quantity][0]


def amount(quantity: str, value: float | None) -> Text:
    """Give a value with its unit, or say that it is not stated.

    Parameters
    ----------
    quantity : str
        A field of a dose.
    value : float or None
        In the field's unit.

    Returns
    -------
    Text
        Three significant digits below a thousand, whole numbers above.

    Examples
    --------
    >>> amount("current_density_ma_per_cm2", 2 / 35).en, amount("pulses_per_session", 3000).en
    ('0.0571 mA/cm2', '3000')
    """
    if value is None:
        return _OPEN
    number = f"{value:.0f}" if value >= _WHOLE else f"{value:.3g}"
    words = f"{number} {_NAMES[quantity][1]}".strip()
    return Text(en=words, zh=words)

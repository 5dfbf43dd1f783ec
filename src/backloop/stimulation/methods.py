"""The paragraph of methods for a paper, sentence by sentence, in both languages.

Decides the wording; a value that is open is named at the end as not stated.
"""

from collections.abc import Iterator

from backloop.stimulation.doses import DirectCurrentDose, MagneticDose
from backloop.stimulation.labels import amount
from backloop.stimulation.protocols import DirectCurrentProtocol, Electrode, MagneticProtocol, Sham
from backloop.units import Text

__all__ = ["methods_paragraph"]

_KINDS = {
    "rTMS": Text(en="Repetitive transcranial magnetic stimulation", zh="重复经颅磁刺激"),
    "iTBS": Text(en="Intermittent theta burst stimulation", zh="间歇性θ爆发刺激"),
    "cTBS": Text(en="Continuous theta burst stimulation", zh="连续性θ爆发刺激"),
    "tDCS": Text(en="Transcranial direct current stimulation", zh="经颅直流电刺激"),
}
_BASES = {
    "RMT": Text(en="the resting motor threshold", zh="静息运动阈值"),
    "AMT": Text(en="the active motor threshold", zh="主动运动阈值"),
    "MSO": Text(en="the stimulator's maximum output", zh="刺激器最大输出"),
}
_COILS = {
    "figure-8": Text(en="a figure-8 coil", zh="8字形线圈"),
    "round": Text(en="a round coil", zh="圆形线圈"),
    "double-cone": Text(en="a double-cone coil", zh="双锥形线圈"),
    "H": Text(en="an H coil", zh="H线圈"),
    "other": Text(en="another type of coil", zh="其他类型线圈"),
}
_SHAMS = {
    "none": Text(en="There was no sham", zh="未设假刺激"),
    "sham coil": Text(en="Sham was given with a sham coil", zh="假刺激采用假线圈"),
    "tilted coil": Text(en="Sham was given with a tilted coil", zh="假刺激采用倾斜线圈"),
    "current fades out": Text(en="In sham the current faded out", zh="假刺激时电流渐降至零"),
    "inactive device": Text(en="Sham was given with an inactive device", zh="假刺激采用未通电设备"),
    "other": Text(en="Sham was given in another way", zh="假刺激采用其他方式"),
}
_POLARITIES = {"anode": Text(en="anode", zh="阳极"), "cathode": Text(en="cathode", zh="阴极")}
_OPEN = {
    "device": Text(en="stimulator", zh="刺激器"),
    "target": Text(en="target", zh="靶点"),
    "coil": Text(en="type of coil", zh="线圈类型"),
    "trains": Text(en="trains and pauses", zh="刺激串与间歇"),
    "intensity": Text(en="intensity", zh="强度"),
    "threshold": Text(en="how the motor threshold was found", zh="运动阈值测定方法"),
    "pulse shape": Text(en="shape of the pulse", zh="脉冲波形"),
    "course": Text(en="number of sessions", zh="治疗次数"),
    "sham": Text(en="sham", zh="假刺激方式"),
    "ramp": Text(en="ramp", zh="电流升降时间"),
    "electrodes": Text(en="place and area of every electrode", zh="各电极的位置与面积"),
    "impedance": Text(en="impedance", zh="阻抗"),
}


def methods_paragraph(
    protocol: MagneticProtocol | DirectCurrentProtocol, dose: MagneticDose | DirectCurrentDose
) -> Text:
    """Write what was given as a paragraph of methods.

    Parameters
    ----------
    protocol : MagneticProtocol or DirectCurrentProtocol
        What was given.
    dose : MagneticDose or DirectCurrentDose
        What that amounts to.

    Returns
    -------
    Text
        Sentences in both languages; the last names what is not stated. Names from the file stay as they are written.

    Examples
    --------
    >>> from backloop.stimulation.doses import derive_dose
    >>> from backloop.stimulation.protocols import parse_protocol
    >>> usual = parse_protocol({"id": "a", "title": "a", "modality": "tDCS", "current_mA": 2, "duration_s": 1200,
    ...                         "schedule": {"sessions": 5}})
    >>> methods_paragraph(usual, derive_dose(usual)).zh[:25]
    '采用经颅直流电刺激，电流2 mA，时间20 min'
    """
    middle: Iterator[Text] = iter(())
    if isinstance(protocol, DirectCurrentProtocol):
        middle = _current(protocol)
    elif isinstance(dose, MagneticDose):
        middle = _magnetic(protocol, dose)
    sentences = [*middle, *_course(protocol), *_sham(protocol.sham), *_silence(protocol, dose)]
    return Text(
        en=" ".join(f"{sentence.en}." for sentence in sentences),
        zh="".join(f"{sentence.zh}。" for sentence in sentences),
    )


def _magnetic(protocol: MagneticProtocol, dose: MagneticDose) -> Iterator[Text]:
    kind, place = _KINDS[protocol.modality], _place(protocol)
    coil = _COILS.get(protocol.coil.type or "")
    device = _bracket(protocol.coil.model, _device(protocol))
    english, chinese = (f" with {coil.en}", f"，使用{coil.zh}") if coil else ("", "")
    over_en, over_zh = (f" over {place}", f"，刺激部位为{place}") if place else ("", "")
    yield Text(en=f"{kind.en} was given{over_en}{english}{device[0]}", zh=f"采用{kind.zh}{over_zh}{chinese}{device[1]}")
    yield from _trains(protocol, dose)
    if protocol.intensity is not None:
        basis, value = _BASES[protocol.intensity.basis], protocol.intensity.value
        how = protocol.motor_threshold
        method = how.method.text if how and how.method else None
        english, chinese = (f", found by {method.en}", f"（测定方法：{method.zh}）") if method else ("", "")
        yield Text(
            en=f"The intensity was {value:g} % of {basis.en}{english}", zh=f"强度为{basis.zh}的{value:g}%{chinese}"
        )


def _trains(protocol: MagneticProtocol, dose: MagneticDose) -> Iterator[Text]:
    say = {name: amount(name, value).en for name, value in dose.model_dump().items() if not isinstance(value, tuple)}
    pulses_en = f"{say['pulses_per_session']} pulses a session" if dose.pulses_per_session else ""
    pulses_zh = f"每次治疗{say['pulses_per_session']}个脉冲" if dose.pulses_per_session else ""
    if dose.train_duration_s is None:
        if dose.frequency_hz and pulses_en:
            yield Text(
                en=f"Pulses came at {say['frequency_hz']}, {pulses_en}", zh=f"频率{say['frequency_hz']}，{pulses_zh}"
            )
        return
    rate_en, rate_zh = (
        f"{say['pulses_per_train']} pulses at {say['frequency_hz']}",
        f"{say['pulses_per_train']}个脉冲（{say['frequency_hz']}）",
    )
    if protocol.modality != "rTMS":
        rate_en = f"bursts of {say['pulses_in_burst']} pulses at {say['frequency_hz']}, repeated at "
        rate_en += say["burst_frequency_hz"]
        rate_zh = (
            f"若干簇，每簇{say['pulses_in_burst']}个脉冲（{say['frequency_hz']}），簇频率{say['burst_frequency_hz']}"
        )
    repeat_en, repeat_zh = "", ""
    if dose.train_onset_s is not None:
        onset, gap = say["train_onset_s"], say["train_gap_s"]
        repeat_en = f", started every {onset} (pause {gap}), {say['trains']} trains"
        repeat_zh = f"，每{onset}开始一串（间歇{gap}），共{say['trains']}串"
    length = say["train_duration_s"]
    yield Text(
        en=f"A train held {rate_en} ({length}){repeat_en}; {pulses_en}",
        zh=f"每串含{rate_zh}，时长{length}{repeat_zh}；{pulses_zh}",
    )


def _current(protocol: DirectCurrentProtocol) -> Iterator[Text]:
    kind, device = _KINDS["tDCS"], _bracket(_device(protocol))
    current, minutes = amount("current_ma", protocol.current_ma).en, amount("duration_min", protocol.duration_s / 60).en
    place = _place(protocol)
    over_en, over_zh = (f" over {place}", f"，刺激部位为{place}") if place else ("", "")
    yield Text(
        en=f"{kind.en} was given at {current} for {minutes}{over_en}{device[0]}",
        zh=f"采用{kind.zh}，电流{current}，时间{minutes}{over_zh}{device[1]}",
    )
    if protocol.ramp_s is not None:
        yield Text(
            en=f"The current rose and fell over {protocol.ramp_s:g} s", zh=f"电流升降时间各{protocol.ramp_s:g}秒"
        )
    if protocol.electrodes:
        told = [_electrode(each) for each in protocol.electrodes]
        yield Text(
            en="Electrodes: " + "; ".join(each.en for each in told), zh="电极：" + "；".join(each.zh for each in told)
        )


def _electrode(electrode: Electrode) -> Text:
    polarity, area = _POLARITIES[electrode.polarity], electrode.area_cm2
    parts = [electrode.shape, "" if area is None else f"{area:g} cm2", electrode.medium]
    rest = _bracket(*parts)
    return Text(
        en=f"{polarity.en} at {electrode.position}{rest[0]}", zh=f"{polarity.zh}置于{electrode.position}{rest[1]}"
    )


def _course(protocol: MagneticProtocol | DirectCurrentProtocol) -> Iterator[Text]:
    course = protocol.schedule
    if course.sessions is not None:
        sessions = "There was 1 session" if course.sessions == 1 else f"There were {course.sessions} sessions"
        weeks_en, weeks_zh = ("", "")
        if course.weeks is not None:
            weeks_en, weeks_zh = f" over {course.weeks:g} weeks", f"，历时{course.weeks:g}周"
        weeks_en = " in 1 week" if course.weeks == 1 else weeks_en
        yield Text(en=sessions + weeks_en, zh=f"共{course.sessions}次{weeks_zh}")
    if protocol.concurrent_task:
        task = protocol.concurrent_task
        yield Text(en=f"During stimulation: {task}", zh=f"刺激期间：{task}")


def _sham(sham: Sham | None) -> Iterator[Text]:
    if sham is not None:
        words = _SHAMS[sham.type]
        fade = sham.active_s
        english, chinese = (f" after {fade:g} s", f"（{fade:g}秒后）") if fade is not None else ("", "")
        yield Text(en=words.en + english, zh=words.zh + chinese)


def _silence(
    protocol: MagneticProtocol | DirectCurrentProtocol, dose: MagneticDose | DirectCurrentDose
) -> Iterator[Text]:
    stated: dict[str, object] = {"device": protocol.device.model, "target": protocol.target}
    if isinstance(protocol, MagneticProtocol):
        used = protocol.motor_threshold
        stated |= {"coil": protocol.coil.type, "trains": protocol.timing.levels, "intensity": protocol.intensity}
        stated |= {"threshold": used and used.method, "pulse shape": protocol.pulse_shape}
    else:
        densities = dose.quantities.get("current_density_ma_per_cm2")
        stated |= {"ramp": protocol.ramp_s, "electrodes": densities, "impedance": protocol.impedance_kohm}
    stated |= {"course": protocol.schedule.sessions, "sham": protocol.sham}
    names = [_OPEN[name] for name, value in stated.items() if value in {None, "", ()}]
    if names:
        yield Text(
            en="Not stated: " + ", ".join(name.en for name in names),
            zh="未写明：" + "、".join(name.zh for name in names),
        )


def _place(protocol: MagneticProtocol | DirectCurrentProtocol) -> str:
    target = protocol.target
    if target is None:
        return ""
    return f"{target.name or target.region}" + (f" ({target.position})" if target.position else "")


def _device(protocol: MagneticProtocol | DirectCurrentProtocol) -> str:
    return " ".join(part for part in (protocol.device.maker, protocol.device.model) if part)


def _bracket(*parts: str) -> tuple[str, str]:
    """Put what is there in brackets, in both languages."""
    there = [part for part in parts if part]
    return (f" ({', '.join(there)})", f"（{'，'.join(there)}）") if there else ("", "")

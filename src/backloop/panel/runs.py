"""Several runs of one marker at one visit: what they say together, or why they cannot be combined.

Decides which readings may be averaged and how sure their mean is; no reading is ever dropped without a word.
"""

from collections.abc import Iterable, Sequence
from math import hypot, sqrt
from statistics import NormalDist

from backloop.recordings import Derivation, FileUsed, Reading
from backloop.units import Absent, Interval, Text

__all__ = ["combine_runs", "condition_of"]

_DISAGREE = Text(
    en="Two readings of the same files disagree; neither is used.", zh="同一文件的两次读数不一致，均未采用。"
)
_TWICE = Text(en="The same recording was given twice; it counts once.", zh="同一记录被重复提供，仅计一次。")


def condition_of(reading: Reading) -> tuple[str, str, str]:
    """Say under what a reading was made; only readings of one condition are averaged.

    Parameters
    ----------
    reading : Reading
        The reading.

    Returns
    -------
    tuple of str
        Eyes (closed before open), convention, unit.

    Examples
    --------
    >>> condition_of(Reading(marker="acc-naa", participant_id="sub-1", session_id="ses-1", value=9.0, unit="mmol/kg",
    ...                      convention="LCModel"))
    ('', 'LCModel', 'mmol/kg')
    """
    return str(reading.because.parameters.get("eyes", "")), reading.convention, reading.unit


def combine_runs(readings: Sequence[Reading]) -> Reading:
    """Combine the readings of one marker, visit and condition.

    Parameters
    ----------
    readings : sequence of Reading
        One or more, in any order; correlations stand as Fisher z.

    Returns
    -------
    Reading
        The mean of those with a value, weighted by what each averaged (`n`) where all say it. Absent, with the
        reason, where none has a value or two of the same files disagree.

    Notes
    -----
    Runs are taken as independent: the half widths of their intervals add as squares, and where the runs differ by
    more than that the interval grows by the root of chi-squared over its degrees of freedom (Birge ratio). Without an
    interval for every run there is none for the mean. Quality is the mean over the runs.

    References
    ----------
    backloop-convention

    Examples
    --------
    >>> first = Reading(marker="mpfc-dmn", participant_id="sub-1", session_id="ses-1", value=0.25, unit="Fisher z",
    ...     convention="seed", n=100, counted="volumes", interval=Interval(low=0.0, high=0.5))
    >>> second = first.model_copy(update={"value": 0.5, "n": 300, "interval": Interval(low=0.3, high=0.7)})
    >>> both = combine_runs([first, second])
    >>> both.value, both.n, round(both.interval.low, 2), round(both.interval.high, 2)
    (0.4375, 400, 0.18, 0.7)
    """
    runs = sorted(readings, key=_order)
    if len(runs) == 1:
        return runs[0]
    held = {(_source(run), run.value): run for run in runs if run.value is not None}
    notes = _notes(runs, is_repeated=len(held) < sum(run.value is not None for run in runs))
    if len({source for source, _ in held}) < len(held):
        update = {"value": None, "interval": None, "absent": Absent.ARTEFACT, "reason": _DISAGREE, "notes": notes}
        return runs[0].model_copy(update=update | {"because": _because(runs)})
    if not held:
        return runs[0].model_copy(update={"notes": notes, "because": _because(runs)})
    together = list(held.values())
    return _mean(together, notes) if len(together) > 1 else together[0].model_copy(update={"notes": notes})


def _order(run: Reading) -> tuple[tuple[str, ...], str]:
    return tuple(used.name for used in run.because.files), run.model_dump_json()


def _source(run: Reading) -> frozenset[str]:
    """Say what a reading was made from: the hashes of its files, or, without files, all that is known of it."""
    return frozenset(used.sha256 for used in run.because.files) or frozenset({run.model_dump_json()})


def _mean(runs: Sequence[Reading], notes: tuple[Text, ...]) -> Reading:
    counts = [run.n for run in runs if run.n is not None]
    is_counted = len(counts) == len(runs) and len({run.counted for run in runs}) == 1 and sum(counts) > 0
    shares = [count / sum(counts) for count in counts] if is_counted else [1 / len(runs)] * len(runs)
    values = [run.value or 0.0 for run in runs]
    value = _weighted(values, shares)
    update = {
        "value": value,
        "interval": _interval(runs, shares, value),
        "n": sum(counts) if is_counted else None,
        "counted": runs[0].counted if is_counted else None,
        "quality": _quality(runs, shares),
        "notes": (_told(values, is_counted=is_counted), *notes),
        "because": _because(runs),
    }
    return runs[0].model_copy(update=update)


def _weighted(values: Iterable[float], shares: Iterable[float]) -> float:
    return sum(value * share for value, share in zip(values, shares, strict=True))


def _interval(runs: Sequence[Reading], shares: Sequence[float], value: float) -> Interval | None:
    ends = [run.interval for run in runs if run.interval is not None and run.interval.low < run.interval.high]
    if len(ends) < len(runs) or len({end.level for end in ends}) > 1:
        return None
    values = [run.value or 0.0 for run in runs]
    quantile = NormalDist().inv_cdf((1 + ends[0].level) / 2)
    errors = [(end.high - end.low) / 2 / quantile for end in ends]
    apart = sum(((each - value) / error) ** 2 for each, error in zip(values, errors, strict=True))
    wider = max(1.0, sqrt(apart / (len(runs) - 1)))
    below = hypot(*[share * (each - end.low) for share, each, end in zip(shares, values, ends, strict=True)])
    above = hypot(*[share * (end.high - each) for share, each, end in zip(shares, values, ends, strict=True)])
    return Interval(low=value - wider * below, high=value + wider * above, level=ends[0].level)


def _quality(runs: Sequence[Reading], shares: Sequence[float]) -> dict[str, float]:
    in_all = [name for name in runs[0].quality if all(name in run.quality for run in runs)]
    return {name: _weighted([run.quality[name] for run in runs], shares) for name in in_all}


def _because(runs: Sequence[Reading]) -> Derivation:
    """Join what the runs rest on; a parameter or version in which they differ is told for each."""
    files: dict[FileUsed, None] = dict.fromkeys(used for run in runs for used in run.because.files)
    told: dict[str, list[str | int | float | bool]] = {}
    software: dict[str, dict[str, None]] = {}
    for run in runs:
        for name, value in run.because.parameters.items():
            told.setdefault(name, []).append(value)
        for name, used in run.because.software.items():
            software.setdefault(name, {})[used] = None
    same = {name: values[0] if len(set(values)) == 1 else " | ".join(map(str, values)) for name, values in told.items()}
    return Derivation(
        files=tuple(files),
        parameters={**same, "runs": len(runs)},
        software={name: ", ".join(used) for name, used in software.items()},
    )


def _told(values: Sequence[float], *, is_counted: bool) -> Text:
    english, chinese = (", weighted by length", "，按长度加权") if is_counted else ("", "")
    listed = ", ".join(f"{value:.4g}" for value in values)
    return Text(
        en=f"Mean of {len(values)} runs{english}: {listed}.",
        zh=f"{len(values)}次采集的均值{chinese}：{listed.replace(', ', '、')}。",
    )


def _notes(runs: Sequence[Reading], *, is_repeated: bool) -> tuple[Text, ...]:
    """Keep every run's notes, and say what became of those that did not count."""
    notes = [note for run in runs for note in run.notes]
    lacking = [run for run in runs if run.reason is not None]
    if len(lacking) < len(runs):
        notes += [_left_out(run.reason) for run in lacking if run.reason is not None]
    return tuple(dict.fromkeys([*notes, _TWICE] if is_repeated else notes))


def _left_out(reason: Text) -> Text:
    return Text(
        en=f"One run gave no value: {reason.en.rstrip('.')}.", zh=f"有一次采集无数值：{reason.zh.rstrip('。')}。"
    )

"""How the trials of a sensory or movement test become a number: one summary, or a contrast of two phases.

Decides which trials count and how they are put together; units come from `units`, limits from the protocol's book.
"""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from math import fsum

from backloop.errors import UnitMismatch
from backloop.library import Missing, TrialContrast, TrialField, TrialSummary
from backloop.measure.questionnaires import Method, Result
from backloop.measure.sheets import Outcome, Sheet, Trial
from backloop.record import Observation
from backloop.units import Absent, Text, convert

__all__ = ["TRIAL_METHODS", "lay_out_trials"]

Place = tuple[str, str, int]
"""Where a trial stands: site, phase, number."""

_SUMMARIES: dict[str, Callable[[list[float]], float]] = {
    "highest": max,
    "last": lambda values: values[-1],
    "lowest": min,
    "mean": statistics.fmean,
    "median": statistics.median,
    "sum": fsum,
}


def lay_out_trials(seen: Iterable[Observation], fields: Mapping[str, TrialField], *, sheet: Sheet) -> Sheet:
    """Put the trials of a test in order, each value in its field's own unit.

    Parameters
    ----------
    seen : iterable of Observation
        Trial observations of one protocol at one visit. A trial without a number takes its place in the order given.
    fields : mapping of str to TrialField
        The protocol's fields by id: unit and range.
    sheet : Sheet
        Receives the reasons for absent values, and in `left_out` the fields with a value outside its range or two
        different values for one trial; such values are not used.

    Returns
    -------
    Sheet
        The sheet with its trials, by site, phase and number.

    Raises
    ------
    UnitMismatch
        If a unit cannot be expressed in the field's unit; the message names the protocol and the field.

    Examples
    --------
    >>> from backloop.units import Text
    >>> pressure = TrialField(id="pressure", title=Text(en="pressure", zh="压力"), unit="kPa")
    >>> one = Observation(session_id="ses-01", kind="trial", book="ppt", item="pressure", value=5.9, unit="lb/cm2")
    >>> round(lay_out_trials([one], {"pressure": pressure}, sheet=Sheet()).trials[0].values["pressure"])
    262
    """
    found: dict[Place, dict[str, list[tuple[str, float | None]]]] = defaultdict(lambda: defaultdict(list))
    places: dict[tuple[str, str, str], int] = defaultdict(int)
    for each in seen:
        if each.item not in fields:
            continue
        run = (each.site, each.phase, each.item)
        places[run] += 1
        number = places[run] if each.trial is None else each.trial
        if each.absent is not None:
            sheet.lack(each.item, each.absent)
        elif isinstance(each.value, str):
            sheet.left_out.add(each.item)
        found[each.site, each.phase, number][each.item].append((each.id, _in_unit(each, fields[each.item])))
    sheet.trials.extend(_trial(place, found[place], fields, sheet=sheet) for place in sorted(found))
    return sheet


def _in_unit(seen: Observation, field: TrialField) -> float | None:
    if seen.value is None or isinstance(seen.value, str):
        return None
    try:
        return convert(float(seen.value), seen.unit or field.unit, field.unit)
    except UnitMismatch as error:
        message = f"{seen.book}, field '{seen.item}': {error}"
        raise UnitMismatch(message) from error


def _trial(
    place: Place,
    recorded: Mapping[str, list[tuple[str, float | None]]],
    fields: Mapping[str, TrialField],
    *,
    sheet: Sheet,
) -> Trial:
    values, ids = {}, {}
    for name, entries in recorded.items():
        given = {value for _, value in entries if value is not None}
        value = next(iter(given)) if len(given) == 1 else None
        if value is not None and _fits(value, fields[name]):
            values[name], ids[name] = value, next(seen for seen, entry in entries if entry == value)
        elif given:
            sheet.left_out.add(name)
    return Trial(*place, values, ids)


def _fits(value: float, field: TrialField) -> bool:
    above = field.low is None or value >= field.low
    below = field.high is None or value <= field.high
    return above and below and (not field.whole or value == int(value))


def _summary(key: TrialSummary, sheet: Sheet, _: Missing) -> Result:
    chosen = [
        trial
        for trial in _after_first(sheet.trials, phase=key.phase, drop_first=key.drop_first)
        if key.field in trial.values
        and (key.only_if is None or trial.values.get(key.only_if) == 1)
        and (key.keep_low is None or trial.values[key.field] >= key.keep_low)
        and (key.keep_high is None or trial.values[key.field] <= key.keep_high)
    ]
    if len(chosen) < key.at_least:
        return _too_few(key.field, sheet)
    value = key.multiply * _SUMMARIES[key.summary]([trial.values[key.field] for trial in chosen])
    names = [key.field] if key.only_if is None else [key.field, key.only_if]
    return Outcome(value=value, used=_ids(chosen, names), notes=_sites(chosen))


def _contrast(key: TrialContrast, sheet: Sheet, _: Missing) -> Result:
    phases = [
        [trial for trial in sheet.trials if trial.phase == phase and key.field in trial.values]
        for phase in (key.phase, key.reference_phase)
    ]
    if min(map(len, phases)) < key.at_least:
        return _too_few(key.field, sheet)
    mean, reference = (statistics.fmean(trial.values[key.field] for trial in trials) for trials in phases)
    if key.how != "difference" and reference == 0:
        return Absent.UNDEFINED
    used = [trial for trials in phases for trial in trials]
    value = {
        "difference": lambda: mean - reference,
        "percent": lambda: 100 * (mean - reference) / reference,
        "ratio": lambda: mean / reference,
    }[key.how]()
    return Outcome(value=value, used=_ids(used, [key.field]), notes=_sites(used))


def _after_first(trials: Iterable[Trial], *, phase: str | None, drop_first: int) -> list[Trial]:
    """Give the trials of a phase without the first ones of every run (a run is one phase at one site)."""
    wanted = (trial for trial in trials if phase is None or trial.phase == phase)
    runs = groupby(wanted, key=lambda trial: (trial.site, trial.phase))
    return [trial for _, run in runs for trial in list(run)[drop_first:]]


def _ids(trials: Iterable[Trial], names: list[str]) -> tuple[str, ...]:
    return tuple(trial.ids[name] for trial in trials for name in names)


def _too_few(field: str, sheet: Sheet) -> Absent:
    if any(field in trial.values for trial in sheet.trials):
        return Absent.TOO_MANY_MISSING
    if field in sheet.left_out:
        return Absent.ARTEFACT
    return sheet.reasons.get(field, Absent.NOT_ASKED)


def _sites(trials: Iterable[Trial]) -> tuple[Text, ...]:
    count = len({trial.site for trial in trials})
    if count == 1:
        return ()
    return (
        Text(en=f"Trials of {count} sites or activities were taken together.", zh=f"合并了{count}个部位或活动的结果。"),
    )


TRIAL_METHODS: dict[str, Method] = {"trial-contrast": _contrast, "trials": _summary}
"""The methods for trials, by the name that a protocol's key gives them."""

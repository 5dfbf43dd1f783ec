"""From oxygenation series of the frontal pole to readings: how blood oxygen changes while something is done.

Decides how blocks are set against the seconds before them; converting light to oxygenation, and freeing it of motion
and skin, is done before by the recording's own program.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import Field
from scipy.special import stdtrit

from backloop.errors import MeasureError, UnreadableSource
from backloop.recordings import Derivation, FileUsed, Reading, TextFile, open_text, parse_number
from backloop.units import Frozen, Interval, Text

__all__ = ["NirsBlock", "NirsSeries", "read_nirs", "read_nirs_markers"]

Floats = npt.NDArray[np.float64]

_KINDS = ("hbo", "hbr")
_RATE_HZ = (0.5, 1000.0)
_STEP_ERROR = 0.05
_JUMP_SDS, _TO_SD = 6.0, 1.4826
_FEWEST_FOR_INTERVAL = 3
_BASELINE = Text(
    en="Mean of each block minus the seconds before it; not corrected here for motion, skin or drift.",
    zh="各组块均值减去其前数秒的均值；此处未作运动、头皮血流或漂移校正。",
)
_FEW_BLOCKS = Text(en="Fewer than three blocks: no interval.", zh="组块少于3个，不给出区间。")


class NirsBlock(Frozen):
    """A stretch in which something was done: when it began and how long it lasted, in seconds of the recording.

    Examples
    --------
    >>> NirsBlock(onset_s=60, duration_s=30).duration_s
    30.0
    """

    onset_s: float = Field(ge=0)
    duration_s: float = Field(gt=0)


@dataclass(frozen=True, slots=True)
class NirsSeries:
    """Oxygenated and deoxygenated haemoglobin of one place, shapes (samples,), on one clock.

    Examples
    --------
    >>> used = (FileUsed(name="a.tsv", sha256="0" * 64),)
    >>> NirsSeries(hbo=np.arange(4.0), hbr=np.zeros(4), rate_hz=2.0, unit="umol/L", files=used).seconds
    2.0
    """

    hbo: Floats
    hbr: Floats
    rate_hz: float
    unit: str
    files: tuple[FileUsed, ...]

    @property
    def seconds(self) -> float:
        """How long the recording is."""
        return self.hbo.size / self.rate_hz


def read_nirs(
    path: Path, *, deoxygenated: Path | None = None, rate_hz: float | None = None, unit: str = "a.u."
) -> NirsSeries:
    r"""Read haemoglobin series of one place.

    Parameters
    ----------
    path : Path
        A table exported from SNIRF, with a column ``time`` (s) and channels whose names end in hbo and hbr, averaged
        over channels; or oxygenated haemoglobin with one number a line.
    deoxygenated : Path, optional
        With one number a line: the file of deoxygenated haemoglobin.
    rate_hz : float, optional
        With one number a line: samples a second, which such files do not hold.
    unit : str
        The unit of the numbers, which neither form states reliably.

    Returns
    -------
    NirsSeries
        Both series.

    Raises
    ------
    UnreadableSource
        If the two differ in length, a value is missing, a series never changes, or time is missing, uneven or not in
        seconds.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "channels.tsv"
    >>> rows = "".join(f"{n / 10}\t{n % 3}\t{-(n % 3)}\n" for n in range(20))
    >>> _ = file.write_text("time\tS1_D1 hbo\tS1_D1 hbr\n" + rows, encoding="utf-8")
    >>> round(read_nirs(file).rate_hz)
    10
    """
    file = open_text(path)
    if deoxygenated is None:
        held, rate = _read_export(file)
        files: tuple[FileUsed, ...] = (file.used,)
    else:
        other = open_text(deoxygenated)
        held, rate = {"hbo": _read_lines(file), "hbr": _read_lines(other)}, _told_rate(file, rate_hz)
        files = (file.used, other.used)
    _check(file, held)
    return NirsSeries(hbo=held["hbo"], hbr=held["hbr"], rate_hz=rate, unit=unit, files=files)


def read_nirs_markers(
    series: NirsSeries,
    blocks: Sequence[NirsBlock],
    *,
    participant_id: str,
    session_id: str,
    baseline_s: float = 5.0,
    delay_s: float = 0.0,
) -> tuple[Reading, ...]:
    """Set what happens during blocks against the seconds before each.

    Parameters
    ----------
    series : NirsSeries
        The recording.
    blocks : sequence of NirsBlock
        When something was done.
    participant_id, session_id : str
        Whose recording, when.
    baseline_s : float
        Seconds before each block that count as rest, above 0.
    delay_s : float
        Seconds of each block left out at its beginning, while blood flow rises.

    Returns
    -------
    tuple of Reading
        ``frontal-pole-oxygenation`` (oxygenated) and its part ``.deoxygenated``: mean change, in the series' unit, with
        a 95 % t interval over blocks. Quality: how the two go together (below 0 in a clean recording), share of jumps.

    Raises
    ------
    MeasureError
        If there is no block, a block or its rest lies outside the recording or in another block, or the delay uses a
        block up.

    References
    ----------
    aasted-2016

    Examples
    --------
    >>> on = np.repeat([0.0, 1.0, 0.0, 1.0, 0.0, 1.0], 50)
    >>> series = NirsSeries(hbo=on, hbr=-on, rate_hz=10.0, unit="umol/L", files=())
    >>> blocks = [NirsBlock(onset_s=5 + 10 * n, duration_s=5) for n in range(3)]
    >>> found = read_nirs_markers(series, blocks, participant_id="sub-1", session_id="ses-1")
    >>> [reading.value for reading in found]
    [1.0, -1.0]
    """
    _check_blocks(series, blocks, baseline_s=baseline_s, delay_s=delay_s)
    quality = {"hbo_hbr_r": float(np.corrcoef(series.hbo, series.hbr)[0, 1]), "jump_share": _jump_share(series.hbo)}
    because = Derivation(
        files=series.files,
        parameters={"baseline_s": baseline_s, "delay_s": delay_s, "rate_hz": series.rate_hz, "blocks": len(blocks)},
        software={"backloop": version("backloop")},
    )

    def reading(marker: str, values: Floats) -> Reading:
        changes = np.array([_change(values, block, series.rate_hz, (baseline_s, delay_s)) for block in blocks])
        ends = _interval(changes)
        return Reading(
            marker=marker,
            participant_id=participant_id,
            session_id=session_id,
            value=float(changes.mean()),
            unit=series.unit,
            convention="mean of blocks minus the rest before each",
            n=len(blocks),
            counted="trials",
            quality=quality,
            interval=ends,
            notes=(_BASELINE,) if ends else (_BASELINE, _FEW_BLOCKS),
            because=because,
        )

    book = "frontal-pole-oxygenation"
    return reading(book, series.hbo), reading(f"{book}.deoxygenated", series.hbr)


def _read_lines(file: TextFile) -> Floats:
    cells = [line for line in file.text.splitlines() if line.strip()]
    numbers = [parse_number(cell, name=file.name, row=row, column="value") for row, cell in enumerate(cells, 1)]
    return np.array([np.nan if number is None else number for number in numbers])


def _told_rate(file: TextFile, rate_hz: float | None) -> float:
    if rate_hz is None or not _RATE_HZ[0] <= rate_hz <= _RATE_HZ[1]:
        message = f"{file.name}: one number a line holds no clock; give rate_hz, the samples a second (0.5 to 1000)"
        raise UnreadableSource(message)
    return rate_hz


def _read_export(file: TextFile) -> tuple[dict[str, Floats], float]:
    header, *rows = file.rows()
    lower = [name.lower() for name in header]
    kinds = {kind: [at for at, name in enumerate(lower) if name.endswith(kind)] for kind in _KINDS}
    if "time" not in lower or not all(kinds.values()) or len(rows) < 2:  # noqa: PLR2004 - a clock needs two ticks
        message = (
            f"{file.name}: expected a column 'time' and channels ending in hbo and hbr, or one number a line with "
            "rate_hz and the deoxygenated file beside it"
        )
        raise UnreadableSource(message)
    cells = [
        [parse_number(cell, name=file.name, row=number, column=name) for cell, name in zip(row, header, strict=False)]
        for number, row in enumerate(rows, 2)
    ]
    table = np.array(cells, dtype=np.float64)
    return {kind: table[:, at].mean(axis=1) for kind, at in kinds.items()}, _clock(file, table[:, lower.index("time")])


def _clock(file: TextFile, time: Floats) -> float:
    steps = np.diff(time)
    step = float(np.median(steps))
    if not np.isfinite(steps).all() or step <= 0 or np.abs(steps / step - 1).max() > _STEP_ERROR:
        message = f"{file.name}, column 'time': expected even steps, samples are missing or doubled; export it again"
        raise UnreadableSource(message)
    if not _RATE_HZ[0] <= 1 / step <= _RATE_HZ[1]:
        message = f"{file.name}, column 'time': expected seconds, a step is {step:g}; divide milliseconds by 1000"
        raise UnreadableSource(message)
    return 1 / step


def _check(file: TextFile, held: Mapping[str, Floats]) -> None:
    hbo, hbr = held["hbo"], held["hbr"]
    if hbo.size != hbr.size:
        message = f"{file.name}: expected both series to be as long, they hold {hbo.size} and {hbr.size} samples"
        raise UnreadableSource(message)
    for kind, values in held.items():
        if not np.isfinite(values).all():
            missing = int((~np.isfinite(values)).sum())
            message = f"{file.name}: {missing} samples of {kind} are missing; fill or cut them before"
            raise UnreadableSource(message)
        if not np.ptp(values):
            message = f"{file.name}: {kind} never changes; the channel was not connected or was filled with a constant"
            raise UnreadableSource(message)


def _check_blocks(series: NirsSeries, blocks: Sequence[NirsBlock], *, baseline_s: float, delay_s: float) -> None:
    ends = [0.0, *(block.onset_s + block.duration_s for block in sorted(blocks, key=lambda block: block.onset_s))]
    for before, block in zip(ends, sorted(blocks, key=lambda block: block.onset_s), strict=False):
        fits = before <= block.onset_s - baseline_s and block.onset_s + block.duration_s <= series.seconds
        if not fits or baseline_s <= 0 or not 0 <= delay_s < block.duration_s:
            message = (
                f"nirs: the block at {block.onset_s:g} s and the {baseline_s:g} s of rest before it must lie in the "
                f"recording ({series.seconds:g} s), after the block before it, and be longer than the delay"
            )
            raise MeasureError(message)
    if not blocks:
        message = "nirs: expected at least one block; give the onset and duration of what was done"
        raise MeasureError(message)


def _change(values: Floats, block: NirsBlock, rate_hz: float, times: tuple[float, float]) -> float:
    baseline_s, delay_s = times
    at = [round(second * rate_hz) for second in (block.onset_s - baseline_s, block.onset_s, block.onset_s + delay_s)]
    end = round((block.onset_s + block.duration_s) * rate_hz)
    return float(values[at[2] : end].mean() - values[at[0] : at[1]].mean())


def _interval(changes: Floats) -> Interval | None:
    n = changes.size
    if n < _FEWEST_FOR_INTERVAL:
        return None
    half = float(stdtrit(n - 1, 0.975) * changes.std(ddof=1) / np.sqrt(n))
    return Interval(low=float(changes.mean()) - half, high=float(changes.mean()) + half)


def _jump_share(values: Floats) -> float:
    """Give the share of steps more than six robust SD from the usual one, as movement leaves them."""
    steps = np.diff(values)
    spread = _TO_SD * float(np.median(np.abs(steps - np.median(steps))))
    return float((np.abs(steps - np.median(steps)) > _JUMP_SDS * spread).mean()) if spread else 0.0

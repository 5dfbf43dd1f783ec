"""Oxygenation of the frontal pole: planted changes come back, clocks and blocks are checked."""

from pathlib import Path

import numpy as np
import pytest

from backloop.errors import MeasureError, UnreadableSource
from backloop.library import Library
from backloop.tissues.nirs import NirsBlock, NirsSeries, read_nirs, read_nirs_markers

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "fnirs"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no oxygenation series here")
BLOCKS = tuple(NirsBlock(onset_s=20 + 40 * n, duration_s=20) for n in range(8))


def make_series(change: float = -0.5, noise: float = 0.1) -> NirsSeries:
    """Simulate eight blocks in which oxygenated blood changes by a known amount, deoxygenated by a third against it."""
    rng = np.random.default_rng(3)
    clock = np.arange(3400) / 10
    on = sum(((clock >= block.onset_s) & (clock < block.onset_s + block.duration_s)) for block in BLOCKS)
    hbo = change * on + rng.normal(0, noise, clock.size)
    return NirsSeries(hbo=hbo, hbr=-hbo / 3, rate_hz=10.0, unit="µmol/L", files=())


def markers(series: NirsSeries, blocks=BLOCKS, **how):
    """Read the markers of a series."""
    return read_nirs_markers(series, blocks, participant_id="sub-1", session_id="ses-1", **how)


def test_a_planted_fall_comes_back():
    """Half a micromole less, inside a narrow interval; deoxygenated blood goes the other way."""
    oxygenated, deoxygenated = markers(make_series())

    assert oxygenated.value == pytest.approx(-0.5, abs=0.05)
    assert oxygenated.interval.low < -0.5 < oxygenated.interval.high
    assert deoxygenated.value == pytest.approx(0.5 / 3, abs=0.02)
    assert (oxygenated.n, oxygenated.counted) == (8, "trials")
    assert oxygenated.quality["hbo_hbr_r"] == pytest.approx(-1)
    assert oxygenated.unit == Library.packaged().marker("frontal-pole-oxygenation").scale.unit


def test_the_rise_can_be_left_out():
    """Seconds at the beginning of a block are left out where asked."""
    series = make_series(noise=0.0)
    slow = NirsSeries(
        hbo=np.convolve(series.hbo, np.ones(50) / 50)[:3400], hbr=series.hbr, rate_hz=10, unit="x", files=()
    )

    assert markers(slow, delay_s=6)[0].value == pytest.approx(-0.5, abs=1e-9)
    assert markers(slow)[0].value > -0.45


def test_two_blocks_give_no_interval():
    """The reader is told why."""
    reading = markers(make_series(), BLOCKS[:2])[0]

    assert reading.interval is None
    assert "Fewer than three blocks" in reading.notes[1].en


def test_jumps_are_counted():
    """Steps far outside the usual ones, as movement leaves them, show in the quality."""
    series = make_series()
    moved = series.hbo.copy()
    moved[1000:] += 5
    moved[2000:] -= 5
    reading = markers(NirsSeries(hbo=moved, hbr=series.hbr, rate_hz=10, unit="x", files=()))[0]

    assert reading.quality["jump_share"] == pytest.approx(2 / 3399)


@needs_data
def test_the_real_series_are_read():
    """48,951 samples at the left temple; without a clock they are refused."""
    files = {"path": DATA / "nirs_lt_HbO", "deoxygenated": DATA / "nirs_lt_HbR"}
    series = read_nirs(**files, rate_hz=12.5)
    blocks = [NirsBlock(onset_s=60 * n + 30, duration_s=30) for n in range(10)]

    assert series.hbo.size == 48951
    assert series.seconds == pytest.approx(3916.08)
    assert np.isfinite(markers(series, blocks)[0].value)
    with pytest.raises(UnreadableSource, match="give rate_hz"):
        read_nirs(**files)


def _export(tmp_path, rows) -> Path:
    text = "time\tS1_D1 hbo\tS2_D1 hbo\tS1_D1 hbr\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows)
    (tmp_path / "channels.tsv").write_text(text, encoding="utf-8")
    return tmp_path / "channels.tsv"


def test_channels_of_an_export_are_averaged(tmp_path):
    """Two channels of one place make one series on the export's own clock."""
    series = read_nirs(_export(tmp_path, [(n / 4, n, n + 2, -n) for n in range(8)]))

    assert series.hbo.tolist() == [n + 1 for n in range(8)]
    assert series.rate_hz == 4


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(n * 250, n, n, n) for n in range(8)], "divide milliseconds by 1000"),
        ([(n if n < 4 else n + 3, n, n, n) for n in range(8)], "samples are missing or doubled"),
        ([(n, "nan" if n == 3 else n, n, n) for n in range(8)], "1 samples of hbo are missing"),
        ([(n, 1, 1, n) for n in range(8)], "hbo never changes"),
    ],
)
def test_each_bad_export_has_its_message(tmp_path, rows, said):
    """Milliseconds, gaps in time, missing samples and dead channels are told apart."""
    with pytest.raises(UnreadableSource, match=said):
        read_nirs(_export(tmp_path, rows))


def test_a_table_without_a_clock_is_refused(tmp_path):
    """Without time there is no second."""
    (tmp_path / "a.tsv").write_text("S1 hbo\tS1 hbr\n1\t2\n", encoding="utf-8")

    with pytest.raises(UnreadableSource, match="expected a column 'time'"):
        read_nirs(tmp_path / "a.tsv")


def test_series_of_different_length_are_refused(tmp_path):
    """Two files of one recording must be as long."""
    (tmp_path / "o").write_text("1\n2\n3\n", encoding="utf-8")
    (tmp_path / "d").write_text("1\n2\n", encoding="utf-8")

    with pytest.raises(UnreadableSource, match="3 and 2 samples"):
        read_nirs(tmp_path / "o", deoxygenated=tmp_path / "d", rate_hz=10)


@pytest.mark.parametrize(
    ("blocks", "how"),
    [
        ([NirsBlock(onset_s=2, duration_s=10)], {}),
        ([NirsBlock(onset_s=330, duration_s=20)], {}),
        ([NirsBlock(onset_s=20, duration_s=20), NirsBlock(onset_s=42, duration_s=20)], {}),
        ([NirsBlock(onset_s=20, duration_s=5)], {"delay_s": 5}),
    ],
)
def test_blocks_must_lie_in_the_recording(blocks, how):
    """Too early, too late, on another block's heels, or used up by the delay: refused."""
    with pytest.raises(MeasureError, match="must lie in the recording"):
        markers(make_series(), blocks, **how)


def test_no_block_is_no_design():
    """Without a block there is nothing to compare."""
    with pytest.raises(MeasureError, match="at least one block"):
        markers(make_series(), ())

"""Streams: the same bytes with and without isal, and no damage goes unnoticed."""

import gzip
from pathlib import Path

import pytest

from backloop.errors import UnreadableSource
from backloop.recordings import RecordingStream, check_recording, streams

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain"


@pytest.mark.parametrize("is_compressed", [True, False])
def test_bytes_come_out_as_they_went_in(tmp_path: Path, is_compressed: bool):  # noqa: FBT001
    """What is in a file, not its name, says whether it is compressed."""
    path = tmp_path / "some.bin"
    content = bytes(range(256)) * 1000
    path.write_bytes(gzip.compress(content) if is_compressed else content)
    with RecordingStream(path) as stream:
        found = stream.read(len(content))
        stream.finish()

    assert found == content


def test_python_alone_inflates_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Without isal the bytes are the same, only slower."""
    path = tmp_path / "some.gz"
    path.write_bytes(gzip.compress(b"four" * 9))
    monkeypatch.setattr(streams, "_open_gzip", gzip.open)
    with RecordingStream(path) as stream:
        assert stream.read(36) == b"four" * 9


def test_a_damaged_checksum_is_noticed(tmp_path: Path):
    """A file that was altered on the way fails at its end."""
    path = tmp_path / "some.gz"
    whole = bytearray(gzip.compress(b"four" * 1000))
    whole[-6] ^= 255
    path.write_bytes(bytes(whole))

    with RecordingStream(path) as stream, pytest.raises(UnreadableSource, match="ends or breaks"):  # noqa: PT012
        stream.read(4000)
        stream.finish()


def test_a_page_saved_as_a_recording_is_refused():
    """The real HTML page with an EDF's name is told for what it is."""
    page = DATA / "eeg" / "S001R02.edf"
    if not page.exists():
        pytest.skip("the shared real recordings are not here")

    with pytest.raises(UnreadableSource, match=r"S001R02\.edf: .* web page"):
        check_recording(page)

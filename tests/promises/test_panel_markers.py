"""Every marker on the shelf is read by some engine, and no engine reads a marker without a book."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from backloop.bold import load_regions, read_region_markers
from backloop.eeg import EegRecording, compare_eyes, evoked_components, read_eeg_markers
from backloop.library import Library
from backloop.recordings import BoldSeries, FileUsed, Reading
from backloop.tissues import (
    MetaboliteTable,
    NirsBlock,
    NirsSeries,
    Structures,
    Voxel,
    read_nirs_markers,
    read_spectrum_markers,
    read_structure_markers,
    read_tract_markers,
)

PERSON = {"participant_id": "sub-01", "session_id": "ses-01"}
SHELF = Library.packaged().shelf("markers")
USED = (FileUsed(name="made-up", sha256="0" * 64),)


def _bold(_: Path) -> set[str]:
    noise = np.random.default_rng(1).standard_normal((240, 1)).astype(np.float32)
    series = BoldSeries(noise, tr=2.0, kept=np.ones(240, dtype=bool), labels=("nowhere",))
    found = {reading.marker for reading in read_region_markers(series, **PERSON)}
    return found | {place.marker for place in load_regions().homogeneities}


def _rest(eyes: str) -> tuple[Reading, ...]:
    random = np.random.default_rng(1)
    names = ("Fz", "Cz", "Pz", "P3", "P4", "O1", "O2", "F3", "F4", "C3", "C4")
    values = 10 * random.standard_normal((1, 10_000)) + 5 * random.standard_normal((len(names), 10_000))
    recording = EegRecording(values.astype(np.float32), rate_hz=250.0, channels=names, eyes=eyes)
    return read_eeg_markers(recording, **PERSON)


def _eeg(_: Path) -> set[str]:
    rests = [_rest(eyes) for eyes in ("closed", "open")]
    levels = [reading for rest in rests for reading in rest if reading.marker == "eeg-alpha-reactivity.level"]
    return {reading.marker for reading in rests[0]} | {compare_eyes(*levels).marker}


def _evoked(_: Path) -> set[str]:
    return {component.marker for component in evoked_components().values()} | {"evoked-habituation"}


def _structure(_: Path) -> set[str]:
    nobody = Structures(person="nobody", volumes_mm3={}, cortex={}, files=USED)
    return {reading.marker for reading in read_structure_markers(nobody, **PERSON)}


def _mrs(_: Path) -> set[str]:
    empty = MetaboliteTable(program="none", amounts=(), files=USED)
    return {
        reading.marker for voxel in get_args(Voxel) for reading in read_spectrum_markers(empty, voxel=voxel, **PERSON)
    }


def _diffusion(folder: Path) -> set[str]:
    table = folder / "tracts.tsv"
    table.write_text("tract\tfa\nSuperior_longitudinal_fasciculus_R\t0.45\n", encoding="utf-8")
    return {reading.marker for reading in read_tract_markers(table, **PERSON)}


def _nirs(_: Path) -> set[str]:
    on = np.repeat([0.0, 1.0, 0.0], 100)
    series = NirsSeries(hbo=on, hbr=-on, rate_hz=10.0, unit="umol/L", files=USED)
    readings = read_nirs_markers(series, [NirsBlock(onset_s=10, duration_s=10)], **PERSON)
    return {reading.marker for reading in readings}


ENGINES = {
    "bold": _bold, "eeg": _eeg, "evoked": _evoked, "structure": _structure, "mrs": _mrs, "diffusion": _diffusion,
    "nirs": _nirs,
}  # fmt: skip


@pytest.mark.parametrize("modality", ENGINES)
def test_books_and_engines_agree(modality: str, tmp_path: Path):
    """The books of a modality are the markers that its engine reads, no more and no fewer."""
    books = {name for name, book in SHELF.items() if book.modality == modality}

    assert books == {marker.partition(".")[0] for marker in ENGINES[modality](tmp_path)}


def test_every_modality_is_tried():
    """No book stands in a modality without an engine."""
    assert set(ENGINES) == {book.modality for book in SHELF.values()}

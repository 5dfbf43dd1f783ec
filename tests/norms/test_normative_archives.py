"""Copies of normative models: zip, tar.gz and folder are one; what is none says so."""

import pickle
import tarfile
import zipfile
from pathlib import Path

import pytest

from backloop.errors import MeasureError, UnreadableSource
from backloop.norms import normative_archives
from backloop.norms.normative_archives import open_normative

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "normative"
needs_models = pytest.mark.skipif(not DATA.exists(), reason="no copy of the normative models here")
MEMBER = "models/Left-Amygdala/Models/NM_0_0_estimate.pkl"


def _folder(tmp_path: Path, data: bytes) -> Path:
    file = tmp_path / "copy" / MEMBER
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    return tmp_path / "copy"


def _zip(tmp_path: Path, data: bytes) -> Path:
    with zipfile.ZipFile(tmp_path / "copy.zip", "w") as archive:
        archive.writestr(MEMBER, data)
        archive.writestr(f"__MACOSX/{MEMBER}", b"shadow")
    return tmp_path / "copy.zip"


def _tar(tmp_path: Path, data: bytes) -> Path:
    folder = _folder(tmp_path, data)
    with tarfile.open(tmp_path / "copy.tar.gz", "w:gz") as archive:
        archive.add(folder / MEMBER, arcname=MEMBER)
    return tmp_path / "copy.tar.gz"


@pytest.mark.parametrize("make", [_folder, _zip, _tar])
def test_every_kind_of_copy_lists_its_regions(tmp_path, make):
    """The region is the folder above Models; a Mac's shadows do not count."""
    assert open_normative(make(tmp_path, b"x")).regions == ("Left-Amygdala",)


@pytest.mark.parametrize("make", [_folder, _zip, _tar])
def test_a_malicious_model_in_a_copy_is_refused(tmp_path, make):
    """The restricted reader stands behind every kind of copy."""
    archive = open_normative(make(tmp_path, pickle.dumps(print)))

    with pytest.raises(UnreadableSource, match=r"'builtins\.print'"):
        archive.model("Left-Amygdala")


def test_an_oversized_model_is_not_unpacked(tmp_path, monkeypatch):
    """A small archive that unfolds to something huge is stopped."""
    monkeypatch.setattr(normative_archives, "_LARGEST", 1000)
    archive = open_normative(_zip(tmp_path, b"\0" * 5000))

    with pytest.raises(UnreadableSource, match="a few megabytes"):
        archive.model("Left-Amygdala")


def test_an_unknown_region_is_answered_with_the_nearest(tmp_path):
    """A misspelt region gets a hint."""
    with pytest.raises(MeasureError, match="did you mean 'Left-Amygdala'"):
        open_normative(_zip(tmp_path, b"x")).model("Left-Amigdala")


def test_an_archive_without_models_says_so(tmp_path):
    """An archive of something else is refused."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", b"x")

    with pytest.raises(UnreadableSource, match="found none"):
        open_normative(tmp_path / "a.zip")


def test_no_archive_says_so(tmp_path):
    """A file that is no archive is refused."""
    (tmp_path / "a.zip").write_bytes(b"not an archive")

    with pytest.raises(UnreadableSource, match="expected a zip"):
        open_normative(tmp_path / "a.zip")


@needs_models
@pytest.mark.parametrize(
    ("name", "regions", "sites", "covariates"),
    [
        ("lifespan_57K_82sites.zip", 188, 82, 2),
        ("lifespan_DK_46K_59sites.zip", 70, 59, 2),
        ("lifespan_fa_24K_19sites.zip", 48, 19, 2),
        ("lifespan_yeo17_22K_40sites.tar.gz", 136, 40, 3),
    ],
)
def test_real_copies_hold_what_their_names_say(name, regions, sites, covariates):
    """The number of regions and of sites is read off the models themselves."""
    archive = open_normative(DATA / name)
    model = archive.model(archive.regions[0])

    assert (len(archive.regions), model.site_weights.size, len(model.covariates)) == (regions, sites, covariates)


@needs_models
def test_the_thalamus_is_found_under_both_names():
    """FreeSurfer 7's name leads to the model made under the older one."""
    archive = open_normative(DATA / "lifespan_57K_82sites.zip")

    assert archive.holds("Left-Thalamus")
    assert archive.model("Left-Thalamus").region == "Left-Thalamus-Proper"

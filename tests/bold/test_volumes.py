"""Reading images: the same numbers as nibabel and nilearn, and a message of its own for each bad file."""

import gzip
import re
from pathlib import Path

import numpy as np
import pytest

from backloop.bold import read_bold, read_cifti, read_label_image, read_mask
from backloop.errors import MeasureError, UnreadableSource

nib = pytest.importorskip("nibabel", reason="the brain extra is not installed")

BOLD = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "bold"
AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])


def _write(path: Path, values: np.ndarray, *, tr: float = 2.0, affine: np.ndarray = AFFINE, unit: str = "sec") -> Path:
    image = nib.Nifti1Image(values, affine)
    if values.ndim == 4:
        image.header["pixdim"][4] = tr
        image.header.set_xyzt_units("mm", unit)
    nib.save(image, path)
    return path


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """Write a small image and its mask."""
    random = np.random.default_rng(1)
    bold = _write(tmp_path / "rest_bold.nii.gz", random.standard_normal((4, 5, 6, 8)).astype(np.float32))
    mask = _write(tmp_path / "rest_mask.nii.gz", (random.random((4, 5, 6)) > 0.5).astype(np.uint8))
    return bold, mask


def test_masked_voxels_equal_nilearn(made_brain):
    """Every value inside the mask is nilearn's."""
    maskers = pytest.importorskip("nilearn.maskers", reason="the brain extra is not installed")
    ours = read_bold(made_brain.bold, made_brain.mask)
    theirs = maskers.NiftiMasker(made_brain.mask, standardize=None).fit_transform(made_brain.bold)
    order = np.argsort(np.ravel_multi_index(np.nonzero(ours.grid.inside), ours.grid.inside.shape, order="F"))

    np.testing.assert_allclose(ours.values, theirs[:, order], rtol=1e-6)
    assert (ours.tr, ours.volumes) == (2.0, 160)


def test_only_kept_volumes_are_held(small):
    """Dropped volumes are skipped while reading."""
    kept = np.array([0, 1, 1, 0, 1, 1, 1, 1], dtype=bool)
    whole = read_bold(*small)

    np.testing.assert_array_equal(read_bold(*small, kept=kept).values, whole.values[kept])
    np.testing.assert_array_equal(whole.censored(kept).values, whole.values[kept])


def test_series_are_of_single_precision(small):
    """A whole brain is never held in double precision."""
    assert read_bold(*small).values.dtype == np.float32


def test_scaled_integers_are_scaled(tmp_path: Path):
    """Slope and intercept of the header are applied."""
    values = np.arange(2 * 2 * 2 * 4, dtype=np.int16).reshape(2, 2, 2, 4)
    image = nib.Nifti1Image(values, AFFINE)
    image.header.set_slope_inter(0.5, 10.0)
    image.header["pixdim"][4] = 2.0
    nib.save(image, tmp_path / "bold.nii")
    mask = _write(tmp_path / "mask.nii", np.ones((2, 2, 2), np.uint8))
    found = read_bold(tmp_path / "bold.nii", mask)

    expected = np.asarray(nib.load(tmp_path / "bold.nii").dataobj).reshape(-1, 4, order="F").T
    np.testing.assert_allclose(found.values, expected)


def test_a_repetition_time_in_milliseconds_by_its_unit_is_converted(small, tmp_path: Path):
    """A header that says msec is believed."""
    bold = _write(tmp_path / "ms_bold.nii", np.ones((4, 5, 6, 8), np.float32), tr=720.0, unit="msec")

    assert read_bold(bold, small[1]).tr == 0.72


def _zero_tr(folder: Path) -> Path:
    return _write(folder / "zero_bold.nii.gz", np.ones((4, 5, 6, 8), np.float32), tr=0.0)


def _long_tr(folder: Path) -> Path:
    return _write(folder / "long_bold.nii.gz", np.ones((4, 5, 6, 8), np.float32), tr=2000.0)


def _nan(folder: Path) -> Path:
    values = np.ones((4, 5, 6, 8), np.float32)
    values[..., 3] = np.nan
    return _write(folder / "nan_bold.nii.gz", values)


def _other_place(folder: Path) -> Path:
    return _write(folder / "moved_bold.nii.gz", np.ones((4, 5, 6, 8), np.float32), affine=np.diag([2.0, 2.0, 2.0, 1.0]))


def _one_volume(folder: Path) -> Path:
    return _write(folder / "one_bold.nii.gz", np.ones((4, 5, 6), np.float32))


def _truncated(folder: Path) -> Path:
    whole = _write(folder / "whole_bold.nii.gz", np.random.default_rng(2).random((4, 5, 6, 8)).astype(np.float32))
    short = folder / "short_bold.nii.gz"
    short.write_bytes(whole.read_bytes()[:-2000])
    return short


def _too_few_bytes(folder: Path) -> Path:
    whole = _write(folder / "whole_bold.nii", np.ones((4, 5, 6, 8), np.float32))
    short = folder / "short_bold.nii"
    short.write_bytes(whole.read_bytes()[:-100])
    return short


def _pointer(folder: Path) -> Path:
    pointer = folder / "lfs_bold.nii.gz"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n")
    return pointer


def _page(folder: Path) -> Path:
    page = folder / "page_bold.nii.gz"
    page.write_text("<!DOCTYPE html>\n<html></html>")
    return page


def _other_format(folder: Path) -> Path:
    other = folder / "other_bold.nii.gz"
    other.write_bytes(gzip.compress(b"x" * 5000))
    return other


def _empty(folder: Path) -> Path:
    (folder / "empty_bold.nii.gz").touch()
    return folder / "empty_bold.nii.gz"


BAD = [
    (_zero_tr, MeasureError, "repetition time; it is missing or zero"),
    (_long_tr, MeasureError, "seems to be in milliseconds"),
    (_nan, MeasureError, "are not numbers in volume 3"),
    (_other_place, MeasureError, "lie on different grids"),
    (_one_volume, UnreadableSource, "expected a series of volumes"),
    (_truncated, UnreadableSource, "ends or breaks before the data"),
    (_too_few_bytes, UnreadableSource, "ends or breaks before the data"),
    (_pointer, UnreadableSource, "git-LFS pointer"),
    (_page, UnreadableSource, "web page"),
    (_other_format, UnreadableSource, "expected a NIfTI-1 image"),
    (_empty, UnreadableSource, "the file is empty"),
    (lambda folder: folder / "absent_bold.nii.gz", UnreadableSource, "there is none at this place"),
]


@pytest.mark.parametrize(("make", "error", "said"), BAD, ids=[said for _, _, said in BAD])
def test_a_bad_image_is_refused_by_its_own_message(small, tmp_path: Path, make, error, said: str):
    """Each kind of bad file says what is wrong with it, names the file and not its folder."""
    bad = make(tmp_path)

    with pytest.raises(error, match=re.escape(said)) as raised:
        read_bold(bad, small[1])
    assert bad.name in str(raised.value)
    assert str(tmp_path) not in str(raised.value)


def test_a_sidecar_that_disagrees_is_refused(small):
    """Two repetition times for one image are one too many."""
    with pytest.raises(MeasureError, match=r"header's repetition time is 2 s, the sidecar's 2\.5 s"):
        read_bold(*small, tr=2.5)


def test_an_empty_mask_is_refused(small, tmp_path: Path):
    """A mask without a voxel is no mask."""
    nothing = _write(tmp_path / "nothing_mask.nii.gz", np.zeros((4, 5, 6), np.uint8))

    with pytest.raises(MeasureError, match="no voxel is above zero"):
        read_mask(nothing)


def test_another_runs_choice_of_volumes_is_refused(small):
    """The choice must have one value a volume."""
    with pytest.raises(MeasureError, match="expected a choice for each of 8 volumes; got 5"):
        read_bold(*small, kept=np.ones(5, dtype=bool))


def test_an_atlas_on_the_grid_gives_each_voxel_its_region(small, tmp_path: Path):
    """Labels are read inside the mask; an atlas elsewhere is refused."""
    labels = np.arange(4 * 5 * 6).reshape(4, 5, 6).astype(np.int16)
    grid = read_mask(small[1])
    atlas = _write(tmp_path / "atlas.nii.gz", labels)
    moved = _write(tmp_path / "moved.nii.gz", labels, affine=np.eye(4))

    np.testing.assert_array_equal(read_label_image(atlas, grid), labels.ravel(order="F")[grid.index])
    with pytest.raises(MeasureError, match="different grids"):
        read_label_image(moved, grid)


def test_unmask_puts_values_back(small):
    """Masking and unmasking a volume leaves it as it was inside."""
    series = read_bold(*small)
    volume = np.asarray(nib.load(small[0]).dataobj)[..., 0]

    np.testing.assert_array_equal(series.grid.unmask(series.values[0]), np.where(series.grid.inside, volume, 0))


def test_spheres_equal_nilearn(made_brain):
    """A sphere's mean series is that of nilearn's masker."""
    maskers = pytest.importorskip("nilearn.maskers", reason="the brain extra is not installed")
    series = read_bold(made_brain.bold, made_brain.mask)
    seeds = [(9.0, 9.0, 18.0), (24.0, 27.0, 18.0), (16.4, 19.1, 15.7)]
    masker = maskers.NiftiSpheresMasker(seeds, radius=5.0, mask_img=str(made_brain.mask), standardize=None)
    theirs = masker.fit_transform(str(made_brain.bold))
    ours = np.stack([series.values[:, series.grid.sphere(seed, 5.0)].mean(axis=1) for seed in seeds], axis=1)

    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_a_sphere_outside_the_image_is_empty(small):
    """A place that the image does not cover has no voxel."""
    assert len(read_mask(small[1]).sphere((500.0, 0.0, 0.0), 5.0)) == 0


def test_parcels_keep_their_names():
    """The real parcel series opens with its repetition time and its regions."""
    path = BOLD / "sub-RAPIDTIDETEST_cifti.ptseries.nii"
    if not path.exists():
        pytest.skip("the shared real recordings are not here")
    series = read_cifti(path)

    assert (series.values.shape, series.tr) == ((1200, 419), 0.72)
    assert {"ACCUMBENS_LEFT", "ACCUMBENS_RIGHT"} <= set(series.labels)


def test_greyordinates_carry_the_name_of_their_structure(tmp_path: Path):
    """A dense series knows which structure each column belongs to."""
    brain = nib.cifti2.BrainModelAxis.from_mask(np.ones((2, 2, 1)), "ACCUMBENS_LEFT", np.eye(4))
    header = nib.Cifti2Header.from_axes((nib.cifti2.SeriesAxis(0, 0.8, 5, "SECOND"), brain))
    path = tmp_path / "rest.dtseries.nii"
    nib.save(nib.Cifti2Image(np.arange(20, dtype=np.float32).reshape(5, 4), header), path)
    series = read_cifti(path, kept=np.array([1, 1, 0, 1, 1], dtype=bool))

    assert set(series.labels) == {"CIFTI_STRUCTURE_ACCUMBENS_LEFT"}
    assert (series.values.shape, series.tr) == ((4, 4), 0.8)


def test_a_nifti_is_no_cifti(small):
    """An ordinary image is refused where parcels are expected."""
    with pytest.raises(UnreadableSource, match="expected a CIFTI series"):
        read_cifti(small[0])


def test_a_missing_package_says_how_to_get_it(small, monkeypatch: pytest.MonkeyPatch):
    """Without nibabel the message names the extra to install."""
    monkeypatch.setitem(__import__("sys").modules, "nibabel", None)

    with pytest.raises(MeasureError, match=re.escape("pip install 'backloop[brain]'")):
        read_mask(small[1])

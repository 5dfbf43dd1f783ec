"""Brain views: what is drawn is said, what cannot be drawn says why, and nothing of matplotlib is left behind."""

import base64
import json
import struct

import numpy as np
import pytest

from backloop.errors import UnreadableSource
from backloop.letters.brainviews import view_map

nib = pytest.importorskip("nibabel", reason="the brain extra is not installed")
pytest.importorskip("nilearn", reason="the brain extra is not installed")

TITLE = {"en": "ALFF, 0.01 to 0.08 Hz", "zh": "低频振幅（ALFF），0.01–0.08 Hz"}
AFFINE = np.array([[6, 0, 0, -90], [0, 6, 0, -126], [0, 0, 6, -72], [0, 0, 0, 1]], dtype=float)


def _map(folder, values, *, space="MNI152NLin2009cAsym", **told):
    path = folder / f"sub-01_task-rest_space-{space}_stat-alff_boldmap.nii.gz"
    nib.save(nib.Nifti1Image(values, AFFINE), path)
    sidecar = {"Title": TITLE, "Units": "ratio to brain mean"} | told
    path.with_name(path.name.removesuffix(".nii.gz") + ".json").write_text(json.dumps(sidecar), encoding="utf-8")
    return path


@pytest.fixture
def values():
    """An egg of noise around 1, with one loud voxel."""
    made = np.random.default_rng(1).gamma(20, 0.05, (31, 37, 31)).astype(np.float32)
    places = np.moveaxis(np.indices(made.shape), 0, -1) @ AFFINE[:3, :3].T + AFFINE[:3, 3]
    made[((places / [65, 80, 60]) ** 2).sum(-1) > 1] = 0
    made[20, 20, 20] = 9.25
    return made


@pytest.mark.parametrize(
    ("lang", "place"), [("en", "Highest 9.25 at 30, −6, 48 mm"), ("zh", "最高 9.25（30, −6, 48 mm）")]
)
def test_the_words_say_where_the_map_is_highest(tmp_path, values, lang, place):
    """Those who do not see the picture hear its highest and lowest places and its mean."""
    view = view_map(_map(tmp_path, values), lang=lang)

    assert TITLE[lang] in view.caption
    assert place in view.text
    assert "9.25" == view.rows[0][1]


def test_the_picture_is_a_png_of_the_size_it_is_said_to_have(tmp_path, values):
    """The page states width and height, so that nothing jumps while it loads."""
    source = view_map(_map(tmp_path, values)).source
    data = base64.b64decode(source.removeprefix("data:image/png;base64,"))

    assert b"\x89PNG" == data[:4]
    assert (1125, 612) == struct.unpack(">II", data[16:24])
    assert len(data) < 200_000


def test_nothing_of_pyplot_is_left_behind(tmp_path, values):
    """No figure stays open and no setting or backend changes."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams), mpl.get_backend(), plt.get_fignums()
    view_map(_map(tmp_path, values))

    assert before == (dict(mpl.rcParams), mpl.get_backend(), plt.get_fignums())


def test_a_seed_is_shown_beyond_two_standard_errors(tmp_path, values):
    """The limit comes from the scan's own length, and the caption says that it is no test."""
    view = view_map(_map(tmp_path, values - 1, Seed={"id": "mpfc"}, EffectiveSamples=103.0, Units="Fisher z"))

    assert "exceeds 0.196" in view.caption
    assert "this is no test" in view.caption


def test_another_space_is_not_drawn_on_the_template(tmp_path, values):
    """A map in a person's own space would lie beside the drawing."""
    view = view_map(_map(tmp_path, values, space="T1w"))

    assert ("", "ALFF, 0.01 to 0.08 Hz is not drawn: it does not lie in MNI space.") == (view.source, view.caption)


def test_an_empty_map_is_not_drawn(tmp_path, values):
    """Zero everywhere is said, not shown."""
    assert "zero everywhere" in view_map(_map(tmp_path, 0 * values)).caption


def test_a_missing_map_is_an_error(tmp_path):
    """A wrong name is the caller's."""
    with pytest.raises(UnreadableSource, match="there is none at this place"):
        view_map(tmp_path / "sub-01_space-MNI152_boldmap.nii.gz")

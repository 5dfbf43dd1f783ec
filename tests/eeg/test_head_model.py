"""The template head: known places, fields that look like a head's, computed once."""

import numpy as np
import pytest

from backloop.eeg.head_model import _sphere_fields, _template, lead_fields, on_template
from backloop.errors import MeasureError

pytest.importorskip("mne", reason="the brain extra is not installed")

NAMES = ("Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8", "T7", "C3", "Cz", "C4", "T8", "P3", "Pz", "P4", "O1", "Oz", "O2")
UNDER_CZ = ((0.0, -15.0, 60.0),)


def test_every_channel_of_the_system_has_a_place():
    """All of 10-20 and 10-10 that are recorded; nothing of a net with numbers."""
    assert on_template((*NAMES, "AFz", "POz", "TP9")).all()
    assert not on_template(("E17", "EXG1")).any()


def test_a_current_under_the_vertex_is_strongest_there():
    """Upwards it makes Cz positive and largest; the average of the channels is nothing."""
    upwards = lead_fields(NAMES, UNDER_CZ)[0, :, 2]

    assert NAMES[int(upwards.argmax())] == "Cz"
    assert upwards.mean() == pytest.approx(0, abs=1e-12)


def test_left_and_right_are_mirrored():
    """A current in the left hemisphere is louder on the left, its mirror as loud on the right."""
    left, right = np.linalg.norm(lead_fields(NAMES, ((-43.0, -24.0, 48.0), (43.0, -24.0, 48.0))), axis=2)

    assert left[NAMES.index("C3")] > 2 * left[NAMES.index("C4")]
    assert left[NAMES.index("C3")] == pytest.approx(right[NAMES.index("C4")], rel=0.2)


def test_measured_electrodes_stand_in_place_of_the_template():
    """With the template's own places they give nearly its fields; moved by 2 cm they do not."""
    places = {name: place for name, place in _template() if name in NAMES}
    fields = lead_fields(NAMES, UNDER_CZ)
    same = lead_fields(NAMES, UNDER_CZ, positions=places)
    moved = lead_fields(NAMES, UNDER_CZ, positions={name: (x, y + 0.02, z) for name, (x, y, z) in places.items()})

    likeness = [np.corrcoef(fields.ravel(), other.ravel())[0, 1] for other in (same, moved)]
    assert likeness[0] > 0.98
    assert likeness[1] < likeness[0] - 0.01


def test_the_template_is_computed_once():
    """A second person with other channels costs no second head."""
    lead_fields(NAMES, UNDER_CZ)
    before = _sphere_fields.cache_info()
    lead_fields(NAMES[:10], UNDER_CZ)

    assert _sphere_fields.cache_info().misses == before.misses
    assert _sphere_fields.cache_info().hits == before.hits + 1


def test_unknown_places_are_refused_by_name():
    """A channel that nobody placed, and a point outside the brain."""
    with pytest.raises(MeasureError, match=r"known place.*\['E17'\]"):
        lead_fields((*NAMES, "E17"), UNDER_CZ)
    with pytest.raises(MeasureError, match="within the brain's sphere"):
        lead_fields(NAMES, ((0.0, 0.0, 140.0),))

"""A protocol states what it knows, and contradictions are refused."""

import pytest
from pydantic import ValidationError

from backloop.stimulation import DirectCurrentProtocol, MagneticProtocol, parse_protocol


def test_the_modality_chooses_the_type(magnetic, current):
    """Pulses and current are described by different fields."""
    assert isinstance(magnetic(), MagneticProtocol)
    assert isinstance(current(), DirectCurrentProtocol)


def test_theta_burst_needs_its_nesting(magnetic):
    """An iTBS without trains is not iTBS."""
    with pytest.raises(ValidationError, match="iTBS has 3 levels"):
        magnetic(modality="iTBS")


def test_basis_and_threshold_must_be_of_one_kind(magnetic):
    """A percentage of the active threshold cannot rest on the resting one."""
    with pytest.raises(ValidationError, match="the basis of the intensity"):
        magnetic(intensity={"value": 80, "basis": "AMT"})


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("current_mA", 0.002, "not 0.002"),
        ("current_mA", 2000, "microamperes"),
        ("duration_s", 20, "20 minutes are 1200"),
        ("duration_s", 1_200_000, "milliseconds do not belong here"),
        ("ramp_s", 30_000, "divide milliseconds by 1000"),
        ("impedance_kohm", 8000, "divide ohms by 1000"),
    ],
)
def test_a_wrong_unit_of_current_is_named(field, value, said, current):
    """Amperes, minutes, milliseconds and ohms are refused with the conversion."""
    with pytest.raises(ValidationError, match=said):
        current(**{field: value})


def test_a_fraction_is_not_a_percentage(magnetic):
    """An intensity of 0.9 is refused, not taken for nine tenths of a percent."""
    with pytest.raises(ValidationError, match=r"not 0\.9"):
        magnetic(intensity={"value": 0.9, "basis": "RMT"})


def test_square_millimetres_are_refused(current):
    """An electrode of 3500 square centimetres does not exist."""
    with pytest.raises(ValidationError, match="divide square millimetres by 100"):
        current(electrodes=[{"position": "C3", "polarity": "anode", "area_cm2": 3500}])


def test_several_electrodes_of_one_polarity_share_the_current(current):
    """Where current returns through four electrodes, each states its own, and they add up."""
    ring = [{"position": name, "polarity": "cathode", "area_cm2": 1} for name in ("F3", "P3", "T7", "Cz")]
    with pytest.raises(ValidationError, match="state current_mA of each"):
        current(electrodes=ring)
    with pytest.raises(ValidationError, match="do not add up"):
        current(electrodes=[each | {"current_mA": 0.4} for each in ring])

    assert len(current(electrodes=[each | {"current_mA": 0.5} for each in ring]).electrodes) == 4


def test_a_misspelt_field_is_refused():
    """No field is dropped in silence."""
    with pytest.raises(ValidationError, match="curent_mA"):
        parse_protocol({"id": "a", "title": "a", "modality": "tDCS", "curent_mA": 2, "duration_s": 1200})

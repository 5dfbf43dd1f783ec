"""Readings of a spectrum: the scale each marker needs, bounds, gates, and absences with their reason."""

from pathlib import Path

import pytest

from backloop.errors import MeasureError, UnitMismatch
from backloop.library import Library
from backloop.recordings.readings import FileUsed, Reading
from backloop.tissues.metabolite_tables import read_metabolites
from backloop.tissues.metabolites import Amount, MetaboliteTable, Scaling, Tissue
from backloop.tissues.spectroscopy import QUALITY_GATES, read_spectrum_markers
from backloop.tissues.tissue import TissueCorrection, correct_for_tissue
from backloop.units import Absent

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "mrs"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no spectra here")
USED = FileUsed(name="s.csv", sha256="0" * 64)
VOXEL = TissueCorrection(gm=0.6, wm=0.3, csf=0.1, te_s=0.03, tr_s=2.0, field_tesla=3.0)


def make_table(*amounts: Amount, tissue: Tissue = Tissue.NONE, **quality: float) -> MetaboliteTable:
    """Make a table of one program."""
    return MetaboliteTable(program="LCModel", amounts=amounts, tissue=tissue, files=(USED,), **quality)


def readings(table: MetaboliteTable, correction: TissueCorrection | None = None) -> dict[str, Reading]:
    """Read a table and name the readings by their marker."""
    found = read_spectrum_markers(
        table, participant_id="sub-1", session_id="ses-1", voxel="anterior cingulate", correction=correction
    )
    return {reading.marker: reading for reading in found}


NAA = Amount.told("NAA", Scaling.MOLARITY, 8.0, percent=5.0)


def test_water_scaled_is_not_the_marker_until_corrected():
    """The institutional value is shown as a part; the marker says what is missing."""
    found = readings(make_table(NAA))

    assert found["acc-naa.institutional"].value == 8.0
    assert found["acc-naa"].value is None
    assert "tissue fractions" in found["acc-naa"].reason.en


def test_with_tissue_fractions_the_marker_is_there():
    """Molality, with the relative bound carried over and the correction among the grounds."""
    reading = readings(make_table(NAA), VOXEL)["acc-naa"]

    assert reading.value == pytest.approx(correct_for_tissue(8.0, VOXEL))
    assert reading.unit == Library.packaged().marker("acc-naa").scale.unit
    assert reading.interval.high == pytest.approx(reading.value * (1 + 1.959964 * 0.05))
    assert reading.because.parameters["te_s"] == 0.03


def test_a_corrected_table_is_not_corrected_twice():
    """Osprey's tissue-corrected amounts stay as they are."""
    table = make_table(Amount.told("NAA", Scaling.MOLALITY, 12.0, percent=None), tissue=Tissue.FULL)

    assert readings(table, VOXEL)["acc-naa"].value == 12.0


def test_a_ratio_never_answers_for_a_concentration():
    """A table of ratios leaves the water-scaled marker empty and fills its part."""
    found = readings(make_table(Amount(metabolite="NAA", scaling=Scaling.RATIO, value=1.3, sd=0.05)))

    assert found["acc-naa"].absent is Absent.NOT_ASKED
    assert found["acc-naa.ratio"].value == 1.3
    assert found["acc-naa.ratio"].unit == "ratio"


def test_milliseconds_are_refused():
    """TE in milliseconds is refused before anything is computed."""
    with pytest.raises(UnitMismatch, match="milliseconds"):
        readings(make_table(NAA), VOXEL.model_copy(update={"te_s": 30}))


@needs_data
def test_a_real_poor_spectrum_is_read_with_its_warnings():
    """Glx over creatine 0.248 with a bound near 40 %: shown, with the warning; NAA over creatine 0.318."""
    found = readings(read_metabolites(DATA / "svs_97.TABLE"))
    glx = found["acc-glx"]

    assert glx.value == 0.248
    assert glx.quality["crlb_percent"] == pytest.approx((40**2 + 3**2) ** 0.5)
    assert (glx.quality["fwhm_ppm"], glx.quality["snr"]) == (0.043, 13)
    assert QUALITY_GATES[0].words in glx.notes
    assert found["acc-naa.ratio"].value == 0.318
    assert QUALITY_GATES[0].words not in found["acc-naa.ratio"].notes
    assert glx.because.files[0].name == "svs_97.TABLE"


def test_what_was_not_found_is_absent_with_its_reason():
    """A 999 % row is an absence, never a zero."""
    found = readings(make_table(Amount.told("Glx", Scaling.RATIO, 0.0, percent=999.0), NAA))

    assert found["acc-glx"].absent is Absent.ARTEFACT
    assert "999 %" in found["acc-glx"].reason.en


def test_a_ratio_to_creatine_that_was_not_found_is_absent():
    """A denominator that is not there makes no ratio."""
    glx = Amount(metabolite="Glx", scaling=Scaling.RATIO, value=1.1)
    creatine = Amount(metabolite="tCr", scaling=Scaling.RATIO, value=0.0, is_detected=False)

    assert readings(make_table(glx, creatine))["acc-glx"].absent is Absent.ARTEFACT


@pytest.mark.parametrize(
    ("quality", "gate"), [({"fwhm_ppm": 0.15}, "fwhm_ppm"), ({"snr": 3.0}, "snr"), ({"percent": 30.0}, "crlb_percent")]
)
def test_each_gate_speaks_up(quality, gate):
    """Wide lines, noise and large bounds are told to the reader; the value stays."""
    percent = quality.pop("percent", 5.0)
    table = make_table(Amount.told("NAA", Scaling.MOLALITY, 12.0, percent=percent), tissue=Tissue.FULL, **quality)
    reading = readings(table)["acc-naa"]
    (words,) = (each.words for each in QUALITY_GATES if each.quantity == gate)

    assert words in reading.notes
    assert reading.value == 12.0


def test_no_gate_claims_to_be_verified():
    """An unverified limit may inform; it never declares a spectrum good."""
    assert {gate.verified for gate in QUALITY_GATES} == {False}
    assert {gate.reference for gate in QUALITY_GATES} <= set(Library.packaged().references)


def _elsewhere(table: MetaboliteTable, voxel: str) -> dict[str, Reading]:
    found = read_spectrum_markers(table, participant_id="sub-1", session_id="ses-1", voxel=voxel, correction=VOXEL)
    return {reading.marker: reading for reading in found}


@pytest.mark.parametrize(
    ("voxel", "metabolite", "marker"),
    [
        ("anterior cingulate", "mI", "acc-mi"),
        ("dorsolateral prefrontal", "NAA", "dlpfc-naa"),
        ("dorsolateral prefrontal", "Glc", "dlpfc-glucose"),
        ("primary motor", "NAA", "m1-naa"),
        ("primary somatosensory", "NAA", "s1-naa"),
        ("primary somatosensory", "tCho", "s1-cho"),
        ("anterior insula", "NAA", "insula-naa"),
        ("thalamus", "mI", "thalamus-mi"),
    ],
)
def test_each_place_has_its_own_markers(voxel, metabolite, marker):
    """The place decides the marker, in the unit of its book; no other place's marker comes with it."""
    found = _elsewhere(make_table(Amount.told(metabolite, Scaling.MOLARITY, 8.0, percent=5.0)), voxel)
    prefix = marker.partition("-")[0]

    assert found[marker].value == pytest.approx(correct_for_tissue(8.0, VOXEL))
    assert found[marker].unit == Library.packaged().marker(marker).scale.unit
    assert {name.partition("-")[0] for name in found} == {prefix}


def test_a_place_without_markers_is_refused():
    """A spectrum of another place answers no marker."""
    with pytest.raises(MeasureError, match="no marker is of the place 'occipital'"):
        _elsewhere(make_table(NAA), "occipital")


def test_a_ratio_to_another_metabolite_comes_from_one_scale():
    """Glutamate and glutamine over GABA, with both relative bounds in its interval."""
    glx = Amount.told("Glx", Scaling.MOLARITY, 10.0, percent=6.0)
    gaba = Amount.told("GABA", Scaling.MOLARITY, 2.0, percent=8.0)
    reading = _elsewhere(make_table(glx, gaba), "periaqueductal grey")["pag-glx-gaba"]

    assert reading.value == 5.0
    assert reading.interval.high == pytest.approx(5 * (1 + 1.959964 * 0.1))
    assert "ratio to GABA" in reading.convention


def test_a_ratio_to_what_was_not_found_is_absent():
    """GABA at 999 % leaves no ratio to it."""
    glx = Amount.told("Glx", Scaling.MOLARITY, 10.0, percent=6.0)
    gaba = Amount.told("GABA", Scaling.MOLARITY, 2.0, percent=999.0)

    assert _elsewhere(make_table(glx, gaba), "periaqueductal grey")["pag-glx-gaba"].absent is Absent.ARTEFACT
    assert _elsewhere(make_table(glx), "periaqueductal grey")["pag-glx-gaba"].absent is Absent.NOT_ASKED

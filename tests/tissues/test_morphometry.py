"""Readings of structure: real values, composites by hand, head size, and absences with their reason."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import MeasureError
from backloop.library import Library
from backloop.norms.normative_archives import open_normative
from backloop.norms.normative_models import ReferencePerson
from backloop.norms.norms import compare_with_model
from backloop.recordings.readings import Reading
from backloop.tissues.freesurfer import CorticalRegion, Structures, read_freesurfer, read_structure_table
from backloop.tissues.morphometry import HeadSize, fit_head_size, read_structure_markers
from backloop.units import Absent

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no FreeSurfer statistics here")
VOLUMES = {"Left-Accumbens-area": 508.0, "Right-Accumbens-area": 636.7}


def readings(structures: Structures, **how) -> dict[str, Reading]:
    """Read one person and name the readings by their marker."""
    found = read_structure_markers(structures, participant_id="sub-1", session_id="ses-1", **how)
    return {reading.marker: reading for reading in found}


def make_person(**change) -> Structures:
    """Make somebody with accumbens and two thirds of the ventrolateral cortex."""
    held = {"person": "p", "volumes_mm3": VOLUMES, "cortex": {}, "etiv_mm3": 1_520_000, "files": ()}
    return Structures(**held | change)


@needs_data
def test_the_sample_subject_of_freesurfer():
    """Values, counts and units of every marker that FreeSurfer answers."""
    found = readings(read_freesurfer(DATA / "structure" / "bert"))

    assert found["nac-volume.left"].value == 508.0
    assert (found["nac-volume.left"].n, found["nac-volume.left"].counted) == (476, "voxels")
    assert found["nac-volume"].value == pytest.approx(508.0 + 636.7)
    assert found["acc-thickness"].value == 2.956
    assert found["acc-thickness.caudal-left"].value == 2.503
    assert found["vlpfc-thickness.left"].value == pytest.approx(
        (2.928 * 1636 + 2.701 * 1559 + 2.933 * 659) / (1636 + 1559 + 659)
    )
    assert found["acc-thickness"].because.software["freesurfer"] == "7.2.0-beta"
    assert {reading.interval for reading in found.values()} == {None}


@needs_data
def test_units_are_those_of_the_books():
    """A reading is in the unit its book states."""
    for marker, reading in readings(read_freesurfer(DATA / "structure" / "bert")).items():
        assert reading.unit == Library.packaged().marker(marker.partition(".")[0]).scale.unit


@pytest.mark.parametrize("volumes", [{}, VOLUMES | {"Left-Accumbens-area": 0.0}])
def test_a_missing_or_empty_structure_is_absent(volumes):
    """Zero is not a size; the other side is still read."""
    found = readings(make_person(volumes_mm3=volumes))

    assert found["nac-volume"].absent is Absent.ARTEFACT
    assert found["nac-volume.left"].value is None
    assert found["nac-volume.right"].value == volumes.get("Right-Accumbens-area")


def test_a_weighted_mean_needs_areas():
    """Without surface area the composite is absent, single regions are not."""
    names = ("parsopercularis", "parstriangularis", "parsorbitalis")
    found = readings(make_person(cortex={f"lh.{name}": CorticalRegion(thickness_mm=2.7) for name in names}))

    assert "surface area" in found["vlpfc-thickness.left"].reason.en
    assert found["vlpfc-thickness.pars-orbitalis-left"].value == 2.7


def test_head_size_as_a_share():
    """Proportion divides by the intracranial volume, changes the unit, and leaves the published models aside."""
    reading = readings(make_person(), head_size=HeadSize(rule="proportion"))["nac-volume.left"]

    assert reading.value == pytest.approx(508 / 1_520_000)
    assert reading.unit == "fraction"
    assert "normative_region" not in reading.because.parameters
    assert "proportion" in reading.convention


def test_head_size_needs_an_intracranial_volume():
    """Without it an adjusted volume is absent with its reason."""
    found = readings(make_person(etiv_mm3=None), head_size=HeadSize(rule="proportion"))

    assert "intracranial volume" in found["nac-volume"].reason.en


@given(st.lists(st.floats(1.2e6, 1.9e6), min_size=3, max_size=30, unique=True), st.floats(-1e-3, 1e-3))
def test_adjusted_volumes_do_not_follow_head_size(etivs, slope):
    """After the fitted line is taken off, nothing of it is left in the people it was fitted to."""
    volumes = [500 + slope * etiv for etiv in etivs]
    rule = fit_head_size(volumes, etivs)
    left = [rule.adjust(volume, etiv) for volume, etiv in zip(volumes, etivs, strict=True)]

    assert np.ptp(left) < 1e-3


def test_a_line_needs_people_of_different_heads():
    """Two people, or heads all of one size, give no line."""
    with pytest.raises(MeasureError, match="at least 3 people"):
        fit_head_size([500, 510], [1e6, 2e6])
    with pytest.raises(MeasureError, match="different intracranial volumes"):
        fit_head_size([500, 510, 520], [1e6, 1e6, 1e6])


@needs_data
def test_the_sample_subject_beside_the_published_models():
    """Accumbens and cingulate inside one SD; opercular thickness about two, with an interval down to below one."""
    archives = [
        open_normative(DATA / "normative" / name)
        for name in ("lifespan_57K_82sites.zip", "lifespan_DK_46K_59sites.zip")
    ]
    found = readings(read_freesurfer(DATA / "structure" / "bert"))
    person = ReferencePerson(age_years=45, is_male=True)

    def standing(marker: str):
        region = str(found[marker].because.parameters["normative_region"])
        archive = next(each for each in archives if each.holds(region))
        return compare_with_model(found[marker], archive.model(region), person=person, library=Library.packaged())

    assert abs(standing("nac-volume.left").z) < 1
    assert abs(standing("acc-thickness").z) < 1
    opercular = standing("vlpfc-thickness.pars-opercularis-left")
    assert opercular.z == pytest.approx(2, abs=0.4)
    assert opercular.interval.low < 1


@needs_data
def test_healthy_people_spread_as_the_note_about_the_models_says():
    """342 adults of six scanners: once each scanner's shift is taken off, SD 0.90 (accumbens) and 0.80 (amygdala)."""
    import pandas as pd

    table = pd.read_csv(DATA / "structure" / "openneuro_freesurfer_436.csv")
    adults = table[(table["age"] >= 18) & (table["age"] <= 65)]
    archive = open_normative(DATA / "normative" / "lifespan_57K_82sites.zip")
    for region, spread in (("Left-Accumbens-area", 0.90), ("Right-Accumbens-area", 0.97), ("Left-Amygdala", 0.80)):
        model = archive.model(region)
        people = [
            ReferencePerson(age_years=age, is_male=bool(sex))
            for age, sex in zip(adults["age"], adults["sex"], strict=True)
        ]
        warped = [
            model.warp(value) - model.warp(model.median(who)) for value, who in zip(adults[region], people, strict=True)
        ]
        found = pd.Series(warped) * model.noise_precision**0.5
        centred = found - found.groupby(adults["site"].to_numpy()).transform("mean")

        assert round(float(centred.std(ddof=0)), 2) == spread


@needs_data
def test_many_people_are_read_from_one_table():
    """Everybody of the public table has an accumbens."""
    people = read_structure_table(DATA / "structure" / "openneuro_freesurfer_436.csv", may_repeat=True).people
    volumes = [readings(person)["nac-volume"].value for person in people[:40]]

    assert all(400 < volume < 2000 for volume in volumes)


@needs_data
def test_regions_of_the_sample_subject_by_hand():
    """Grey matter adds up, thickness is weighted by area, and no published model is named for grey matter."""
    found = readings(read_freesurfer(DATA / "structure" / "bert"))
    cortex = read_freesurfer(DATA / "structure" / "bert").cortex
    cingulate = [cortex[f"{side}.{part}anteriorcingulate"] for side in ("lh", "rh") for part in ("rostral", "caudal")]
    frontal = [cortex[f"{side}.superiorfrontal"] for side in ("lh", "rh")]
    areas = [region.area_mm2 for region in frontal]

    assert found["acc-volume"].value == sum(region.volume_mm3 for region in cingulate)
    assert found["sfg-thickness"].value == pytest.approx(
        np.average([region.thickness_mm for region in frontal], weights=areas)
    )
    assert found["s1-thickness.left"].because.parameters["normative_region"] == "L_postcentral"
    assert "normative_region" not in found["s1-volume.left"].because.parameters
    assert found["amygdala-volume.left"].because.parameters["normative_region"] == "Left-Amygdala"


def test_grey_matter_is_freed_of_head_size_too():
    """A share of the intracranial volume, in that unit."""
    cortex = {f"{side}.postcentral": CorticalRegion(thickness_mm=2.0, volume_mm3=9000.0) for side in ("lh", "rh")}
    found = readings(make_person(cortex=cortex), head_size=HeadSize(rule="proportion"))

    assert found["s1-volume"].value == pytest.approx(18_000 / 1_520_000)
    assert found["s1-volume"].unit == "fraction"
    assert found["acc-volume"].absent is Absent.ARTEFACT

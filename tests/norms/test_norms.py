"""Where a number lies: the doubt widens without controls, shrinks with them, and no mean is invented."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nct

from backloop.errors import MeasureError
from backloop.library import Library
from backloop.norms.controls import Control, Controls
from backloop.norms.normative_models import NormativeModel, ReferencePerson
from backloop.norms.norms import (
    compare_with_controls,
    compare_with_model,
    estimate_shift,
    find_standing,
    literature_standing,
)
from backloop.recordings.readings import Derivation, FileUsed, Reading
from backloop.units import Absent, Interval, Text

LIBRARY = Library.packaged()
USED = FileUsed(name="x.pkl", sha256="0" * 64)
SOMEBODY = ReferencePerson(age_years=45, is_male=True)
# A reference with mean 0 and SD 1 within a site, and SD 0.8 between sites.
MODEL = NormativeModel(
    region="Left-Accumbens-area",
    weights=np.array([0.0, 0, 0, -0.8, 0.8, *[0.0] * 7]),
    precision=np.eye(12) * 1e12,
    noise_precision=1.0,
    skew=0.0,
    tail=1.0,
    covariates=("age_years", "sex_male"),
    people=500,
    used=USED,
)


class _Shelf:
    """Stands for a copy of models that holds one region."""

    def holds(self, region: str) -> bool:
        return region == MODEL.region

    def model(self, region: str) -> NormativeModel:
        assert region == MODEL.region
        return MODEL


def make_reading(
    value: float | None = 1.0, *, interval: Interval | None = None, marker: str = "nac-volume.left"
) -> Reading:
    """Make a reading of the left accumbens."""
    missing = {"absent": Absent.ARTEFACT, "reason": Text(en="not there", zh="缺失")} if value is None else {}
    return Reading(
        marker=marker,
        participant_id="sub-1",
        session_id="ses-1",
        value=value,
        unit="mm3",
        convention="FreeSurfer",
        interval=interval,
        because=Derivation(parameters={"normative_region": MODEL.region}),
        **missing,
    )


def make_controls(values, marker: str = "nac-volume.left") -> Controls:
    """Make healthy people with these values."""
    return Controls(people=tuple(Control(person=SOMEBODY, markers={marker: float(value)}) for value in values))


def test_without_controls_the_interval_holds_the_spread_between_sites():
    """1.96 times the SD between sites, and the reader is told."""
    standing = compare_with_model(make_reading(), MODEL, person=SOMEBODY, library=LIBRARY)

    assert standing.z == pytest.approx(1.0, abs=1e-5)
    assert (standing.interval.high - standing.interval.low) / 2 == pytest.approx(1.959964 * 0.8, rel=1e-5)
    assert "scanners differ" in standing.notes[0].en


@pytest.mark.parametrize("n", [1, 10, 20])
def test_controls_shift_and_narrow_with_shrinkage(n):
    """The posterior of a normal mean with a normal prior, written out."""
    shift = estimate_shift(MODEL, [(SOMEBODY, 1.0)] * n)

    assert shift.mean == pytest.approx(0.64 * n / (1 + 0.64 * n), rel=1e-5)
    assert shift.sd == pytest.approx(1 / sqrt(1 / 0.64 + n), rel=1e-9)


def test_twenty_controls_recover_a_shifted_scanner():
    """Of a scanner 1.2 SD too high, twenty simulated controls leave a healthy person near 0."""
    values = np.random.default_rng(1).normal(1.2, 1.0, 20)
    standing = compare_with_model(
        make_reading(1.2), MODEL, person=SOMEBODY, controls=make_controls(values).people, library=LIBRARY
    )

    assert abs(standing.z) < 0.5
    assert standing.interval.low < 0 < standing.interval.high
    assert standing.interval.high - standing.interval.low < 0.9
    assert standing.n_controls == 20


def test_the_error_of_the_reading_adds_to_that_of_the_site():
    """Both errors are put together by squares."""
    ends = Interval(low=0.5, high=1.5)
    standing = compare_with_model(make_reading(interval=ends), MODEL, person=SOMEBODY, library=LIBRARY)

    half = (standing.interval.high - standing.interval.low) / 2
    assert half == pytest.approx(sqrt(0.5**2 + (1.959964 * 0.8) ** 2), rel=1e-4)


def test_own_controls_give_the_interval_of_the_noncentral_t():
    """At each end the deviation found is the 2.5th percentile of what such an end would give."""
    values = np.random.default_rng(2).normal(500, 60, 12)
    standing = compare_with_controls(make_reading(400), make_controls(values), library=LIBRARY)
    t = standing.z * sqrt(12)

    assert standing.z == pytest.approx((400 - values.mean()) / values.std(ddof=1))
    assert nct.cdf(t, 11, standing.interval.low * sqrt(12)) == pytest.approx(0.975, abs=1e-4)
    assert nct.cdf(t, 11, standing.interval.high * sqrt(12)) == pytest.approx(0.025, abs=1e-4)


@given(st.integers(10, 40), st.floats(-3, 3))
def test_the_deviation_lies_in_its_interval(n, value):
    """Whatever the controls, the interval holds the estimate."""
    values = np.linspace(-1.5, 1.5, n)
    standing = compare_with_controls(make_reading(value), make_controls(values), library=LIBRARY)

    assert standing.interval.low <= standing.z <= standing.interval.high


def test_nine_controls_are_too_few():
    """Ten is the least, by convention."""
    with pytest.raises(MeasureError, match="at least 10 own controls, there are 9"):
        compare_with_controls(make_reading(), make_controls(range(9)), library=LIBRARY)


def test_an_absent_reading_is_not_compared():
    """A gap stays a gap."""
    with pytest.raises(MeasureError, match="no value to compare"):
        compare_with_model(make_reading(None), MODEL, person=SOMEBODY, library=LIBRARY)


def test_without_any_reference_only_directions_are_told():
    """No mean is invented; findings and conflicts come from the book."""
    reading = make_reading(2.8, marker="acc-thickness")
    standing = literature_standing(reading, library=LIBRARY)

    assert standing.z is None
    assert standing.interval is None
    assert standing.is_conflicting
    assert len(standing.findings) == len(LIBRARY.marker("acc-thickness").evidence)


@pytest.mark.parametrize(
    ("person", "n", "archives", "basis"),
    [
        (SOMEBODY, 0, (_Shelf(),), "normative model"),
        (SOMEBODY, 12, (_Shelf(),), "normative model"),
        (None, 12, (_Shelf(),), "own controls"),
        (SOMEBODY, 12, (), "own controls"),
        (SOMEBODY, 9, (), "literature direction"),
        (None, 0, (_Shelf(),), "literature direction"),
    ],
)
def test_the_best_reference_at_hand_is_taken(person, n, archives, basis):
    """A model first, then ten own controls, then only the direction."""
    controls = make_controls(np.linspace(-1, 1, n)) if n else None
    found = find_standing(make_reading(), library=LIBRARY, person=person, controls=controls, archives=archives)

    assert found.basis == basis


def test_open_eyes_are_never_held_against_closed_ones():
    """A rest with open eyes finds its own column of the controls, or none."""
    people = [
        Control(person=ReferencePerson(age_years=40, is_male=True), markers={"eeg-alpha-power@closed": 0.3 + n / 100})
        for n in range(10)
    ]
    controls, library = Controls(people=tuple(people)), Library.packaged()
    found = {}
    for eyes in ("closed", "open"):
        reading = Reading(
            marker="eeg-alpha-power",
            participant_id="sub-1",
            session_id="ses-1",
            value=0.4,
            unit="fraction",
            convention="multitaper",
            because=Derivation(parameters={"eyes": eyes}),
        )
        found[eyes] = find_standing(reading, library=library, controls=controls).basis
    assert found == {"closed": "own controls", "open": "literature direction"}

"""Normative models: a made-up model behaves as its arithmetic says, a real one as the note about it says."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import MeasureError, UnreadableSource
from backloop.norms.normative_archives import open_normative
from backloop.norms.normative_models import NormativeModel, ReferencePerson, build_model
from backloop.norms.unpickling import StandIn
from backloop.recordings.readings import FileUsed

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "normative"
needs_models = pytest.mark.skipif(not DATA.exists(), reason="no copy of the normative models here")
USED = FileUsed(name="x.pkl", sha256="0" * 64)
SOMEBODY = ReferencePerson(age_years=45, is_male=True)


def make_model(*, sites=(-0.5, 0.5), skew=-0.07, tail=0.34, noise_precision=8.0, covariates=2) -> NormativeModel:
    """Make a model whose middle is 2 on the warped scale at every age."""
    weights = np.array([2.0, *[0.0] * covariates, *sites, *[0.0] * 7])
    names = ("age_years", "sex_male", "mean_fd_mm")[:covariates]
    return NormativeModel(
        region="x",
        weights=weights,
        precision=np.eye(weights.size) * 1e9,
        noise_precision=noise_precision,
        skew=skew,
        tail=tail,
        covariates=names,
        people=100,
        used=USED,
    )


@given(st.floats(-50, 5000), st.floats(-0.5, 0.5), st.floats(0.2, 3))
def test_warping_back_gives_the_value(value, skew, tail):
    """The warp and its inverse undo each other."""
    model = make_model(skew=skew, tail=tail)

    assert model.unwarp(model.warp(value)) == pytest.approx(value, rel=1e-6, abs=1e-6)


@given(st.floats(0.1, 5000), st.floats(0.1, 1000))
def test_a_larger_value_deviates_more(value, more):
    """The order of people is never turned round."""
    model = make_model()

    assert model.deviation(value + more, SOMEBODY) > model.deviation(value, SOMEBODY)


def test_the_middle_person_does_not_deviate():
    """The median of the reference has deviation 0."""
    model = make_model()

    assert model.deviation(model.median(SOMEBODY), SOMEBODY) == pytest.approx(0, abs=1e-9)


def test_head_motion_must_be_given_where_the_model_uses_it():
    """A missing covariate is asked for, never taken as zero."""
    with pytest.raises(MeasureError, match="mean_fd_mm"):
        make_model(covariates=3).deviation(1.0, SOMEBODY)


def test_an_age_outside_the_splines_is_refused():
    """Nobody is older than the models' splines reach."""
    with pytest.raises(ValueError, match="less than or equal to 110"):
        ReferencePerson(age_years=120, is_male=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"blr": None}, "it has no 'blr'"),
        ({"m": None}, "it has no numbers 'm'"),
        ({"warp": "WarpBoxCox"}, "its warp is another one"),
        ({"hyp": [0.0, 0.0, 1.0, 0.0]}, "its warp is another one"),
        ({"A": "dense"}, "its columns are not"),
    ],
)
def test_another_layout_is_refused(change, said):
    """A model of another kind says why it cannot be read."""
    with pytest.raises(UnreadableSource, match=said):
        build_model(_object(change), region="x", used=USED)


def test_the_known_layout_is_read():
    """Covariates and sites are told apart by arithmetic."""
    model = build_model(_object({}), region="x", used=USED)

    assert model.covariates == ("age_years", "sex_male")
    assert model.site_weights.size == 4


@needs_models
@pytest.mark.parametrize(
    ("region", "female", "male", "sites"),
    [("Left-Accumbens-area", 480.853, 524.667, 0.85), ("Right-Amygdala", 1527.121, 1702.28, 0.54)],
)
def test_volumes_agree_with_the_note_about_the_models(region, female, male, sites):
    """Medians at 45 and the spread between sites are those found independently when the layout was decoded."""
    model = open_normative(DATA / "lifespan_57K_82sites.zip").model(region)
    found = [model.median(ReferencePerson(age_years=45, is_male=sex)) for sex in (False, True)]

    assert found == pytest.approx([female, male], abs=0.001)
    assert round(model.site_sd, 2) == sites


@needs_models
def test_thickness_agrees_with_the_note_about_the_models():
    """The same for the thickness of the superior frontal gyrus, whose sites differ by nearly one SD."""
    model = open_normative(DATA / "lifespan_DK_46K_59sites.zip").model("L_superiorfrontal")

    assert model.median(ReferencePerson(age_years=45, is_male=False)) == pytest.approx(2.651, abs=0.0005)
    assert round(model.site_sd, 2) == 0.88


def _object(change: dict[str, object]) -> StandIn:
    """Make what a small file would hold: 4 sites, 100 people, 7 splines."""
    size, noise, tail = 14, 4.0, 0.5
    precision = np.eye(size) * noise
    precision[0, 0], precision[0, 3:7], precision[3:7, 0] = 100 * noise, 25 * noise, 25 * noise
    if change.get("A"):
        precision[3, 4] = precision[4, 3] = noise
    hyper = np.array(change.get("hyp", [np.log(noise * tail**2), 0.0, np.log(tail), 0.0]))
    warp = type(
        str(change.get("warp", "")) or "WarpSinArcsinh", (StandIn,), {"called": change.get("warp", "WarpSinArcsinh")}
    )()
    state = {
        "hyp": hyper,
        "m": np.zeros(size),
        "A": precision,
        "lambda_n_vec": np.full(3, noise),
        "warp": warp,
        "N": 100,
    }
    outer, inner = StandIn(), StandIn()
    inner.state = {name: value for name, value in state.items() if change.get(name, value) is not None}
    outer.state = {} if "blr" in change else {"blr": inner}
    return outer

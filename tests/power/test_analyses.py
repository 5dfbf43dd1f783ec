"""Analyses: each model answers a simulated trial as it would answer a user's table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.kernel import Columns, adjusted_design, constrained_design, fit_repeated
from backloop.learn import answer
from backloop.power import ModelAnalysis, TrialBlock, World, draw_trials

WHERE = Columns(outcome="nrs", comparator="sham")


def _table(block: TrialBlock, trial: int) -> pd.DataFrame:
    people, weeks = block.y["nrs"].shape[1:]
    table = pd.DataFrame({"participant_id": np.repeat(range(people), weeks)})
    table["week"] = np.tile(block.world.weeks, people)
    table["arm"] = np.repeat([block.world.arms[arm].id for arm in block.arm], weeks)
    table["nrs"] = block.y["nrs"][trial].ravel()
    table["kinesiophobia"] = np.repeat(block.modifiers[trial, :, 0], weeks)
    return table


@pytest.fixture(scope="module")
def block(resolve: World) -> TrialBlock:
    """Two trials of 60 people."""
    return draw_trials(resolve.with_people(60), 2, seed=1)


@pytest.mark.parametrize("model", ["constrained", "unconstrained", "baseline-adjusted"])
def test_models_answer_as_on_a_table(block: TrialBlock, model: str):
    """Estimate, standard error and degrees of freedom are those of the same model fitted to the trial's table."""
    found = ModelAnalysis(model=model, weeks=(18, 52)).answers(block)
    make = {
        "constrained": constrained_design,
        "unconstrained": adjusted_design,
        "baseline-adjusted": lambda table, columns: adjusted_design(table, columns, baseline=0),
    }[model]
    fit = fit_repeated(make(_table(block, 1), WHERE))

    for column, week in enumerate((18, 52)):
        expected = answer(fit, fit.design.effect_row("retraining", week))
        assert found.estimate[1, column] == pytest.approx(expected.estimate, abs=1e-9)
        assert found.standard_error[1, column] == pytest.approx(expected.standard_error, abs=1e-9)
        assert found.df[1, column] == pytest.approx(expected.df, rel=1e-7)
        assert found.p_value[1, column] == pytest.approx(expected.p, rel=1e-6)


def test_interactions_are_asked_one_modifier_at_a_time(block: TrialBlock):
    """Each modifier has a model of its own, and the truth is the world's interaction."""
    analysis = ModelAnalysis(weeks=(18,), modifiers=("kinesiophobia", "back-beliefs"))
    found = analysis.answers(block)
    fit = fit_repeated(constrained_design(_table(block, 1), WHERE, modifier="kinesiophobia"))
    expected = answer(fit, fit.design.modifier_row("retraining", 18))

    assert [question.truth for question in analysis.questions(block.world)] == [0.3, -0.3]
    assert found.estimate[1, 0] == pytest.approx(expected.estimate, abs=1e-9)
    assert found.df[1, 0] == pytest.approx(expected.df, rel=1e-7)


@pytest.mark.parametrize("inference", ["kenward-roger", "satterthwaite"])
@pytest.mark.parametrize("model", ["constrained", "unconstrained", "baseline-adjusted"])
def test_a_batch_of_trials_is_answered_like_each_alone(resolve: World, model: str, inference: str):
    """Modifier models fitted over all trials at once equal one model a trial, to 1e-10."""
    block = draw_trials(resolve.with_people(80), 25, seed=8)
    found = ModelAnalysis(model=model, inference=inference, weeks=(18, 52), modifiers=("kinesiophobia",)).answers(block)
    baseline = 0 if model == "baseline-adjusted" else None
    make = constrained_design if model == "constrained" else adjusted_design

    for trial in range(25):
        design = make(_table(block, trial), WHERE, baseline=baseline, modifier="kinesiophobia")
        fit = fit_repeated(design, inference=inference)
        rows = [design.modifier_row("retraining", week) for week in (18, 52)]
        alone = [answer(fit, row) for row in rows]
        assert found.estimate[trial] == pytest.approx([each.estimate for each in alone], rel=1e-10, abs=1e-10)
        assert found.standard_error[trial] == pytest.approx([each.standard_error for each in alone], rel=1e-10)
        assert found.df[trial] == pytest.approx([each.df for each in alone], rel=1e-10)


def test_ancova_is_a_regression(block: TrialBlock):
    """The analysis of covariance equals least squares on arm and baseline, people with both answers."""
    found = ModelAnalysis(model="ancova", weeks=(26,)).answers(block)
    start, end = block.y["nrs"][0][:, 0], block.y["nrs"][0][:, 2]
    seen = ~np.isnan(end)
    x = np.column_stack([np.ones(seen.sum()), block.arm[seen], start[seen]])
    beta, rest = np.linalg.lstsq(x, end[seen], rcond=None)[:2]
    error = np.sqrt(rest[0] / (len(x) - 3) * np.linalg.inv(x.T @ x)[1, 1])

    assert found.estimate[0, 0] == pytest.approx(beta[1])
    assert found.standard_error[0, 0] == pytest.approx(error)
    assert found.df[0, 0] == seen.sum() - 3


def test_an_impossible_trial_has_no_answer(block: TrialBlock):
    """Where nobody of an arm is seen at a week, the answer is missing and its ending says so."""
    y = block.y["nrs"].copy()
    y[0, block.arm == 1, 2] = np.nan
    broken = replace(block, y={"nrs": y})

    for model in ("constrained", "ancova"):
        found = ModelAnalysis(model=model, weeks=(26,)).answers(broken)
        assert np.isnan(found.estimate[0, 0])
        assert found.ending[0, 0] != 0
        assert found.ending[1, 0] == 0


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"modifiers": ("age",)}, "has the modifiers kinesiophobia"),
        ({"weeks": (12,)}, "at weeks 18, 26, 52"),
        ({"model": "ancova", "modifiers": ("kinesiophobia",)}, "without modifiers"),
        ({"outcomes": ("pain",)}, "it has nrs, rmdq"),
    ],
)
def test_what_the_world_lacks_is_refused(resolve: World, parts: dict[str, object], message: str):
    """A question the world cannot answer is refused with what there is."""
    with pytest.raises(TrialError, match=message):
        ModelAnalysis(**parts).questions(resolve)

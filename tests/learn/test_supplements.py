"""Analyses beside the primary effect: by risk, of protocol keepers, by a forest; and sheets for claims."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import (
    analyse_trial,
    effect_by_risk,
    forest_benefit,
    per_protocol,
    report_trial,
    trial_claims,
    trial_modifiers,
    trial_risk,
    weigh_protocol,
)
from backloop.trial import EffectModifier, PlannedAnalysis, TrialData, open_trial

FOLDER = Path(__file__).parents[2] / "examples" / "11_trial_report"


@pytest.fixture(scope="module")
def data() -> TrialData:
    """The made-up trial of the examples, with who kept to the protocol: those less afraid, more often."""
    trial = open_trial(FOLDER / "trial.toml", FOLDER / "data.toml", exploratory=True)
    random = np.random.default_rng(5)
    fear = trial.facts["fear"].fillna(25)
    kept = (random.random(len(fear)) < 1 / (1 + np.exp((fear - 30) / 5))).astype(float)
    return with_facts(trial, trial.facts.assign(kept=kept))


def with_facts(data, facts, **plan):
    """Give the same trial with other facts, and another plan."""
    trial = data.trial.model_copy(update=plan)
    return TrialData(trial=trial, mapping=data.mapping, answers=data.answers, facts=facts, grounds=data.grounds)


def planned(data, model, **parts):
    """Give the same trial with one analysis more."""
    more = {"id": "more", "estimand": "pain-12", "rank": "supplementary", "model": model, "missing": "at random"}
    return with_facts(data, data.facts, analyses=(*data.trial.analyses, PlannedAnalysis(**more, **parts)))


def small_forest(*given, **options):
    """Grow a forest that takes a second instead of minutes."""
    return forest_benefit(*given, **(options | {"trees": 8, "folds": 2, "nulls": 20}))


def answer(data):
    """Give the answer of the analysis added last."""
    return analyse_trial(data).answers[-1]


def test_risk_without_a_plan_takes_all_that_is_known(data):
    """Strata and modifiers predict the primary outcome at each of its weeks, as by hand."""
    found = trial_risk(data)
    table = data.frame("pain", facts=("site", "fear", "medication"))
    expected = effect_by_risk(
        table,
        data.columns("pain", "sham"),
        week=12,
        covariates=["site", "fear", "medication"],
        scale=data.trial.outcomes[0].scale,
    )

    assert found.predictors == ("pain at baseline", "site", "fear", "medication")
    assert [each.week for each in found.effects] == [each.week for each in found.spread] == [12, 26]
    assert found.effects[0] == expected


def test_planned_risk_takes_the_plan_s_predictors(data):
    """The plan names the predictors; another outcome's id stands for its value at the start."""
    found = answer(planned(data, "effect by predicted risk", predictors=("fear", "disability")))

    assert found.risk.predictors == ("pain at baseline", "fear", "disability at baseline")
    assert found.effects == ()
    assert found.reason is None
    assert found.people == found.risk.effects[0].people


def test_a_predictor_with_gaps_is_refused_unless_filled(data):
    """A modifier that was not recorded for somebody is named with its count; filling must be asked for."""
    facts = data.facts.assign(fear=data.facts["fear"].where(np.arange(len(data.facts)) > 5))

    with pytest.raises(TrialError, match="not recorded: 'fear' for 6 of 120 people"):
        trial_risk(with_facts(data, facts))
    assert "fear missing" in trial_risk(with_facts(data, facts), fill=True).predictors


def test_protocol_keepers_are_weighted_as_by_hand(data):
    """The plan's words and predictors lead to the weights and effects of the engine, with the weights told."""
    found = answer(planned(data, "per protocol, inverse probability weights", predictors=("fear", "pain")))
    table = data.frame("pain", facts=("fear", "site", "kept"))
    start = data.answers.query("week == 0").set_index("participant_id")["pain"]
    table["pain at baseline"] = table["participant_id"].map(start)
    where = data.columns("pain", "sham")
    weights = weigh_protocol(table, where, kept="kept", predictors=["fear", "pain at baseline"])
    expected = per_protocol(weights, where, scale=found.outcome.scale, weeks=[12, 26], covariates=["site"])

    assert [each.effect.estimate for each in found.effects] == pytest.approx([each.estimate for each in expected])
    assert found.weights == weights.arms
    assert "had everybody kept to the protocol" in found.weighing
    assert found.people + found.missing == 120


@pytest.mark.parametrize(
    ("spoil", "predictors", "message"),
    [
        (lambda facts: facts, (), "state in predictors what may have led people to keep to the protocol"),
        (lambda facts: facts.drop(columns="kept"), ("fear",), "the table holds no kept"),
        (lambda facts: facts.assign(kept=1.0), ("fear",), "must hold 0 \\(no\\) and 1 \\(yes\\)"),
        (lambda facts: facts.assign(fear=facts["fear"].where(facts["fear"] < 30)), ("fear",), "not recorded: 'fear'"),
    ],
)
def test_what_keeps_a_protocol_analysis_from_being_done_is_told(data, spoil, predictors, message):
    """Missing predictors, columns and variation end in a reason beside the primary answer."""
    spoilt = planned(with_facts(data, spoil(data.facts)), "per protocol, weighted", predictors=predictors)

    found = answer(spoilt)

    assert found.effects == ()
    assert re.search(message, found.reason.en)


def test_words_of_a_special_analysis_win_over_its_model(data):
    """A weighted per-protocol analysis by a constrained model is not taken for the plain constrained model."""
    words = "constrained longitudinal analysis per protocol, weighted"

    found = answer(planned(data, words, predictors=("fear",)))

    assert found.weights


def test_a_planned_forest_is_grown_and_reported(data, monkeypatch):
    """The plan's forest is judged like any other, here refused, and stands in the report without being asked for."""
    pytest.importorskip("econml", reason="the forest is an extra")
    monkeypatch.setattr("backloop.learn.supplements.forest_benefit", small_forest)
    stated = planned(data, "causal forest of all that is known", predictors=("fear", "medication", "disability"))

    report = report_trial(stated, imputations=5, draws=100)

    assert (report.forest.week, report.forest.arm, report.forest.comparator) == (12, "retraining", "sham")
    assert report.forest.withheld is not None
    assert report.answers.answers[-1].forest == report.forest
    assert "forest" not in report.absent


def test_claims_are_those_below_a_tenth(data):
    """Sheets are filled for interactions with p below 0.1 and for no other."""
    search = trial_modifiers(data, draws=500)
    claims = trial_claims(data, search)

    expected = [(each.modifier, each.outcome, each.week) for each in search.effects if each.per_unit.p < 0.1]
    assert [(each.modifier, each.outcome, each.week) for each in claims] == expected
    assert expected


def test_earlier_evidence_of_the_plan_stands_in_the_sheet(data):
    """What a person judged of earlier evidence beforehand is filled in with its source."""
    fear, medication = data.trial.modifiers
    judged = medication.model_copy(update={"prior_evidence": "probably_yes", "prior_source": "two earlier trials"})
    stated = with_facts(data, data.facts, modifiers=(fear, judged))

    (sheet,) = trial_claims(stated, trial_modifiers(stated, draws=500))

    evidence = next(each for each in sheet.answers if each.id == "evidence")
    assert (evidence.grade, evidence.reason.en) == ("probably_yes", "two earlier trials")


def test_earlier_evidence_needs_its_source():
    """A judgement without a source is refused with the plan."""
    with pytest.raises(ValueError, match="prior_evidence needs prior_source"):
        EffectModifier(id="a", title="a", visit="v", expected="not stated", prior_evidence="probably_yes")


def test_a_report_holds_risk_and_sheets(data):
    """Risk and sheets are there without being asked for; the forest says why it is not."""
    report = report_trial(data, imputations=5, draws=100)

    assert [each.week for each in report.risk.effects] == [12, 26]
    assert {sheet.applies for sheet in report.claims} == {True}
    assert set(report.absent) == {"forest"}


def test_covariates_with_gaps_follow_the_plan(data):
    """Without a rule the primary analysis is refused; with one it is done, and a modifier with gaps stays refused."""
    facts = data.facts.assign(age=np.arange(len(data.facts)) % 40 + 20.0)
    facts.iloc[:6, facts.columns.get_loc("age")] = np.nan
    refused = with_facts(data, facts, covariates=("age",))
    met = with_facts(data, facts, covariates=("age",), missing_covariates="indicator")
    asked = EffectModifier(id="age", title="age", visit="baseline", expected="not stated")
    both = with_facts(data, facts, covariates=("age",), missing_covariates="indicator", modifiers=(asked,))

    with pytest.raises(TrialError, match="covariate 'age' is missing for 6 people"):
        analyse_trial(refused)
    assert "age missing:week" in analyse_trial(met).primary.formula
    assert met.adjusted == ("site", "age", "age missing")
    assert both.adjusted_beside("age") == ("site",)
    with pytest.raises(TrialError, match="modifier 'age' is missing for 6 of 120 people"):
        trial_modifiers(both)


def test_a_filled_covariate_does_not_look_at_arm_or_outcome(data):
    """The value that stands in is the mean of everybody recorded, the same in both arms."""
    facts = data.facts.assign(age=np.arange(len(data.facts)) % 40 + 20.0)
    facts.iloc[:6, facts.columns.get_loc("age")] = np.nan
    met = with_facts(data, facts, covariates=("age",), missing_covariates="mean")

    table = met.frame("pain", facts=met.adjusted).groupby("participant_id")["age"].first()

    assert table.iloc[:6].to_numpy() == pytest.approx(facts["age"].mean())
    assert pd.isna(met.facts["age"]).sum() == 6

"""The planned analyses: what a plan's words name, what is followed and reported, and what is refused."""

from pathlib import Path

import pytest

from backloop.errors import TrialError
from backloop.learn import (
    analyse_trial,
    complier_effect,
    constrained_design,
    count_flow,
    describe_baseline,
    describe_visits,
    fit_repeated,
    planned_fit,
    primary_answer,
    report_trial,
    trial_curves,
    trial_mediation,
)
from backloop.trial import PlannedAnalysis, TrialData, open_trial

FOLDER = Path(__file__).parents[2] / "examples" / "11_trial_report"


@pytest.fixture(scope="module")
def data() -> TrialData:
    """The made-up trial of the examples."""
    return open_trial(FOLDER / "trial.toml", FOLDER / "data.toml", exploratory=True)


@pytest.fixture(scope="module")
def found(data):
    """All its planned answers."""
    return analyse_trial(data)


def changed(data, **parts):
    """Give the same trial with another plan."""
    trial = data.trial.model_copy(update=parts)
    return TrialData(trial=trial, mapping=data.mapping, answers=data.answers, facts=data.facts, grounds=data.grounds)


def primary(data, **parts):
    """Give the same trial with another primary analysis."""
    first, *rest = data.trial.analyses
    return changed(data, analyses=(first.model_copy(update=parts), *rest))


def test_the_primary_answer_is_the_engines(data, found):
    """The plan's words lead to the same fit as the engine called by hand, strata adjusted for."""
    design = constrained_design(data.frame("pain", facts=("site",)), data.columns("pain", "sham"), covariates=("site",))
    fit = fit_repeated(design)

    effect = found.primary.effects[0].effect
    assert effect.estimate == pytest.approx(fit.beta[design.names.index("retraining:week[12]")])
    assert found.primary.covariance == "unstructured"
    assert found.primary.people == 120
    assert [each.effect.week for each in found.primary.effects] == [12, 26]


def test_compliers_are_asked_where_the_plan_asks(data, found):
    """The instrumental answer is that of the engine, beside the intention-to-treat effect."""
    table = data.frame("pain", facts=("site", "received"))
    where = data.columns("pain", "sham")
    expected = complier_effect(table, where, received="received", week=12, covariates=("site",))

    answer = next(each for each in found.answers if each.analysis.id == "compliers")
    assert answer.compliers[0].estimate == expected.estimate
    assert answer.effects == ()


def test_the_table_names_plan_and_model_in_every_row(found):
    """One row an analysis and week, each with its model, n, missing, ending and standing."""
    table = found.table()

    assert len(table) == 6
    assert set(table["plan"]) == {"exploratory: plan not frozen"}
    assert (table[["model", "ending"]] != "").all(axis=None)
    assert table.loc[table["analysis"] == "primary", "missing"].eq(59).all()


def test_fall_backs_are_followed_and_told(data):
    """With one visit a copy of another the unstructured fit is singular; the next in the plan is used, both told."""
    answers = data.answers.copy()
    answers.loc[answers["week"] == 26, "pain"] = answers.loc[answers["week"] == 12, "pain"].to_numpy()
    twin = TrialData(trial=data.trial, mapping=data.mapping, answers=answers, facts=data.facts, grounds=data.grounds)
    copied = primary(twin, covariance=("unstructured", "random intercept"))

    answer = analyse_trial(copied).primary

    assert answer.covariance == "random-intercept"
    assert answer.tried[-1] == "random-intercept: converged"
    assert "converged" not in answer.tried[0]


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("baseline-adjusted repeated measures", "baseline"),
        ("linear mixed model: random intercept", "random-intercept"),
        ("analysis of covariance", "analysis of covariance"),
        ("partially nested model", "partially nested"),
    ],
)
def test_other_models_are_known_by_their_words(data, model, kind):
    """Each model of the plan leads to its own analysis."""
    answer = analyse_trial(primary(data, model=model, covariance=(), inference="")).primary

    assert kind in answer.model
    assert answer.effects[0].effect.favours == "arm"


def test_unknown_models_are_refused(data):
    """A model nobody knows is not guessed."""
    with pytest.raises(TrialError, match="no model is known by these words; expected one of constrained"):
        analyse_trial(primary(data, model="something bayesian"))


@pytest.mark.parametrize(("key", "value"), [("covariance", ("round",)), ("inference", "guesswork")])
def test_unknown_covariances_and_inference_are_refused(key, value):
    """A misspelt structure is named with those there are."""
    plan = {"id": "a", "estimand": "b", "rank": "primary", "model": "constrained longitudinal analysis", "missing": "?"}

    with pytest.raises(TrialError, match=f"expected covariances of unstructured.*{'round|guesswork'}"):
        planned_fit(PlannedAnalysis(**plan, **{key: value}))


def test_what_cannot_be_answered_keeps_its_reason(data):
    """Beside the primary answer a missing column is told in both languages, not raised."""
    bare = TrialData(
        trial=data.trial,
        mapping=data.mapping,
        answers=data.answers,
        facts=data.facts.drop(columns="received"),
        grounds=data.grounds,
    )

    answer = next(each for each in analyse_trial(bare).answers if each.analysis.id == "compliers")

    assert "the table holds no received" in answer.reason.en
    assert answer.reason.zh.startswith("未能完成")


def test_the_flow_adds_up(data):
    """Seen and missing make up the arm at every visit; reasons never outnumber the missing."""
    flow = count_flow(data)

    assert (171, 120, 120) == (flow.assessed, flow.planned, flow.randomised)
    assert sum(each.people for each in flow.excluded) == flow.assessed - flow.randomised
    for arm in flow.arms:
        assert arm.received <= arm.allocated
        for visit in arm.visits:
            assert visit.seen + visit.missing == arm.allocated
            assert sum(each.people for each in visit.reasons) <= visit.missing


def test_people_outside_a_window_are_counted(data):
    """Days are held against the window of their visit."""
    arm = count_flow(data).arms[0]
    days = data.answers.query("arm == 'retraining' and week == 6 and pain.notna()")["day"]

    assert arm.outside_window[6] == ((days < 35) | (days > 49)).sum()
    assert set(arm.outside_window) == {6, 12, 26}


def test_the_baseline_is_described_without_tests(data):
    """Means and shares by arm and for all; nothing in it is a p value."""
    rows = {(row.name, row.level): row for row in describe_baseline(data)}
    site = [cell.value for cell in rows["site", "north"].cells]

    assert rows["fear", ""].kind == "mean"
    assert site[0] + site[1] == site[2]
    assert rows["pain", ""].cells[2].people == 120
    assert not any("p" == name for row in rows.values() for name in row.model_dump())


def test_observed_means_are_plain_means(data):
    """What is shown as observed is the mean of those seen."""
    row = next(row for row in describe_visits(data) if (row.outcome, row.week) == ("pain", 12))
    seen = data.answers.query("arm == 'sham' and week == 12")["pain"]

    assert row.cells[1].value == pytest.approx(seen.mean())
    assert row.cells[1].spread == pytest.approx(seen.std())


def test_curves_leave_out_what_has_two_values(data):
    """A curve over a yes or no would bend by chance alone."""
    assert [curve.modifier for curve in trial_curves(data)] == ["fear"]


def test_a_mediator_after_the_outcome_is_refused(data):
    """A step must lie before the outcome it explains."""
    asked = data.trial.estimands[0].model_copy(update={"weeks": (6,)})
    early = changed(data, estimands=(asked, *data.trial.estimands[1:]))

    with pytest.raises(TrialError, match=r"no week of the primary estimand \(6\) lies after the mediators' visits"):
        trial_mediation(early)


def test_a_report_says_why_a_part_is_absent(data):
    """Parts that plan or mapping do not ask for, and parts that fail, give their reason; the rest is there."""
    facts = data.facts.copy()
    facts.iloc[0, facts.columns.get_loc("fear")] = None
    bare = TrialData(
        trial=data.trial,
        mapping=data.mapping.model_copy(update={"mediators": {}, "blinding": ()}),
        answers=data.answers,
        facts=facts,
        grounds=data.grounds,
    )

    report = report_trial(bare, imputations=10, draws=100)

    assert set(report.absent) == {"mediation", "blinding", "modifiers", "curves", "risk", "forest"}
    assert "is missing for 1 of 120 people" in report.absent["modifiers"].en
    assert report.sensitivity is not None
    assert (None, ()) == (report.modifiers, report.curves)


def test_the_primary_parts_belong_together(data):
    """Analysis, estimand and outcome of the primary question name each other."""
    analysis, asked, outcome = primary_answer(data.trial)

    assert (analysis.estimand, asked.outcome, outcome.rank) == (asked.id, outcome.id, "primary")

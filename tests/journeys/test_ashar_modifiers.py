"""Real people: for whom did the treatment of a public trial in chronic back pain do more?"""

from pathlib import Path

import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import (
    Columns,
    ModifierSearch,
    assess_credibility,
    compare_spread,
    effect_by_risk,
    effect_curve,
    find_modifiers,
    forest_benefit,
    score_benefit,
)
from backloop.trial import EffectModifier
from backloop.units import Scale

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "trials" / "ashar2022" / "outcomes_demographics.csv"
WHERE = Columns(outcome="pain_avg", comparator="usual care", person="id")
PAIN = Scale(low=0, high=10, better="low")
OUTCOMES = {"pain_avg": PAIN, "odi": Scale(low=0, high=100, better="low")}
NAMES = ("pcs_before", "tsk_before", "opioids", "years", "woman", "age", "pain_before")

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the public trial table is not beside this checkout")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Lay the trial out as the engine reads it: patients with an arm, visits at weeks 0 and 4, facts from the start."""
    raw = pd.read_csv(SHARED, na_values=["<undefined>"])
    raw = raw[(raw["is_patient"] == 1) & raw["group"].notna()]
    start = raw[raw["time"] == 1].set_index("id")
    return pd.DataFrame(
        {
            "id": raw["id"],
            "week": (raw["time"] - 1) * 4,
            "arm": raw["group"].map({1: "reprocessing", 2: "placebo", 3: "usual care"}),
            "pain_avg": raw["pain_avg"],
            "odi": raw["odi"],
            "pcs_before": raw["id"].map(start["pcs"]),
            "tsk_before": raw["id"].map(start["tsk11"]),
            "opioids": raw["id"].map((start["current_opioid_use"] == 1).where(start["current_opioid_use"].notna())),
            "years": raw["id"].map(start["backpain_length"]),
            "woman": raw["id"].map(start["gender"] - 1),
            "age": raw["id"].map(start["age"]),
            "pain_before": raw["id"].map(start["pain_avg"]),
        }
    ).astype({"opioids": float})


def modifier(name: str) -> EffectModifier:
    """Name a modifier without a direction: the trial's own authors stated none that we read."""
    return EffectModifier(id=name, title=name, visit="baseline", expected="not stated")


@pytest.fixture(scope="module")
def search(table: pd.DataFrame) -> ModifierSearch:
    """Ask about seven modifiers, two outcomes and two arms in one call."""
    return find_modifiers(
        table,
        WHERE,
        trial="Ashar 2022",
        modifiers=[modifier(name) for name in NAMES],
        outcomes=OUTCOMES,
        missing="mean",
    )


def test_missing_opioid_use_is_said(table: pd.DataFrame):
    """Eight people did not say whether they use opioids; without a decision nothing is fitted."""
    with pytest.raises(TrialError, match="'opioids' is missing for 8 of 151 people"):
        find_modifiers(table, WHERE, trial="Ashar 2022", modifiers=[modifier("opioids")], outcomes=OUTCOMES)


def test_every_question_is_answered_and_judged_together(search: ModifierSearch):
    """Seven modifiers, two outcomes, two arms: 28 questions, each with what could have been found."""
    assert len(search.effects) == 28
    assert all(each.detectable.power_80 > 0 and each.p_max_t >= each.per_unit.p for each in search.effects)
    assert {each.filled for each in search.effects if each.modifier == "opioids"} == {8}
    assert {each.model for each in search.effects if (each.modifier, each.outcome) == ("pain_before", "pain_avg")} == {
        "baseline-adjusted model, REML, unstructured covariance, kenward-roger"
    }


def test_the_effect_for_the_average_person_is_the_trial_s(search: ModifierSearch):
    """The effect at the median of each number stays near the published -2.2 points."""
    effects = [
        each.across[1].effect.estimate
        for each in search.effects
        if (each.outcome, each.arm) == ("pain_avg", "reprocessing") and each.modifier not in {"opioids", "woman"}
    ]

    assert len(effects) == 5
    assert all(-2.7 < effect < -1.7 for effect in effects)


def test_the_sheet_finds_no_prior_statement(search: ModifierSearch):
    """Where no direction was stated, the sheet says so."""
    sheet = assess_credibility(search, modifier="tsk_before", outcome="pain_avg", week=4, arm="reprocessing")

    assert {each.id: each.grade for each in sheet.answers}["direction"] == "probably_no"


def test_a_curve_and_the_risk_of_real_people(table: pd.DataFrame):
    """Curve, effect by predicted risk and spread can be had; the treated arm's pain near the floor spreads less."""
    curve = effect_curve(
        table, WHERE, modifier=modifier("tsk_before"), scale=PAIN, week=4, arm="reprocessing", draws=4000
    )
    known = [name for name in NAMES if name not in {"opioids", "pain_before"}]
    risk = effect_by_risk(table, WHERE, week=4, covariates=known, scale=PAIN, arm="reprocessing")
    spread = compare_spread(table, WHERE, week=4, arm="reprocessing")

    assert curve.band_high[30] < 0
    assert risk.average.estimate == pytest.approx(-2.2, abs=0.3)
    assert (round(spread.sd_arm, 2), round(spread.sd_comparator, 2)) == (1.24, 1.45)


def test_individual_effects_are_withheld_or_stand_up(table: pd.DataFrame):
    """A trial of this size gives individual effects only if trials without differences would not."""
    known = [name for name in NAMES if name not in {"opioids", "pain_before"}]

    found = score_benefit(table, WHERE, week=4, covariates=known, scale=PAIN, arm="reprocessing", nulls=60)

    assert bool(found.individual) == (found.withheld is None)
    assert found.withheld is not None or found.null_p < 0.05


def test_a_forest_of_real_people_gives_no_individual_effects(table: pd.DataFrame):
    """Ninety people cannot carry a forest: trials without differences do as well, so nobody is given a number."""
    pytest.importorskip("econml", reason="the forest is an extra: pip install 'backloop[forest]'")
    known = [name for name in NAMES if name not in {"opioids", "pain_before"}]

    found = forest_benefit(
        table, WHERE, week=4, covariates=known, scale=PAIN, arm="reprocessing", trees=24, folds=3, nulls=20
    )

    assert found.individual == ()
    assert "withheld" in found.text.en

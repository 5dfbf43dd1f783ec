"""Mediation: natural and interventional effects, their intervals, robustness, refusals and words."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.causes.bootstrap import draw_counts
from backloop.causes.pathways import PathData, path_effects
from backloop.errors import TrialError
from backloop.learn import Columns, Mediator, mediate, warn_of_overlap

ASHAR = Path(__file__).parents[2].parent / "shared" / "data" / "trials" / "ashar2022" / "outcomes_demographics.csv"
WHERE = Columns(outcome="pain", comparator="sham", person="id")
FEAR, BELIEF = Mediator(column="fear", week=12), Mediator(column="belief", week=12)


def simulated(people=200, *, extra=0.0, seed=7, missing=0.0):
    """Make a trial in which fear falls by 2, belief rises by 1 and follows fear, and pain follows both."""
    random = np.random.default_rng(seed)
    treated = np.arange(people) % 2
    start = random.normal(6, 1, people)
    first = {"fear": random.normal(20, 3, people), "belief": random.normal(10, 2, people)}
    fear = first["fear"] - 2 * treated + random.normal(0, 2, people)
    belief = first["belief"] + treated - 0.3 * (fear - 20) + random.normal(0, 1, people)
    pain = start - 0.5 * treated + (0.3 + extra * treated) * (fear - 20) - 0.2 * (belief - 10)
    pain = pain + random.normal(0, 1, people)
    pain[random.random(people) < missing] = np.nan
    rows = {
        "id": np.tile(np.arange(people), 3),
        "arm": np.tile(np.where(treated, "care", "sham"), 3),
        "week": np.repeat([0, 12, 18], people),
        "pain": np.concatenate([start, np.full(people, np.nan), pain]),
        "fear": np.concatenate([first["fear"], fear, np.full(people, np.nan)]),
        "belief": np.concatenate([first["belief"], belief, np.full(people, np.nan)]),
        "age": np.tile(random.integers(20, 70, people).astype(float), 3),
    }
    return pd.DataFrame(rows)


def test_product_of_coefficients_without_interaction():
    """One mediator, straight lines, no product: the indirect effect is exactly a times b."""
    table = simulated()

    found = mediate(table, WHERE, [FEAR], week=18, seed=1, interaction=False, draws=100)

    wide = table.pivot(index="id", columns="week", values=["pain", "fear"])  # noqa: PD010
    treated = (table.groupby("id")["arm"].first() == "care").to_numpy(float)
    background = np.column_stack([np.ones(200), treated, wide[("pain", 0)], wide[("fear", 0)]])
    a = np.linalg.lstsq(background, wide[("fear", 12)], rcond=None)[0][1]
    b = np.linalg.lstsq(np.column_stack([background, wide[("fear", 12)]]), wide[("pain", 18)], rcond=None)[0]
    assert found.effect("indirect").estimate == pytest.approx(a * b[4], rel=1e-9)
    assert found.effect("pure indirect").estimate == pytest.approx(a * b[4], rel=1e-9)
    assert found.effect("direct").estimate == pytest.approx(b[1], rel=1e-9)


@pytest.mark.parametrize("mediators", [[FEAR], [FEAR, BELIEF]])
def test_parts_add_to_the_total(mediators):
    """Direct and indirect, and total direct and pure indirect, each add to the total effect."""
    found = mediate(simulated(extra=0.2), WHERE, mediators, week=18, seed=1, draws=100)

    total = found.effect("total").estimate
    assert found.effect("direct").estimate + found.effect("indirect").estimate == pytest.approx(total)
    assert found.effect("total direct").estimate + found.effect("pure indirect").estimate == pytest.approx(total)
    assert found.effect("share").estimate == pytest.approx(found.effect("indirect").estimate / total)


def test_parts_through_several_add_to_their_joint_effect():
    """Interventional effects through each mediator, taken from one model, may be added: they do not overlap."""
    found = mediate(simulated(), WHERE, [FEAR, BELIEF], week=18, seed=1, draws=100)

    each = [found.effect("indirect", name).estimate for name in ("fear", "belief")]
    assert found.kind == "interventional"
    assert sum(each) == pytest.approx(found.effect("indirect").estimate)


@pytest.mark.parametrize("extra", [0.0, 0.2])
def test_a_simulated_truth_is_found(extra):
    """20,000 people: through fear -2 (.3 + extra), through belief -.2 (1 + .6), otherwise -.5."""
    table = simulated(20_000, extra=extra)

    found = mediate(table, WHERE, [FEAR, BELIEF], week=18, seed=1, draws=100)

    assert found.effect("indirect", "fear").estimate == pytest.approx(-2 * (0.3 + extra), abs=0.06)
    assert found.effect("indirect", "belief").estimate == pytest.approx(-0.32, abs=0.05)
    assert found.effect("direct").estimate == pytest.approx(-0.5, abs=0.06)


def test_single_effects_overlap_in_a_simulated_trial():
    """Each mediator alone takes part of the other's effect: together they claim more than the joint one."""
    table = simulated(5_000)

    alone = [mediate(table, WHERE, [one], week=18, seed=1, draws=100).effect("indirect") for one in (FEAR, BELIEF)]
    joint = mediate(table, WHERE, [FEAR, BELIEF], week=18, seed=1, draws=100).effect("indirect")

    assert sum(one.estimate for one in alone) < joint.estimate - 0.1


def test_published_single_effects_of_resolve():
    """RESOLVE's three published indirect effects on pain add to -1.82 beside a total of -1.0."""
    warning = warn_of_overlap({"beliefs": -0.96, "catastrophising": -0.49, "self-efficacy": -0.37}, -1.0)

    assert "-1.82 beside a total effect of -1.00" in warning.en
    assert "-1.82" in warning.zh


def test_one_effect_cannot_overlap():
    """The warning compares at least two mediators."""
    with pytest.raises(TrialError, match="at least two mediators"):
        warn_of_overlap({"beliefs": -0.96}, -1.0)


def test_intervals_cover_the_truth():
    """300 trials of 120 people: the 95 % interval of the indirect effect holds -.6 in 91 to 98 of 100."""
    held = 0
    truth = -0.6
    for seed in range(300):
        random = np.random.default_rng(1000 + seed)
        treated = (np.arange(120) % 2).astype(float)
        start = random.normal(size=120)
        mediator = start - treated + random.normal(size=120)
        outcome = start - 0.4 * treated + (0.4 + 0.2 * treated) * mediator + random.normal(size=120)
        data = PathData(
            treated=treated,
            mediators=mediator[:, None],
            outcome=outcome,
            background=np.column_stack([np.ones(120), start]),
            interaction=True,
        )
        drawn = path_effects(data, draw_counts(treated.astype(np.int64), draws=400, seed=seed)).indirect[:, 0]
        low, high = np.quantile(drawn, [0.025, 0.975])
        held += low <= truth <= high
    assert 0.91 <= held / 300 <= 0.98


def test_a_seed_gives_the_same_answer_again():
    """All of the answer depends on the seed alone."""
    table = simulated()

    first = mediate(table, WHERE, [FEAR], week=18, seed=5, draws=100)

    assert first == mediate(table, WHERE, [FEAR], week=18, seed=5, draws=100)
    assert first.effects != mediate(table, WHERE, [FEAR], week=18, seed=6, draws=100).effects


def test_wide_tables_give_the_same_answer():
    """One row a person, with each mediator's columns named, is the same trial."""
    long = simulated()
    wide = long.pivot(index="id", columns="week", values=["pain", "fear"])  # noqa: PD010
    wide.columns = [f"{name}_{week:g}" for name, week in wide.columns]
    wide = wide.join(long.groupby("id")["arm"].first()).reset_index()
    where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "pain_0", 18: "pain_18"})
    fear = Mediator(column="fear", week=12, wide={0: "fear_0", 12: "fear_12"})

    found = mediate(wide, where, [fear], week=18, seed=1, draws=100)

    assert found.effects == mediate(long, WHERE, [FEAR], week=18, seed=1, draws=100).effects


def test_people_without_an_outcome_still_count_for_the_average():
    """Missing outcomes thin the outcome's regression only; who was analysed and seen is reported."""
    found = mediate(simulated(missing=0.2), WHERE, [FEAR], week=18, seed=1, draws=100)

    assert found.people == (100, 100)
    assert sum(found.seen) < 175
    assert found.left_out == 0


def test_people_without_a_baseline_are_left_out_and_counted():
    """Nobody without the baseline of outcome and mediator can be adjusted for."""
    table = simulated()
    table.loc[(table["id"] < 3) & (table["week"] == 0), "fear"] = np.nan

    found = mediate(table, WHERE, [FEAR], week=18, seed=1, draws=100)

    assert (found.left_out, sum(found.people)) == (3, 197)


def test_an_unmeasured_cause_of_the_stated_strength_undoes_the_effect():
    """At the reported correlation the estimate is zero; the interval gets there with a weaker one."""
    (found,) = mediate(simulated(), WHERE, [FEAR], week=18, seed=1, draws=400).robustness

    estimates = [estimate for _rho, estimate, _low, _high in found.curve]
    assert estimates == sorted(estimates)
    assert sum(estimate < 0 for estimate in estimates) == sum(rho < found.rho for rho, *_rest in found.curve)
    assert 0 < found.rho_interval < found.rho
    assert found.common_share == found.rho


def test_a_confounded_mediator_is_put_right_at_its_correlation():
    """With leftovers that correlate .5, the effect corrected for .5 is the true one of 0."""
    random = np.random.default_rng(3)
    people = 20_000
    treated = (np.arange(people) % 2).astype(float)
    common = random.normal(size=people)
    mediator = -treated + common + random.normal(size=people)
    outcome = common + random.normal(size=people)
    table = pd.DataFrame(
        {
            "id": range(people),
            "arm": np.where(treated, "care", "sham"),
            "p0": random.normal(size=people),
            "p18": outcome,
            "m0": random.normal(size=people),
            "m12": mediator,
        }
    )
    where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "p0", 18: "p18"})

    found = mediate(
        table, where, [Mediator(column="m", week=12, wide={0: "m0", 12: "m12"})], week=18, seed=1, draws=100
    )

    assert found.robustness[0].rho == pytest.approx(0.5, abs=0.02)


def test_an_interval_that_holds_zero_needs_no_unmeasured_cause():
    """Where the interval holds zero already, the correlation that brings it there is 0."""
    table = simulated()
    table["fear"] = np.random.default_rng(2).normal(size=len(table))

    (found,) = mediate(table, WHERE, [FEAR], week=18, seed=1, draws=200).robustness

    assert found.rho_interval == 0.0


def test_bias_corrected_intervals_are_offered():
    """BCa moves the interval, not the estimate."""
    table = simulated()

    plain = mediate(table, WHERE, [FEAR], week=18, seed=1, draws=400)
    moved = mediate(table, WHERE, [FEAR], week=18, seed=1, draws=400, intervals="bca")

    assert moved.effect("indirect").estimate == plain.effect("indirect").estimate
    assert moved.effect("indirect").interval != plain.effect("indirect").interval


def test_the_answer_is_said_in_both_languages():
    """The sentence names outcome, week, arms and mediator; a single mediator warns of overlap."""
    found = mediate(simulated(), WHERE, [FEAR], week=18, seed=1, draws=100)

    assert found.text.en.startswith("pain at week 18, care minus sham: ")
    assert "through fear" in found.text.en
    assert "经由fear" in found.text.zh
    assert "never add them" in found.assumptions.en
    assert "natural effects through fear (week 12)" in found.model


@pytest.mark.parametrize("week", [0, 18, 26])
def test_a_mediator_must_lie_between_baseline_and_outcome(week):
    """At the baseline, with the outcome or after it, nobody can say what changed first."""
    with pytest.raises(TrialError, match="must lie after the baseline"):
        mediate(simulated(), WHERE, [Mediator(column="fear", week=week)], week=18, seed=1)


@pytest.mark.parametrize("mediators", [[], [FEAR, FEAR], [Mediator(column="pain", week=12)]])
def test_mediators_are_named_once_and_are_not_the_outcome(mediators):
    """No mediator, one twice, or the outcome itself cannot be asked for."""
    with pytest.raises(TrialError, match="one or more mediators, each once and none the outcome"):
        mediate(simulated(), WHERE, mediators, week=18, seed=1)


def test_wide_and_long_are_not_mixed():
    """A mediator with its own columns belongs to a wide table."""
    with pytest.raises(TrialError, match="give `wide` for the outcome and for every mediator"):
        mediate(simulated(), WHERE, [Mediator(column="fear", week=12, wide={0: "fear", 12: "age"})], week=18, seed=1)


def test_a_mediator_the_table_lacks():
    """The message names the column that is not there."""
    with pytest.raises(TrialError, match="no column 'hope'"):
        mediate(simulated(), WHERE, [Mediator(column="hope", week=12)], week=18, seed=1)


def test_mediators_that_repeat_each_other():
    """Two mediators that are one and the same cannot be told apart."""
    table = simulated().assign(copy=lambda t: t["fear"] * 2)

    with pytest.raises(TrialError, match="cannot tell"):
        mediate(table, WHERE, [FEAR, Mediator(column="copy", week=12)], week=18, seed=1)


def test_too_few_people_for_the_model():
    """Eight people carry no model with nine coefficients."""
    with pytest.raises(TrialError, match="cannot tell"):
        mediate(simulated(8), WHERE, [FEAR, BELIEF], week=18, covariates=["age"], seed=1)


def test_a_third_arm_must_be_chosen():
    """With three arms the compared one is named."""
    table = simulated()
    table.loc[table["id"] % 3 == 0, "arm"] = "wait"

    with pytest.raises(TrialError, match="expected arm to be one of 'care', 'wait'"):
        mediate(table, WHERE, [FEAR], week=18, seed=1)
    assert mediate(table, WHERE, [FEAR], week=18, arm="care", seed=1, draws=100).arm == "care"


def test_an_unknown_effect_is_named():
    """Asking for what was not estimated says what there is."""
    with pytest.raises(TrialError, match="no effect 'indirect' through 'belief'"):
        mediate(simulated(), WHERE, [FEAR], week=18, seed=1, draws=100).effect("indirect", "belief")


@pytest.mark.skipif(not ASHAR.exists(), reason="the shared trial data are not on this machine")
def test_catastrophising_at_the_end_of_a_real_trial_is_no_mediator():
    """Ashar 2022 measured catastrophising and pain on the same day, so mediation is refused."""
    table = pd.read_csv(ASHAR)
    table = table[(table["is_patient"] == 1) & table["group"].notna()]
    where = Columns(outcome="pain_avg", comparator="3", person="id", week="time", arm="group")

    with pytest.raises(TrialError, match="'pcs' is measured at week 2; it must lie after the baseline"):
        mediate(table, where, [Mediator(column="pcs", week=2)], week=2, arm="1", seed=1)

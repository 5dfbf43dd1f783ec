"""Responders: who counts, what is done with people not seen, pooling, words."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, ResponderRule, compare_responders
from backloop.units import Absent, Scale

ASHAR = Path(__file__).parents[2].parent / "shared" / "data" / "trials" / "ashar2022" / "outcomes_demographics.csv"
WHERE = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 18: "w18"})
PAIN = Scale(low=0, high=10, better="low")
THIRD = ResponderRule(amount=30, unit="percent")


def trial(care, sham, start=10.0):
    """Lay out a wide trial with the given follow-up answers."""
    arm = ["care"] * len(care) + ["sham"] * len(sham)
    return pd.DataFrame({"id": range(len(arm)), "arm": arm, "w0": start, "w18": [*care, *sham]}).assign(
        w0=lambda table: table["w0"] + 0.0 * table["id"]
    )


TABLE = trial([7.0, 7.1, 4.0, np.nan], [10.0, 9.0, 7.0, 6.0])


def test_exactly_the_amount_is_enough():
    """Thirty per cent of 10 is 3 points: 7.0 responds, 7.1 does not."""
    (found,) = compare_responders(TABLE, WHERE, week=18, scale=PAIN, rules=[THIRD])

    assert found.responders == (2, 2)


def test_rounding_takes_nobody_out():
    """7 to 4.9 is 30 % although the difference in binary is a hair less."""
    table = trial([4.9, 5.0], [7.0, 6.0], start=7.0)

    (found,) = compare_responders(table, WHERE, week=18, scale=PAIN, rules=[THIRD])

    assert found.responders[0] == 1


@pytest.mark.parametrize(("unseen", "people"), [("non-responder", (4, 4)), ("as seen", (3, 4))])
def test_people_not_seen(unseen, people):
    """They count as non-responders or are left out, and are counted either way."""
    (found,) = compare_responders(TABLE, WHERE, week=18, scale=PAIN, rules=[THIRD], unseen=unseen)

    assert found.people == people
    assert found.unseen == (1, 0)
    assert found.needed.difference == pytest.approx(2 / people[0] - 0.5)


def test_points_and_the_good_direction():
    """On a scale where high is good, two points up is a response."""
    table = trial([3.0, 1.0, 2.0], [1.0, 1.0, 3.0], start=1.0)

    (found,) = compare_responders(
        table,
        WHERE,
        week=18,
        scale=Scale(low=0, high=10, better="high"),
        rules=[ResponderRule(amount=2, unit="points")],
    )

    assert found.responders == (1, 1)
    assert found.rule.text.zh == "改善至少2分"


def test_a_baseline_of_zero_has_no_per_cent():
    """Who starts at zero cannot improve by a share of it, and is counted as not classified."""
    table = trial([0.0, 4.0], [5.0, 6.0]).assign(w0=[0.0, 10.0, 10.0, 10.0])

    (found,) = compare_responders(table, WHERE, week=18, scale=PAIN, rules=[THIRD], unseen="as seen")

    assert (found.people, found.unseen) == ((1, 2), (1, 0))


def test_no_ratio_where_nobody_of_the_comparator_responds():
    """The ratio is absent, the difference stands."""
    (found,) = compare_responders(trial([1.0, 2.0], [9.0, 10.0]), WHERE, week=18, scale=PAIN, rules=[THIRD])

    assert found.ratio.absent is Absent.UNDEFINED
    assert found.needed.value == 1.0


def test_imputed_tables_are_pooled():
    """The pooled difference is the mean over tables; drawing anew widens the interval."""
    random = np.random.default_rng(1)
    arm = np.repeat(["care", "sham"], 60)
    base = pd.DataFrame({"id": range(120), "arm": arm, "w0": 8.0, "w18": np.where(arm == "care", 5.0, 7.0)})
    base["w18"] += random.normal(0, 1.5, 120)
    gaps = base.assign(w18=base["w18"].mask(random.random(120) < 0.3))
    drawn = [gaps.assign(w18=gaps["w18"].fillna(pd.Series(random.normal(6, 2, 120)))) for _ in range(10)]

    open_ended = Scale(better="low")
    (pooled,) = compare_responders(
        gaps, WHERE, week=18, scale=open_ended, rules=[THIRD], unseen="imputed", imputed=drawn
    )
    singles = [compare_responders(one, WHERE, week=18, scale=open_ended, rules=[THIRD])[0] for one in drawn]

    mean = np.mean([one.needed.difference for one in singles])
    widths = [one.needed.interval.high - one.needed.interval.low for one in singles]
    assert pooled.needed.difference == pytest.approx(mean)
    assert pooled.needed.interval.high - pooled.needed.interval.low > np.mean(widths)
    assert sum(pooled.unseen) == int(gaps["w18"].isna().sum())
    assert "imputed" in pooled.text.en
    assert pooled.ratio.interval.low < pooled.ratio.value < pooled.ratio.interval.high


def test_the_words_say_it_is_supportive():
    """Both languages say that the mean difference is the answer."""
    (found,) = compare_responders(TABLE, WHERE, week=18, scale=PAIN, rules=[THIRD])

    assert "Supportive only" in found.text.en
    assert "仅作辅助参考" in found.text.zh


def test_a_scale_without_a_good_direction():
    """Nobody responds on a scale that has no better end."""
    with pytest.raises(TrialError, match="no good direction"):
        compare_responders(TABLE, WHERE, week=18, scale=Scale(better="neither"))


@pytest.mark.parametrize(("unseen", "imputed"), [("imputed", []), ("imputed", [TABLE]), ("as seen", [TABLE, TABLE])])
def test_imputed_tables_and_their_rule_go_together(unseen, imputed):
    """Tables without the rule, or the rule without two tables, is a wrong call."""
    with pytest.raises(TrialError, match="go together"):
        compare_responders(TABLE, WHERE, week=18, scale=PAIN, unseen=unseen, imputed=imputed)


def test_imputed_tables_of_other_people():
    """Tables with other arms are not copies of the trial."""
    other = trial([1.0, 2.0], [3.0, 4.0])

    with pytest.raises(TrialError, match="same people in the same arms"):
        compare_responders(TABLE, WHERE, week=18, scale=PAIN, unseen="imputed", imputed=[other, other])


def test_imputed_tables_with_gaps():
    """A table that still lacks answers was not imputed."""
    with pytest.raises(TrialError, match="still lacks answers"):
        compare_responders(TABLE, WHERE, week=18, scale=PAIN, unseen="imputed", imputed=[TABLE, TABLE])


def test_imputed_tables_without_spread():
    """Where everybody responds in both arms there is nothing to pool."""
    full = trial([1.0, 2.0], [1.0, 2.0])

    with pytest.raises(TrialError, match="no spread to pool"):
        compare_responders(full, WHERE, week=18, scale=PAIN, unseen="imputed", imputed=[full, full])


@pytest.mark.skipif(not ASHAR.exists(), reason="the shared trial data are not on this machine")
def test_half_better_in_a_real_trial():
    """Ashar 2022: recounted by hand from the table, people not seen as non-responders."""
    table = pd.read_csv(ASHAR)
    table = table[(table["is_patient"] == 1) & table["group"].notna()]
    where = Columns(outcome="pain_avg", comparator="3", person="id", week="time", arm="group")
    half = ResponderRule(amount=50, unit="percent")

    therapy, _placebo = compare_responders(table, where, week=2, scale=PAIN, rules=[half])

    wide = table.pivot(index="id", columns="time", values="pain_avg")  # noqa: PD010
    arm = table.groupby("id")["group"].first()
    better = wide[2] <= 0.5 * wide[1]
    assert therapy.responders == (int(better[arm == 1].sum()), int(better[arm == 3].sum()))
    assert therapy.people == (50, 50)
    assert therapy.needed.interval.low > 0

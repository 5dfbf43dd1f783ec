"""How answers become a number, method by method and on the books' own keys."""

import pytest

from backloop.library import (
    Bin,
    Binned,
    Combination,
    Condition,
    Count,
    Decision,
    Laterality,
    Mean,
    MetActivity,
    MetMinutes,
    Missing,
    Percent,
    Rule,
    SleepEfficiency,
    Sum,
    Table,
    Term,
    ValueSet,
)
from backloop.measure.questionnaires import METHODS
from backloop.measure.sheets import Outcome, Sheet
from backloop.units import Absent, Text

NONE = Missing(rule="none", reference="backloop-convention", verified=False)
PRORATE = Missing(rule="prorate", at_least=2, reference="backloop-convention", verified=False)
ANSWERED = Missing(rule="answered", at_least=1, reference="backloop-convention", verified=False)
ITEMS = ("x_01", "x_02", "x_03")
YES = Text(en="yes", zh="是")


def make(key, missing=NONE, reasons=None, **points):
    """Apply a key to points given by item, each item worth 0 to 4."""
    points = {name.replace("x", "x_0"): value for name, value in points.items()}
    sheet = Sheet(ranges=dict.fromkeys(ITEMS, (0, 4)), points=points, reasons=reasons or {})
    return METHODS[key.method](key, sheet, missing)


def test_sum_adds_and_multiplies():
    """A sum adds every item's points and multiplies them."""
    assert make(Sum(method="sum", items=ITEMS, multiply=2), x1=1, x2=2, x3=4) == 14


def test_sum_needs_every_item_without_a_missing_rule():
    """One missing answer leaves no sum under the rule none."""
    assert make(Sum(method="sum", items=ITEMS), x1=1, x2=2) is Absent.TOO_MANY_MISSING


def test_prorated_sum_uses_the_persons_mean():
    """Under prorating the mean of the other answers stands in for a missing one."""
    assert make(Sum(method="sum", items=ITEMS), PRORATE, x1=1, x2=2) == 4.5


def test_prorating_stops_below_its_least_number():
    """Fewer answers than the rule asks for give no prorated sum."""
    assert make(Sum(method="sum", items=ITEMS), PRORATE, x1=1) is Absent.TOO_MANY_MISSING


def test_mean_over_the_answered_items():
    """Under the rule answered a mean is taken over what is there."""
    assert make(Mean(method="mean", items=ITEMS), ANSWERED, x1=1, x3=4) == 2.5


def test_percent_lowers_its_denominator():
    """A percentage is of the most that the answered items allow."""
    assert make(Percent(method="percent", items=ITEMS), ANSWERED, x1=4, x2=2) == 75


def test_value_set_subtracts_per_level():
    """Level 1 costs nothing and the higher levels cost their decrement."""
    key = ValueSet(method="value-set", start=1, decrements={"x_01": (0.1, 0.2), "x_02": (0.3, 0.4)})
    assert make(key, x1=1, x2=3) == pytest.approx(0.6)
    assert make(key, x1=2) is Absent.TOO_MANY_MISSING


def test_table_looks_the_raw_sum_up():
    """A table begins at its first raw sum and wants complete sets."""
    key = Table(method="table", items=ITEMS[:2], first=2, values=(40, 50, 60))
    assert make(key, x1=1, x2=3) == 60
    assert make(key, ANSWERED, x1=1) is Absent.TOO_MANY_MISSING


def test_combination_weighs_and_adds():
    """A combination weighs items or earlier scores and adds its constant."""
    key = Combination(method="combination", terms=(Term(of="x_01"), Term(of="x_02", weight=-1)), constant=24)
    assert make(key, x1=3, x2=20) == 7
    assert make(key, x1=3) is Absent.TOO_MANY_MISSING


def test_laterality_is_undefined_without_any_preference():
    """Right minus left over right plus left cannot be had when both are zero."""
    key = Laterality(method="laterality", right=("x_01",), left=("x_02",))
    assert make(key, x1=3, x2=1) == 50
    assert make(key, x1=0, x2=0) is Absent.UNDEFINED


def test_count_counts_points_at_or_above_its_limit():
    """A count holds the items whose points reach the limit."""
    assert make(Count(method="count", items=ITEMS, at_least=2), x1=1, x2=2, x3=4) == 2


def test_decision_takes_the_first_rule_that_holds():
    """The first rule that holds gives value and label; otherwise the last word stands."""
    rules = (Rule(when=Condition(of="x_01", at_least=3), value=2, label=YES),)
    key = Decision(method="decision", rules=rules, otherwise=0, otherwise_label=Text(en="no", zh="否"))
    assert make(key, x1=3) == Outcome(value=2, label=YES)
    assert make(key, x1=1).label.en == "no"


def test_decision_is_unknown_behind_an_unknown_rule():
    """A rule that cannot be answered hides the rules after it."""
    rules = tuple(Rule(when=Condition(of=name, at_least=3), value=2, label=YES) for name in ITEMS)
    key = Decision(method="decision", rules=rules, otherwise=0, otherwise_label=YES)
    assert make(key, x1=1, x3=4) is Absent.TOO_MANY_MISSING
    assert make(key) is Absent.NOT_ASKED


def test_binned_takes_the_first_bin_that_holds():
    """Bins may begin at a limit or strictly above it."""
    bins = (Bin(above=7, value=0), Bin(at_least=6, value=1))
    key = Binned(method="binned", of=("x_01",), bins=bins, otherwise=3)
    assert [make(key, x1=hours) for hours in (7.5, 7, 6, 5.9)] == [0, 1, 1, 3]


@pytest.mark.parametrize(
    ("to_bed", "rise", "hours", "expected"),
    [(23, 7, 6, 75.0), (1, 7, 6, 100.0), (24, 8, 4, 50.0), (22.5, 6.5, 6, 75.0)],
)
def test_sleep_efficiency_wraps_midnight(to_bed, rise, hours, expected):
    """The night may begin before or after midnight."""
    key = SleepEfficiency(method="sleep-efficiency", to_bed="x_01", rise="x_02", hours="x_03")
    assert make(key, x1=to_bed, x2=rise, x3=hours) == expected


def test_sleep_efficiency_is_undefined_without_time_in_bed():
    """Going to bed and rising at the same time gives no efficiency."""
    key = SleepEfficiency(method="sleep-efficiency", to_bed="x_01", rise="x_02", hours="x_03")
    assert make(key, x1=23, x2=23, x3=6) is Absent.UNDEFINED


MET = MetMinutes(
    method="met-minutes",
    activities=(MetActivity(days="x_01", minutes="x_02", met=4),),
    cap_minutes=180,
    shortest_bout=10,
    longest_day=960,
)


@pytest.mark.parametrize(("days", "minutes", "expected"), [(5, 30, 600), (7, 600, 5040), (5, 9, 0), (0, 30, 0)])
def test_met_minutes_are_capped_and_short_bouts_dropped(days, minutes, expected):
    """Minutes are cut at the cap, and bouts under ten minutes count as none."""
    assert make(MET, x1=days, x2=minutes) == expected


def test_met_minutes_need_no_minutes_on_no_days():
    """Somebody active on no day need not say for how long."""
    assert make(MET, x1=0) == 0
    assert make(MET, x1=3) is Absent.TOO_MANY_MISSING


def test_met_minutes_refuse_an_impossible_day():
    """More than sixteen hours of activity a day is not usable."""
    assert make(MET, x1=3, x2=961) is Absent.ARTEFACT


def test_reason_that_all_items_share_is_kept():
    """Where nothing was answered for one shared reason, that reason is given."""
    reasons = dict.fromkeys(ITEMS, Absent.DECLINED)
    assert make(Sum(method="sum", items=ITEMS), reasons=reasons) is Absent.DECLINED
    assert make(Sum(method="sum", items=ITEMS), reasons=reasons | {"x_01": Absent.ARTEFACT}) is Absent.NOT_ASKED

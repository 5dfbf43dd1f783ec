"""Departures: who left when, and what each strategy takes their answers to have been."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, adjusted_design, array_design, constrained_design, mark_departures, read_departures
from backloop.missing.departures import STRATEGY_TEXTS, assumed_covariance, assumed_means, check_strategies

NAN = np.nan


def test_people_depart_where_they_drop_out(leavers, where_wide):
    """Who comes back after a gap has not left; who is never seen again left after the last visit."""
    departures = mark_departures(constrained_design(leavers, where_wide))

    assert departures.first.tolist() == [3, 2, 3, 1, 3, 3, 3, 3]
    assert departures.assumed.sum() == 3


def test_a_prestated_event_comes_from_a_column(leavers, where_wide):
    """Visits later than the week of the event come after departure, seen or not; no event, no departure."""
    table = leavers.assign(stopped=[NAN, 9, NAN, 0, 9, NAN, 10, 30])
    design = constrained_design(table, where_wide)

    departures = mark_departures(design, read_departures(table, where_wide, "stopped"))

    assert departures.first.tolist() == [3, 2, 3, 1, 2, 3, 2, 3]
    assert np.isnan(departures.kept.y[departures.after]).all()
    assert departures.assumed.sum() == 3


def test_nobody_leaves_before_the_first_comparison(leavers, where_wide):
    """Somebody never seen at all left after the baseline, not before it."""
    table = leavers.copy()
    table.loc[3, "w0"] = NAN

    assert mark_departures(constrained_design(table, where_wide)).first[3] == 1


@pytest.mark.parametrize(
    ("strategy", "means"),
    [
        ("MAR", [6, 4, 2]),
        ("J2R", [6, 4, 4]),
        ("CR", [6, 5, 4]),
        ("CIR", [6, 4, 3]),
        ("LMCF", [6, 4, 4]),
    ],
)
def test_means_after_departure(leavers, where_wide, strategy, means):
    """The means of somebody in the treated arm who left after week 9, as worked out by hand."""
    departures = mark_departures(constrained_design(leavers, where_wide))
    beta = np.array([6.0, 5, 4, -1, -2])

    found = assumed_means(departures, strategy, beta)

    assert departures.design.names == ("week[0]", "week[9]", "week[18]", "care:week[9]", "care:week[18]")
    assert found[1].tolist() == means
    assert found[0].tolist() == [6, 5, 4]
    assert found[7].tolist() == [6, 4, 2]


def test_everything_but_the_arm_stays_when_somebody_jumps(leavers, where_wide):
    """In the comparator a person keeps their covariates; the modifier loses its part for the arm only."""
    table = leavers.assign(age=[30.0, 40, 50, 60, 35, 45, 55, 65])

    departures = mark_departures(constrained_design(table, where_wide, modifier="age"))

    names = departures.design.names
    gone = [not departures.reference[:, :, index].any() for index in range(len(names))]
    assert [name for name, lost in zip(names, gone, strict=True) if lost] == [name for name in names if "care" in name]


def test_covariance_where_arms_have_their_own():
    """After a jump, later visits hang on earlier ones as in the comparator: worked out by hand for two visits."""
    own, reference = np.array([[4.0, 1], [1, 3]]), np.array([[2.0, 1], [1, 5]])

    for strategy in ("J2R", "CIR"):
        assert assumed_covariance(strategy, own, reference, 1).tolist() == [[4, 2], [2, 5.5]]
        assert assumed_covariance(strategy, own, reference, 2) is own
        assert assumed_covariance(strategy, own, reference, 0) is reference
    assert assumed_covariance("CR", own, reference, 1) is reference
    assert assumed_covariance("LMCF", own, reference, 1) is own


def test_no_strategy_without_arms():
    """A free design has no comparator to jump to."""
    y = np.arange(12.0).reshape(6, 2)
    design = array_design(y, np.ones((6, 2, 1)), names=("mean",))

    with pytest.raises(TrialError, match="imputation needs arms"):
        mark_departures(design)


def test_no_imputation_with_weights(leavers, where_wide):
    """Weighted people are refused."""
    table = leavers.assign(weight=1.5)
    where = Columns(**{**vars(where_wide), "weight": "weight"})

    with pytest.raises(TrialError, match="without weights"):
        mark_departures(constrained_design(table, where))


@pytest.mark.parametrize(
    ("values", "match"),
    [(["early"] * 8, "as numbers"), ([-1.0] + [NAN] * 7, "0 or later"), ([np.inf] + [NAN] * 7, "0 or later")],
)
def test_weeks_that_are_none(leavers, where_wide, values, match):
    """An event needs a finite week from randomisation on."""
    table = leavers.assign(stopped=values)

    with pytest.raises(TrialError, match=match):
        mark_departures(constrained_design(table, where_wide), read_departures(table, where_wide, "stopped"))


def test_an_event_column_that_is_not_there(leavers, where_wide):
    """The message names the column and what there is."""
    with pytest.raises(TrialError, match="no column 'stopped'"):
        read_departures(leavers, where_wide, "stopped")


def test_an_event_that_changes(table, where):
    """In a long table the first event stands in every row of a person."""
    with pytest.raises(TrialError, match="changes within a person"):
        read_departures(table.assign(stopped=table["week"]), where, "stopped")


def test_events_of_other_people(leavers, where_wide):
    """A design that left people out does not take the whole table's events."""
    table = leavers.copy()
    table.loc[2, "w0"] = NAN
    design = adjusted_design(table, where_wide, baseline=0)

    with pytest.raises(TrialError, match="one week for each of 7 people"):
        mark_departures(design, read_departures(table.assign(stopped=NAN), where_wide, "stopped"))


def test_nothing_to_carry_forward(leavers, where_wide):
    """LMCF needs a mean before departure, which the adjusted model lacks for those never seen again."""
    departures = mark_departures(adjusted_design(leavers, where_wide, baseline=0))

    with pytest.raises(TrialError, match="LMCF"):
        check_strategies(departures, ("LMCF",))


@pytest.mark.parametrize("names", [("J2P",), ()])
def test_unknown_strategies(leavers, where_wide, names):
    """A misspelt strategy gets the list."""
    with pytest.raises(TrialError, match="MAR, J2R, CR, CIR, LMCF"):
        check_strategies(mark_departures(constrained_design(leavers, where_wide)), names)


def test_cin_is_another_name_of_cir(leavers, where_wide):
    """Whoever asks for CIN is given CIR, once, and its words name the other name in both languages."""
    departures = mark_departures(constrained_design(leavers, where_wide))

    assert check_strategies(departures, ("CIN", "J2R", "CIR")) == ("CIR", "J2R")
    assert "CIN" in STRATEGY_TEXTS["CIR"].en
    assert "CIN" in STRATEGY_TEXTS["CIR"].zh

"""Consistency: which comparisons can be split, and why a check may say nothing."""

import pandas as pd
import pytest

from backloop.synthesis import check_consistency, read_network

COLUMNS = ["study", "treatment", "comparator", "estimate", "standard_error"]
LOOP = [("A", "b", "a", -1.0, 0.4), ("B", "c", "a", -0.5, 0.5), ("C", "c", "b", 0.6, 0.3)]
THREE_ARMS = pd.DataFrame(
    [("T", "a", 5.0, 2.0, 30), ("T", "b", 4.0, 2.0, 30), ("T", "c", 4.5, 2.0, 30), ("U", "a", 5.0, 2.0, 30),
     ("U", "c", 4.2, 2.0, 30)],
    columns=["study", "treatment", "mean", "sd", "n"],
)  # fmt: skip


def network(rows):
    """Read rows as a network."""
    return read_network(pd.DataFrame(rows, columns=COLUMNS), better="low")


def test_a_tree_has_nothing_to_disagree():
    """Without a closed loop there is no test, no split, and a reason."""
    found = check_consistency(network([*LOOP[:2], ("D", "b", "a", -0.8, 0.3)]))

    assert (found.wald, found.splits, found.between.df) == (None, (), 0)
    assert found.reason.en == "no closed loop: every comparison has one source"


def test_one_trial_a_design_leaves_no_random_effects():
    """With a single trial of every design, heterogeneity and disagreement are the same thing."""
    found = check_consistency(network(LOOP))

    assert (found.wald, found.splits) == (None, ())
    assert found.reason.en.startswith("no design has two trials")
    assert check_consistency(network(LOOP), method="fixed").wald.df == 1


def test_a_loop_of_three_is_split_three_times_alike():
    """In one loop of single trials every split finds the same disagreement."""
    found = check_consistency(network(LOOP), method="fixed")

    assert len(found.splits) == 3
    assert {round(abs(split.difference), 9) for split in found.splits} == {0.1}
    assert {round(split.p, 9) for split in found.splits} == {round(found.wald.p, 9)}
    assert found.wald.q == pytest.approx(0.1**2 / (0.4**2 + 0.5**2 + 0.3**2))


def test_a_trial_of_three_arms_closes_no_loop_by_itself():
    """A comparison whose two ends hang together only through its own trials is not split."""
    found = check_consistency(read_network(THREE_ARMS, better="low"), method="fixed")

    assert found.splits == ()
    assert found.between.df == 1


def test_a_disagreement_is_found():
    """A loop that does not add up by ten standard errors is told by every check."""
    rows = [*LOOP[:2], ("C", "c", "b", 5.0, 0.3), ("D", "b", "a", -0.9, 0.4), ("E", "c", "a", -0.6, 0.5)]
    found = check_consistency(network(rows))

    assert found.wald.p < 1e-6
    assert all(split.p < 1e-6 for split in found.splits)
    assert found.between.q > 10 * found.within.q

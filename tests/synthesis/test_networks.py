"""Networks: how a table becomes one, what multi-arm trials need, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.synthesis import read_network

ARMS = pd.DataFrame(
    [
        ("Ash", "rest", 5.0, 2.0, 30),
        ("Ash", "walk", 4.0, 2.1, 28),
        ("Ash", "swim", 4.4, 1.9, 32),
        ("Elm", "rest", 5.2, 2.2, 40),
        ("Elm", "walk", 4.3, 2.0, 41),
    ],
    columns=["study", "treatment", "mean", "sd", "n"],
)
CONTRASTS = pd.DataFrame(
    [("Ash", "walk", "rest", -1.0, 0.4), ("Elm", "swim", "rest", -0.5, 0.5), ("Fir", "swim", "walk", 0.4, 0.3)],
    columns=["study", "treatment", "comparator", "estimate", "standard_error"],
)


def triangle(estimates=(-1.0, -0.6, -0.4), errors=(0.5, 0.45, 0.4)):
    """Give one trial of three arms by all its contrasts, and one of two."""
    pairs = [("walk", "rest"), ("swim", "rest"), ("walk", "swim")]
    rows = [("Ash", *pair, y, se) for pair, y, se in zip(pairs, estimates, errors, strict=True)]
    return pd.DataFrame([*rows, ("Elm", "walk", "rest", -0.8, 0.4)], columns=CONTRASTS.columns)


def test_arms_become_contrasts_with_the_first():
    """Arms are taken minus the first of their trial, and share its variance."""
    network = read_network(ARMS, better="low")

    assert network.treatments == ("rest", "swim", "walk")
    assert network.estimate == pytest.approx([-1.0, -0.6, -0.9])
    assert network.covariance[0, 1] == pytest.approx(2.0**2 / 30)
    assert network.covariance[0, 0] == pytest.approx(2.0**2 / 30 + 2.1**2 / 28)
    assert network.covariance[0, 2] == network.covariance[1, 2] == 0.0
    assert network.incidence.tolist() == [[-1, 0, 1], [-1, 1, 0], [-1, 0, 1]]


def test_contrasts_are_turned_into_independent_ones():
    """After the turn the covariance is one, and a variance between trials adds to each by its share."""
    network = read_network(ARMS, better="low")
    turn, share = network.independent
    between = [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]

    assert turn @ network.covariance @ turn.T == pytest.approx(np.eye(3), abs=1e-12)
    assert turn @ between @ turn.T == pytest.approx(np.diag(share), abs=1e-12)


@pytest.mark.parametrize("measure", ["MD", "SMD"])
def test_the_base_of_a_trial_changes_no_contrast(measure):
    """Whichever arm stands first, the variance of the difference of two others is the same."""
    first, last = (read_network(table, better="low", measure=measure) for table in (ARMS, ARMS.iloc[::-1]))

    def variance(network, a, b):
        row = np.zeros(len(network.treatments))
        row[network.treatments.index(a)], row[network.treatments.index(b)] = 1.0, -1.0
        ash = network.trial == network.labels.index("Ash")
        weights = np.linalg.lstsq(network.incidence[ash].T, row, rcond=None)[0]
        return weights @ network.covariance[np.ix_(ash, ash)] @ weights, weights @ network.estimate[ash]

    for pair in (("walk", "swim"), ("walk", "rest"), ("swim", "rest")):
        assert variance(first, *pair) == pytest.approx(variance(last, *pair), rel=1e-12), pair


def test_all_contrasts_of_a_trial_give_their_covariance():
    """The covariance follows from the three variances: half of what two have more than the third."""
    network = read_network(triangle(), better="low")

    assert network.covariance[0, 1] == pytest.approx(0.5 * (0.5**2 + 0.45**2 - 0.4**2))


def test_a_shared_comparator_needs_its_own_error():
    """Contrasts with one comparator and the standard error of its mean say the same as the arms."""
    arms = read_network(ARMS, better="low")
    rows = [("Ash", "walk", "rest"), ("Ash", "swim", "rest"), ("Elm", "walk", "rest")]
    table = pd.DataFrame(rows, columns=["study", "treatment", "comparator"])
    table["estimate"], table["standard_error"] = arms.estimate, np.sqrt(np.diag(arms.covariance))
    table["comparator_se"] = [2.0 / np.sqrt(30)] * 2 + [2.2 / np.sqrt(40)]

    assert read_network(table, better="low").covariance == pytest.approx(arms.covariance)


def test_scales_that_run_the_other_way_are_turned():
    """A trial read from a scale that is good at the other end changes the sign of its SMD, not its variance."""
    plain = read_network(ARMS, better="low", measure="SMD")
    turned = read_network(ARMS.assign(better=["high"] * 3 + ["low"] * 2), better="low", measure="SMD")

    assert turned.estimate == pytest.approx(plain.estimate * [-1, -1, 1])
    assert turned.covariance == pytest.approx(plain.covariance)
    assert turned.unit == "SD"


def test_a_file_is_read_as_a_table(tmp_path):
    """A path and its content are the same to the reader."""
    ARMS.to_csv(tmp_path / "arms.csv", index=False)

    assert read_network(tmp_path / "arms.csv", better="low").labels == ("Ash", "Elm")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (CONTRASTS.iloc[:1], r"one trial \('Ash'\) is no network"),
        (ARMS.iloc[:3], r"one trial \('Ash'\) is no network"),
        (
            pd.concat([CONTRASTS.iloc[:2], CONTRASTS.iloc[2:].assign(treatment="tape", comparator="belt")]),
            r"no trial connects these parts of the network: 'belt', 'tape'; 'rest', 'swim', 'walk'",
        ),
        (CONTRASTS.assign(comparator=["rest", "swim", "walk"]), r"row 2 \('Elm'\), column 'comparator': 'swim' is com"),
        (ARMS.assign(treatment=["rest", "walk", "walk", "rest", "walk"]), "study 'Ash': 'walk' is compared with"),
        (ARMS.iloc[:4], r"study 'Elm': one arm \('rest'\) compares nothing"),
        (CONTRASTS.assign(standard_error=[0.4, 0.0, 0.3]), r"row 2 \('Elm'\).*expected a number above 0, got 0"),
        (ARMS.assign(sd=[2, 2, 0, 2, 2]), r"row 3 \('Ash'\), column 'sd': expected a number above 0, got 0"),
        (CONTRASTS.assign(treatment=["walk", None, "swim"]), r"row 2 \('Elm'\), column 'treatment': expected a name"),
        (CONTRASTS.drop(columns="comparator"), "no column 'comparator'; it has"),
        (triangle(estimates=(-1.0, -0.6, 0.4)), "study 'Ash': its contrasts do not add up"),
        (triangle(errors=(0.1, 0.1, 0.5)), "study 'Ash': no arms can have these standard errors together"),
        (triangle().drop(index=2), "study 'Ash': a trial of 3 arms needs every pair of them, or all arms against one"),
        (
            triangle().drop(index=2).assign(comparator_se=[0.9, 0.9, 0.2]),
            "study 'Ash': expected one 'comparator_se', below the contrasts' standard errors",
        ),
        (pd.concat([CONTRASTS, CONTRASTS.iloc[:1]]), "study 'Ash': a comparison is there twice"),
        (ARMS.assign(better=["high"] * 3 + ["low"] * 2), "expected 'low': mean differences share one scale"),
    ],
    ids=[
        "one trial", "one trial by arm", "parts", "loop", "loop by arm", "one arm", "no error", "no spread", "no name",
        "no column", "sum", "impossible", "incomplete", "base too unsure", "twice", "mixed",
    ],
)  # fmt: skip
def test_what_is_no_network_is_refused(table, message):
    """Every wrong table is told what is wrong, in which trial, and what to do."""
    with pytest.raises(TrialError, match=message):
        read_network(table.reset_index(drop=True), better="low")


def test_arms_are_no_published_effect():
    """Means can be compared as differences only."""
    with pytest.raises(TrialError, match="expected measure 'MD' or 'SMD' for a table by arm, got 'effect'"):
        read_network(ARMS, better="low", measure="effect")

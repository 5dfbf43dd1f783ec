"""Answers of R's metafor and of electrical networks to the same trials, with the reason beside each tolerance."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backloop.synthesis import compare_network, read_network

HERE = Path(__file__).parent
ANSWERS = pd.read_csv(HERE / "networks.csv")
KEYS = ["data", "measure", "method", "test"]
# Fixed effects and moments are closed forms. REML is searched for by metafor from the values of a likelihood that is
# flat to rounding near its top: it stops within 1e-7 of tau2, which moves effects by less and p-values by more.
CLOSED, SEARCHED = {"rel": 1e-8, "abs": 1e-8}, {"rel": 2e-5, "abs": 2e-6}


def network_of(data, measure):
    """Read one network as metafor was given it."""
    return read_network(pd.read_csv(HERE / "networks-arms.csv").query("data == @data"), better="low", measure=measure)


def compared(data, measure, method, test):
    """Compare one network as metafor was asked to."""
    uncertainty = {"z": "normal", "t": "t"}[test]
    return compare_network(network_of(data, measure), method=method, uncertainty=uncertainty, draws=1)


def numbers(effect):
    """Lay an effect out under the names of the answers."""
    spans = {"": effect.interval, "prediction_": effect.prediction}
    ends = {f"{name}{end}": getattr(span, end) for name, span in spans.items() if span for end in ("low", "high")}
    return {"estimate": effect.estimate, "standard_error": effect.standard_error, **ends}


def groups(rows, names):
    """Cut the answers by data, measure and more, with an id for each."""
    return [pytest.param(key, group, id="-".join(key)) for key, group in rows.groupby(names)]


def answers(rows):
    """Lay metafor's numbers out by name."""
    return dict(zip(rows["field"], rows["value"], strict=True))


@pytest.mark.parametrize(("key", "rows"), groups(ANSWERS, KEYS))
def test_effects_as_in_r(key, rows):
    """Every pair with standard error, interval and prediction interval, and tau2, as rma.mv gives them."""
    found, tolerance = compared(*key), SEARCHED if key[2] == "reml" else CLOSED

    league = rows[rows["part"].str.contains("/") & ~rows["part"].str.startswith("split")]
    assert len(found.effects) == league["part"].nunique()
    for part, cells in league.groupby("part"):
        assert numbers(found.effect(*part.split("/"))) == pytest.approx(answers(cells), **tolerance), part
    between = answers(rows[(rows["part"] == "tau2") & (rows["field"] == "tau2")])
    assert {"tau2": found.tau2} == pytest.approx(between, **tolerance)


@pytest.mark.parametrize(("key", "rows"), groups(ANSWERS[ANSWERS["test"] == "z"], KEYS))
def test_consistency_as_in_r(key, rows):
    """The design-by-treatment Wald test and every split comparison, with tau2 estimated anew in each model."""
    found, tolerance = compared(*key).consistency, SEARCHED if key[2] == "reml" else CLOSED

    wald, splits = rows[rows["part"] == "wald"], rows[rows["part"].str.startswith("split")]
    assert (found.wald is None) == wald.empty
    if found.wald:
        assert {**found.wald.model_dump(), "tau2": found.tau2} == pytest.approx(answers(wald), **tolerance)
    assert {f"split/{split.treatment}/{split.comparator}" for split in found.splits} == set(splits["part"])
    for split in found.splits:
        told = {**split.model_dump(exclude={"interval", "treatment", "comparator", "trials"}), **numbers_of(split)}
        cells = splits[splits["part"] == f"split/{split.treatment}/{split.comparator}"]
        assert told == pytest.approx(answers(cells), **tolerance), split.treatment


def numbers_of(split):
    """Give the ends of a split's interval."""
    return {"low": split.interval.low, "high": split.interval.high}


@pytest.mark.parametrize(("key", "rows"), groups(ANSWERS, ["data", "measure"]))
def test_heterogeneity_as_in_r(key, rows):
    """Q in all, within and between designs, and the Q-profile interval of tau2."""
    found = compared(*key, "reml" if key[0] != "loop" else "dersimonian-laird", "z")
    whole, parts = found.q, found.consistency

    expected = answers(rows[rows["part"] == "q"])
    told = {"q": whole.q, "df": whole.df, "within": parts.within.q, "within_df": parts.within.df}
    told |= {"between": parts.between.q, "between_df": parts.between.df}
    assert told == pytest.approx(expected, rel=1e-9, abs=1e-9)
    profile = answers(rows[(rows["part"] == "tau2") & rows["field"].isin(["low", "high"])])
    # Its ends are roots found by R's uniroot to 1e-12 of tau2, from values of Q with nine sure digits.
    spread = found.tau2_interval
    assert {"low": spread.low, "high": spread.high} == pytest.approx(profile, rel=1e-7, abs=1e-9)


def test_the_published_answer_for_the_diabetes_trials():
    """The decomposition of Q and the tau2 that R's netmeta prints for these trials, to the digits it prints."""
    found = compared("diabetes", "MD", "dersimonian-laird", "z")
    parts = found.consistency

    assert (round(found.q.q), found.q.df, round(parts.within.q, 1), parts.within.df) == (97, 18, 74.4, 11)
    assert (round(parts.between.q, 2), parts.between.df, round(found.tau2, 4)) == (22.53, 7, 0.1087)
    assert (round(parts.wald.q, 2), round(parts.wald.p, 3), round(np.sqrt(parts.tau2), 4)) == (2.19, 0.948, 0.3797)


def laplacian_answer(data, tau2):
    """Give effects and variances of mean differences from the pseudo-inverse of an electrical network's Laplacian.

    Each trial is a complete graph whose conductances are those of its arms: 1 / v of one arm times another's over the
    sum of all. This needs no base, no contrasts and no covariances.
    """
    arms = pd.read_csv(HERE / "networks-arms.csv").query("data == @data")
    names = sorted(set(arms["treatment"]))
    laplacian, current = np.zeros((len(names), len(names))), np.zeros(len(names))
    for _study, trial in arms.groupby("study"):
        weight = 1.0 / (trial["sd"] ** 2 / trial["n"] + tau2 / 2.0).to_numpy()
        places = [names.index(name) for name in trial["treatment"]]
        own = np.diag(weight) - np.outer(weight, weight) / weight.sum()
        laplacian[np.ix_(places, places)] += own
        np.add.at(current, places, own @ trial["mean"].to_numpy())
    potential, inverse = np.linalg.pinv(laplacian) @ current, np.linalg.pinv(laplacian)
    return {
        (a, b): (potential[i] - potential[j], np.sqrt(inverse[i, i] + inverse[j, j] - 2.0 * inverse[i, j]))
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if i > j
    }


@pytest.mark.parametrize("data", sorted(set(ANSWERS["data"])))
@pytest.mark.parametrize("method", ["fixed", "dersimonian-laird", "reml"])
def test_effects_as_in_an_electrical_network(data, method):
    """The same effects from graph theory, at the same tau2: an independent formula without contrasts (1e-10)."""
    found = compared(data, "MD", method, "z")

    for pair, expected in laplacian_answer(data, found.tau2).items():
        effect = found.effect(*pair)
        assert (effect.estimate, effect.standard_error) == pytest.approx(expected, rel=1e-10, abs=1e-10), pair


@pytest.mark.parametrize("data", ["diabetes", "simulated"])
def test_reml_is_the_top_of_the_likelihood(data):
    """No tau2 beside the one found has a higher restricted likelihood, computed from arms with one level a trial."""
    arms = pd.read_csv(HERE / "networks-arms.csv").query("data == @data")
    x = np.hstack([pd.get_dummies(arms["study"]), pd.get_dummies(arms["treatment"]).iloc[:, 1:]]).astype(float)
    y, v = arms["mean"].to_numpy(), (arms["sd"] ** 2 / arms["n"]).to_numpy()

    def height(tau2):
        w = 1.0 / (v + tau2 / 2.0)
        normal = x.T @ (w[:, None] * x)
        rest = y - x @ np.linalg.solve(normal, x.T @ (w * y))
        return np.log(w).sum() - np.linalg.slogdet(normal)[1] - (w * rest**2).sum()

    top = compared(data, "MD", "reml", "z").tau2
    slope = (height(top * 1.0001) - height(top * 0.9999)) / (0.0002 * top)

    assert slope == pytest.approx(0.0, abs=1e-4)
    assert all(height(top) >= height(factor * top) for factor in (0.5, 0.9, 0.99, 1.01, 1.1, 2.0))

"""The causal forest: let through where people differ much, refused where they do not, the same for any workers."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, forest_benefit
from backloop.moderation import heterogeneity
from backloop.units import Scale

pytest.importorskip("econml", reason="the forest is an extra: pip install 'backloop[forest]'")

WHERE = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
PAIN = Scale(better="low")
SMALL = {"trees": 24, "folds": 2, "nulls": 20, "seed": 1}


def trial(*, gain, people=160, seed=3):
    """Make a trial in which people above the middle of fear gain by `gain` points more."""
    random = np.random.default_rng(seed)
    start, fear, age = random.normal(6, 1.2, people), random.normal(30, 8, people), random.normal(45, 10, people)
    arm = np.array(["sham", "care"])[np.arange(people) % 2]
    after = 0.6 * start - (arm == "care") * (1 + gain * (fear > 30)) + random.normal(0, 1, people)
    return pd.DataFrame({"id": range(people), "arm": arm, "fear": fear, "age": age, "w0": start, "w9": after})


def grow(table, **options):
    """Grow a small forest from fear, age and baseline."""
    asked = {"week": 9, "covariates": ["fear", "age"], "scale": PAIN} | SMALL | options
    return forest_benefit(table, WHERE, **asked)


@pytest.fixture(scope="module")
def strong():
    """A forest where half the people gain three points more."""
    return grow(trial(gain=3.0))


def test_strong_differences_are_let_through(strong):
    """A step no straight line was told of is found: slope and ranking above zero, effects by person that follow it."""
    table = trial(gain=3.0)
    effects = pd.Series(strong.individual, index=map(int, strong.persons))

    assert strong.withheld is None
    assert strong.calibration.interval.low > 0.5
    assert strong.ranking.interval.low > 0
    assert strong.qini.interval.low > 0
    assert max(strong.null_p, strong.ranking_null_p) == pytest.approx(1 / 21)
    assert effects[table["fear"] > 30].mean() < effects[table["fear"] < 30].mean() - 1
    assert "causal forest of 24 honest trees (EconML" in strong.text.en


def test_null_data_are_refused():
    """Where everybody gains the same no individual effect is given, and both languages say why."""
    found = grow(trial(gain=0.0))

    assert (found.individual, found.persons) == ((), ())
    assert "withheld" in found.text.en
    assert "不报告个体疗效" in found.text.zh


def test_the_null_simulation_is_kept_whole(strong):
    """Slopes and areas of every null trial stand in the answer, and lie below what was found."""
    assert len(strong.null_slopes) == len(strong.null_areas) == strong.nulls == 20
    assert max(strong.null_areas) < strong.ranking.estimate
    assert np.median(strong.null_slopes) < 0.5


def test_the_answer_does_not_depend_on_the_workers():
    """Two processes give to the last digit what one gives; every null trial is told as it is done."""
    table, told = trial(gain=3.0, people=80), []

    alone = grow(table, trees=8, progress=lambda done, total: told.append((done, total)))

    assert grow(table, trees=8, workers=2) == alone
    assert told[-1] == (20, 20)


def test_without_econml_the_extra_is_named(monkeypatch):
    """Whoever asks for a forest without the package is told how to get it."""

    def refuse(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(heterogeneity, "import_module", refuse)

    with pytest.raises(TrialError, match=r"pip install 'backloop\[forest\]'"):
        grow(trial(gain=0.0))


def test_econml_is_loaded_only_when_asked():
    """The room imports without the package."""
    code = "import sys, backloop.moderation.heterogeneity; print('econml' in sys.modules, 'sklearn' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("people", "options", "message"),
    [
        (60, {}, "expected at least 80 people"),
        (160, {"trees": 4}, "at least 8 trees"),
        (160, {"nulls": 3}, "20 null trials"),
        (160, {"workers": 0}, "expected workers from 1"),
        (160, {"covariates": ["name"]}, "no column 'name'"),
    ],
)
def test_each_wrong_call_has_its_own_message(people, options, message):
    """Too few people, trees, null trials and workers are told apart."""
    with pytest.raises(TrialError, match=message):
        grow(trial(gain=0.0, people=people), **options)

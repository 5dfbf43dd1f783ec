"""What every room's tests share: a small seeded trial, made-up recordings, and laws that are tried alike everywhere."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from backloop.learn import Columns

# The same cases on every run, however busy the machine is: a law that breaks, breaks for everybody.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

WEEKS = (0, 6, 18, 52)


@pytest.fixture
def where() -> Columns:
    """Say where the trial's columns are."""
    return Columns(outcome="pain", comparator="sham", person="id")


@pytest.fixture
def table() -> pd.DataFrame:
    """Make a trial of 60 people, two arms, four visits, about a tenth of the answers missing."""
    random = np.random.default_rng(11)
    people = 60
    arm = np.array(["sham", "care"])[np.arange(people) % 2]
    level = random.normal(6, 1.5, people)
    answers = level[:, None] + random.normal(0, [1.0, 1.2, 1.4, 1.6], (people, 4)) - np.array([0, 1, 1.5, 1.5])
    answers[:, 1:] -= np.outer(arm == "care", [0.8, 1.0, 0.6])
    answers = answers.clip(0, 10)
    answers[random.random(answers.shape) < (0.03, 0.08, 0.12, 0.15)] = np.nan
    return pd.DataFrame(
        {
            "id": np.repeat(np.arange(people), 4),
            "week": np.tile(WEEKS, people),
            "arm": np.repeat(arm, 4),
            "pain": answers.ravel(),
            "age": np.repeat(random.integers(20, 70, people).astype(float), 4),
            "site": np.repeat(np.array(["north", "south", "west"])[random.integers(0, 3, people)], 4),
        }
    )


@pytest.fixture
def leavers() -> pd.DataFrame:
    """Lay out eight people at three visits, two of each arm with gaps."""
    gap = np.nan
    return pd.DataFrame(
        {
            "id": range(8),
            "arm": ["sham", "care"] * 4,
            "w0": [6.0, 8, 5, 7, 6, 5, 7, 6],
            "w9": [5.0, 5, gap, gap, 5, 3, 6, 4],
            "w18": [4.0, gap, 4, gap, 5, 2, 5, 3],
        }
    )


@pytest.fixture
def where_wide() -> Columns:
    """Say where the columns of the eight people are."""
    return Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9", 18: "w18"})


@pytest.fixture(scope="session")
def brain_cohort() -> ModuleType:
    """Give the maker of made-up brain recordings with a known truth (tests/data/brain_cohort/make.py)."""
    path = Path(__file__).parent / "data" / "brain_cohort" / "make.py"
    spec = importlib.util.spec_from_file_location("make_brain_cohort", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module

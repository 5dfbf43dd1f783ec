"""The report of a mediation analysis: what fills itself, what waits for a person."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, Mediator, mediate, report_mediation
from backloop.units import Text

OWN = {"theory", "registration", "measures", "size", "limits", "sharing"}


@pytest.fixture(scope="module")
def mediation():
    """Analyse one mediator in a small made-up trial."""
    random = np.random.default_rng(2)
    arm = np.arange(60) % 2
    fear = random.normal(20, 3, 60)
    table = pd.DataFrame(
        {
            "id": range(60),
            "arm": np.where(arm, "care", "sham"),
            "p0": random.normal(6, 1, 60),
            "f0": fear,
            "f12": fear - 3 * arm + random.normal(size=60),
            "age": random.integers(20, 70, 60),
        }
    )
    table["p18"] = table["p0"] + 0.3 * (table["f12"] - 20) + random.normal(size=60)
    where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "p0", 18: "p18"})
    mediator = Mediator(column="fear", week=12, wide={0: "f0", 12: "f12"})
    return mediate(table, where, [mediator], week=18, seed=3, draws=100, covariates=["age"])


def test_the_analysis_fills_what_it_knows(mediation):
    """Everything but the authors' own matters is answered in both languages."""
    items = report_mediation(mediation)

    assert {item.id for item in items if item.answer is None} == OWN
    told = {item.id: item.answer for item in items}
    assert "age" in told["causes"].en
    assert "seed 3" in told["models"].en
    assert told["estimates"] == mediation.text
    assert "fear: 12" in told["order"].zh


def test_authors_fill_the_rest(mediation):
    """An author's answer stands beside the analysis' own."""
    items = report_mediation(mediation, {"theory": Text(en="fear avoidance", zh="恐惧回避")})

    assert {item.id for item in items if item.answer is None} == OWN - {"theory"}


@pytest.mark.parametrize("id_", ["hope", "estimates"])
def test_only_open_questions_can_be_told(mediation, id_):
    """A question that is not asked, or that the analysis answers, takes no other answer."""
    with pytest.raises(TrialError, match=f"got {id_}"):
        report_mediation(mediation, {id_: Text(en="yes", zh="是")})

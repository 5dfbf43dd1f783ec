"""The credibility sheet: what the analysis answers, what is left to a person."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.learn import Columns, assess_claims, assess_credibility, find_modifiers
from backloop.trial import EffectModifier
from backloop.units import Scale

WHERE = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})


def search(slope=0.3, *, expected="smaller benefit", more=0):
    """Ask about fear, which changes the effect by a slope, and about further numbers that do not."""
    random = np.random.default_rng(5)
    fear = random.normal(30, 8, 100)
    arm = np.array(["sham", "care"] * 50)
    after = random.normal(4, 1, 100) + slope * (fear - 30) * (arm == "care")
    table = pd.DataFrame({"id": range(100), "arm": arm, "fear": fear, "w0": random.normal(6, 1, 100), "w9": after})
    table["meds"] = np.arange(100) // 2 % 2
    names = [f"other{number}" for number in range(more)]
    table = table.assign(**{name: random.normal(size=100) for name in names})
    asked = [
        EffectModifier(id=name, title=name, visit="baseline", expected=expected) for name in ("fear", "meds", *names)
    ]
    return find_modifiers(table, WHERE, trial="t", modifiers=asked, outcomes={"pain": Scale(better="low")}, draws=5000)


def grades(found, **options):
    """Give the grade of each question about fear."""
    sheet = assess_credibility(found, **({"modifier": "fear", "outcome": "pain", "week": 9} | options))
    return {each.id: each.grade for each in sheet.answers}


def test_a_strong_and_foretold_modification():
    """Direction, chance, number and cut points are answered; earlier evidence waits for a person."""
    assert grades(search()) == {
        "direction": "probably_yes",
        "evidence": "open",
        "chance": "definitely_yes",
        "few": "probably_yes",
        "cut-points": "definitely_yes",
    }


def test_a_protocol_makes_it_definite():
    """What stands in a protocol counts more."""
    found = grades(search(), in_protocol=True)

    assert (found["direction"], found["few"]) == ("definitely_yes", "definitely_yes")


def test_the_wrong_direction_counts_against_it():
    """A direction opposite to the stated one is the worst answer, none stated the next."""
    assert grades(search(expected="larger benefit"))["direction"] == "definitely_no"
    assert grades(search(expected="not stated"))["direction"] == "probably_no"


@pytest.mark.parametrize(("more", "grade"), [(0, "probably_yes"), (4, "probably_no"), (10, "definitely_no")])
def test_many_modifiers_count_against_a_weak_finding(more, grade):
    """Up to three are few, more than ten many, where the finding does not stand after adjustment."""
    assert grades(search(slope=0.0, more=more))["few"] == grade


def test_where_nothing_is_claimed_the_sheet_does_not_apply():
    """Without a suggestion of modification there is nothing to judge, and the sheet says so in both languages."""
    sheet = assess_credibility(search(slope=0.0), modifier="fear", outcome="pain", week=9)

    assert not sheet.applies
    assert "does not apply" in sheet.text.en
    assert "不适用" in sheet.text.zh


def test_two_groups_are_left_to_a_person():
    """Whether two groups are natural or cut is not in the data."""
    assert grades(search(), modifier="meds")["cut-points"] == "open"


def test_earlier_evidence_needs_a_source():
    """A person's answer carries its source, and is refused without."""
    with pytest.raises(TrialError, match="needs prior_source"):
        grades(search(), prior_evidence="probably_no")
    sheet = assess_credibility(
        search(), modifier="fear", outcome="pain", week=9, prior_evidence="probably_no", prior_source="one small trial"
    )
    assert [each.reason.en for each in sheet.answers if each.id == "evidence"] == ["one small trial"]


def test_a_question_that_was_not_asked_is_refused():
    """The sheet judges what was asked, and names it."""
    with pytest.raises(TrialError, match="asked were: fear, pain, week 9, care"):
        grades(search(), week=18)


def test_sheets_are_filled_for_claims_alone():
    """Every interaction with p below 0.1 has its sheet, no other has, and what was judged beforehand stands in it."""
    found = search(more=3)
    sheets = assess_claims(found, in_protocol=True, prior={"fear": ("probably_no", "one small trial")})

    below = [each.modifier for each in found.effects if each.per_unit.p < 0.1]
    assert [sheet.modifier for sheet in sheets] == below
    assert "fear" in below
    fear = {each.id: (each.grade, each.reason.en) for each in sheets[0].answers}
    assert fear["evidence"] == ("probably_no", "one small trial")
    assert "fear" not in {sheet.modifier for sheet in assess_claims(search(slope=0.0))}

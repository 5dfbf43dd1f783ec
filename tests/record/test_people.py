"""Putting a person together: facts from several rows, visits in order."""

from backloop.record.people import Facts, assemble
from backloop.record.records import Observation, Origin, Session


def test_the_first_statement_of_a_fact_stays():
    """A later row that says otherwise does not overwrite an earlier one."""
    facts = Facts()
    assert [True, True, False] == [facts.agree("sub-1", "age", age) for age in (46, 46, 47)]
    assert 46 == facts.participant("sub-1").age


def test_facts_find_their_fields():
    """Age, sex and language are the person's own fields, the rest are attributes."""
    facts = Facts()
    for name, value in {"age": 46, "sex": "female", "language": "zh-Hans", "group": "PRT"}.items():
        facts.agree("sub-1", name, value)
    who = facts.participant("sub-1", language="en")
    assert (46, "female", "zh-Hans", {"group": "PRT"}) == (who.age, who.sex, who.language, who.attributes)


def test_observations_follow_the_visits():
    """Observations stand in the order of the visits, whatever the order of the rows."""
    late, early = Session(session_id="ses-b", order=2), Session(session_id="ses-a", order=1)
    seen = {
        "sub-1": {
            visit: [Observation(session_id=visit, kind="response", book="nrs", item="nrs_01", value=5)]
            for visit in ("ses-b", "ses-a")
        }
    }
    origins = {"sub-1": Origin(name="a.csv", format="table")}
    (record,) = assemble({"sub-1": [early, late]}, seen, Facts(), origins=origins, language="en")
    assert ["ses-a", "ses-b"] == [one.session_id for one in record.observations]


def test_observations_have_one_order():
    """Whatever the order of the columns: answers by book, then scores, then trials row by row."""
    told = [
        ("trial", "left-right-trunk", "rt", 2), ("score", "pcs", "pcs", None), ("response", "pcs", "pcs_01", None),
        ("trial", "left-right-trunk", "rt", 1), ("response", "nrs", "nrs_01", None),
        ("trial", "left-right-trunk", "correct", 2),
    ]  # fmt: skip
    seen = [
        Observation(session_id="ses-a", kind=kind, book=book, item=item, trial=trial, value=1)
        for kind, book, item, trial in told
    ]
    visits, origin = {"sub-1": [Session(session_id="ses-a", order=1)]}, Origin(name="a.csv", format="table")
    people = assemble(visits, {"sub-1": {"ses-a": seen}}, Facts(), origins={"sub-1": origin}, language="en")
    assert ["nrs_01", "pcs_01", "pcs", "correct", "rt", "rt"] == [one.item for one in people[0].observations]
    assert [2, 2, 1] == [one.trial for one in people[0].observations if one.trial]


def test_a_reported_score_does_not_reorder_the_trials():
    """Trials keep the order of their rows also where a score of the same test was reported beside them."""
    visit = Session(session_id="ses-a", order=1)
    test = {"session_id": "ses-a", "book": "left-right-trunk"}
    score = Observation(kind="score", item="left-right-trunk.rt", value=1.0, **test)
    trials = [Observation(kind="trial", item="rt", value=1.0, unit="s", site=site, **test) for site in ("left", "")]
    origins = {"sub-1": Origin(name="a.csv", format="table")}
    seen = {"sub-1": {"ses-a": [score, *trials]}}

    (record,) = assemble({"sub-1": [visit]}, seen, Facts(), origins=origins, language="en")

    assert (score, *trials) == record.observations

"""Evidence keeps its direction, and conflicts are named."""

import pytest

from backloop.library import EvidenceRow, Guideline, Library
from backloop.plan import describe_evidence, find_conflicts, order_evidence, weigh_evidence
from backloop.plan.grounds import bears
from backloop.units import Certainty, Text

PAIN = Text(en="pain", zh="疼痛")
SIZE = Text(en="MD, 0-10", zh="均数差")


def _row(direction, certainty="low", **more):
    own = {"reference": "bagg-2022", "verified": True, "rated_by": PAIN, "measure": SIZE}
    own |= {"domain": "pain", "design": "trial", "versus": "sham"} | more
    return EvidenceRow(
        outcome=PAIN, comparator=Text(en="sham", zh="假治疗"), direction=direction, certainty=certainty, **own
    )


def _guideline(direction):
    return Guideline(
        body=direction,
        year=2023,
        direction=direction,
        strength="conditional",
        certainty="low",
        statement=PAIN,
        reference="who-2023",
        verified=True,
    )


def _with(**update):
    empty = {"evidence": (_row("for"),), "guidelines": (), "conflicts": ()}
    return Library.packaged().intervention("resolve").model_copy(update=empty | update)


def test_the_surest_come_first_and_none_is_lost():
    """Certainty first, then checked ones, then people counted; rows against stay."""
    rows = [
        _row("against", "low", n=10),
        _row("for", "low", n=90),
        _row("for", "high"),
        _row("for", "low", verified=False),
    ]

    assert [rows[2], rows[1], rows[0], rows[3]] == list(order_evidence(rows))


def test_opposite_directions_are_a_conflict():
    """For and against on one outcome is said in words."""
    (text,) = find_conflicts(_with(evidence=(_row("for"), _row("against", reference="ostelo-2008"))))

    assert "Sources disagree on pain: bagg-2022, ostelo-2008." == text.en
    assert "bagg-2022" in text.zh


def test_one_direction_is_no_conflict():
    """Agreement is not called a conflict."""
    assert () == find_conflicts(_with(evidence=(_row("for"), _row("for"))))


def test_guidelines_may_disagree():
    """A body for and a body against is a conflict of guidelines."""
    (text,) = find_conflicts(_with(guidelines=(_guideline("for"), _guideline("against"))))

    assert text.en.startswith("Guidelines disagree: for 2023, against 2023")


def test_declared_conflicts_come_first():
    """What the book itself declares is kept."""
    assert PAIN == find_conflicts(_with(conflicts=(PAIN,)))[0]


def test_a_row_in_words_keeps_sign_and_direction():
    """Effect, interval, people, direction and certainty stand in the line."""
    text = describe_evidence(_row("for", "moderate", effect=-1.0, low=-1.5, high=-0.4, weeks=18, n=276))

    assert (
        "pain, week 18: -1 (95 % CI -1.5 to -0.4; MD, 0-10) against sham, n = 276; speaks for it; certainty moderate"
        == (text.en)
    )
    assert "疼痛，第18周：-1（95%置信区间-1.5至-0.4；均数差），对照：假治疗，n=276；支持；证据质量：中等" == text.zh


def test_silent_guidelines_do_not_disagree():
    """Having no recommendation, or not having been seen, contradicts nobody."""
    silent = (_guideline("for"), _guideline("no recommendation"), _guideline("not found"))

    assert () == find_conflicts(_with(guidelines=silent))
    (text,) = find_conflicts(_with(guidelines=(*silent, _guideline("against"))))
    assert "Guidelines disagree: for 2023, against 2023." == text.en


def test_the_bearing_counts_and_never_averages():
    """Many results for and one against are in conflict; the counts tell of both."""
    bearing = weigh_evidence([_row("for", "high", n=1000)] * 5 + [_row("against", "very low", n=10)])

    assert ("conflicting", {"for": 5, "against": 1}) == (bearing.direction, dict(bearing.counts))


def test_the_bearing_takes_the_certainty_of_its_own_direction():
    """A sure result without a difference lends no certainty to an unsure one for the treatment."""
    assert Certainty.LOW is weigh_evidence([_row("for", "low"), _row("no difference", "high")]).certainty


def test_another_treatment_is_no_conflict():
    """No difference from another treatment, or being worse than it, is told apart and contradicts nothing."""
    others = [_row(way, "high", versus="other treatment") for way in ("against", "no difference")]
    bearing = weigh_evidence([_row("for", "moderate"), *others])

    assert ("for", Certainty.MODERATE) == (bearing.direction, bearing.certainty)
    assert ({"for": 1}, {"against": 1, "no difference": 1}) == (dict(bearing.counts), dict(bearing.head_to_head))
    assert bearing.is_outdone


@pytest.mark.parametrize(
    ("own", "others", "direction"),
    [
        (["for", "no difference"], ["against"], "for"),
        (["for", "against"], ["for"], "conflicting"),
        (["no difference"], ["for"], "no difference"),
        (["no difference"], ["against"], "against"),
        (["against"], ["for"], "against"),
        ([], ["for", "no difference"], "for"),
        ([], ["for", "against"], "conflicting"),
        ([], ["no difference"], "no difference"),
        ([], [], "silent"),
    ],
)
def test_other_treatments_decide_only_where_nothing_else_does(own, others, direction):
    """They speak where there is no other result, and against where nothing else shows a difference."""
    rows = [*map(_row, own), *(_row(way, versus="other treatment") for way in others)]

    assert direction == weigh_evidence(rows).direction


def test_other_treatments_are_told_apart_in_words():
    """The reason says what was found against other treatments in a sentence of its own, in both languages."""
    bearing = weigh_evidence([_row("for"), _row("against", versus="other treatment")])

    assert "for 1). Against other treatments, which tells which of two to take: worse 1." in bears(bearing).text.en
    assert bears(bearing).text.zh.endswith("支持1项）。与其他治疗相比（只说明如何取舍）：较差1项。")


def test_a_bearing_on_other_treatments_only_says_so():
    """Where nothing else was found, the reader learns that other treatments were the only comparison."""
    bearing = weigh_evidence([_row("for", versus="other treatment")])

    assert "all of them against other treatments. " in bears(bearing).text.en
    assert "均为与其他治疗的比较。" in bears(bearing).text.zh


def test_a_result_against_another_treatment_is_no_disagreement():
    """Sources that compare with different things do not contradict each other."""
    assert () == find_conflicts(_with(evidence=(_row("for"), _row("against", versus="other treatment"))))


def test_other_outcomes_do_not_bear():
    """A biomarker or a sensation that improves says nothing of benefit."""
    assert "silent" == weigh_evidence([_row("for", domain="sensation"), _row("for", domain="other")]).direction

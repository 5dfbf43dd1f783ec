"""Evidence keeps its direction, and conflicts are named."""

from backloop.library import EvidenceRow, Guideline, Library
from backloop.plan import describe_evidence, find_conflicts, order_evidence
from backloop.units import Text

PAIN = Text(en="pain", zh="疼痛")
SIZE = Text(en="MD, 0-10", zh="均数差")


def _row(direction, certainty="low", **more):
    own = {"reference": "bagg-2022", "verified": True, "rated_by": PAIN, "measure": SIZE} | more
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

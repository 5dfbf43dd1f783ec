"""Rounds of guesses from small tables: what is read, what is refused, and that both indices come with intervals."""

from pathlib import Path

import pytest

from backloop.errors import TrialError
from backloop.trial import judge_rounds, open_guesses, read_guess_counts

CRISP = """arm,guess,people,asked
drug,drug,82,week 2
drug,placebo,25,week 2
drug,don't know,170,week 2
placebo,drug,27,week 2
placebo,placebo,29,week 2
placebo,don't know,83,week 2
drug,drug,200,week 12
drug,placebo,10,week 12
placebo,placebo,90,week 12
placebo,drug,12,week 12
"""
ARMS = ("drug", "placebo")


@pytest.fixture
def file(tmp_path) -> Path:
    """The published counts as an early round, and a made-up late one."""
    path = tmp_path / "guesses.csv"
    path.write_text(CRISP, encoding="utf-8")
    return path


def test_early_and_late_rounds_are_told_apart(file):
    """Each round has its own counts and indices; the published one equals R's package BI."""
    early, late = judge_rounds(read_guess_counts(file, ARMS))

    assert (early.asked, late.asked) == ("week 2", "week 12")
    assert early.guesses.guesses == ((82, 25, 170), (27, 29, 83))
    assert early.indices.james.value == pytest.approx(0.74792754, abs=5e-9)
    assert early.indices.bang["drug"].value == pytest.approx(0.20577617, abs=5e-9)
    assert late.indices.bang["drug"].value > 0.8
    for index in (early.indices.james, *early.indices.bang.values()):
        assert index.interval.low < index.value < index.interval.high


def test_codes_of_arms_are_understood(tmp_path):
    """Arms may be written by their codes, and not knowing by its own."""
    path = tmp_path / "coded.csv"
    path.write_text("arm,guess,people\n1,1,5\n1,9,2\n2.0,1,3\n", encoding="utf-8")

    (table,) = read_guess_counts(path, ARMS, codes={"1": "drug", "2": "placebo"}, unknown="9", asked="all")

    assert table.guesses == ((5, 0, 2), (3, 0, 0))
    assert table.asked == "all"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("drug,drug,82", "drug,other,82"), "row 2: expected an arm of drug, placebo and a guess"),
        (("drug,drug,82", "none,drug,82"), "row 2: expected an arm"),
        (("drug,drug,82", "drug,drug,many"), "row 2: expected a whole number of people"),
        (("drug,drug,82", "drug,drug,-3"), "row 2: expected a whole number of people"),
        (("drug,placebo,25", "drug,drug,25"), "row 3: arm and guess come twice"),
        (("arm,guess,people", "group,guess,n"), "it lacks arm, people"),
        (("placebo,placebo,90,week 12\nplacebo,drug,12,week 12\n", ""), "guesses of people in both arms"),
    ],
)
def test_each_wrong_table_has_its_own_message(file, change, message):
    """Unknown arms and guesses, words for counts, doubled rows and missing columns are told apart, by row."""
    file.write_text(CRISP.replace(*change), encoding="utf-8")

    with pytest.raises(TrialError, match=message):
        read_guess_counts(file, ARMS)


def test_a_plan_of_three_arms_needs_a_choice(file):
    """Counts alone cannot say which two of three arms are told apart."""
    plan = Path(__file__).parents[2] / "examples" / "12_ashar" / "trial.toml"

    with pytest.raises(TrialError, match="the plan has 3 arms"):
        open_guesses(plan, file, exploratory=True)


def test_a_file_in_another_encoding_is_refused(file):
    """A table that is no UTF-8 is told how to be saved."""
    file.write_bytes("arm,guess,people\n组,组,1".encode("gb18030"))

    with pytest.raises(TrialError, match="UTF-8"):
        read_guess_counts(file, ARMS)

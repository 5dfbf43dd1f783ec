"""A plan is read with its faults named, frozen by its content, and not used once it was changed."""

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest

from backloop.errors import TrialError
from backloop.trial import check_frozen, freeze, frozen_file, read_trial, trial_hash

RESOLVE = Path(__file__).parents[2] / "examples" / "08_trial" / "resolve.toml"
DAY = dt.date(2026, 12, 7)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A copy of RESOLVE's plan."""
    return Path(shutil.copy(RESOLVE, tmp_path))


def _edit(plan: Path, old: str, new: str) -> None:
    text = plan.read_text(encoding="utf-8")
    assert old in text
    plan.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_frozen_plan_is_read(plan: Path):
    """Once frozen a plan is read as it stands, and its fingerprint is beside it."""
    fingerprint = freeze(plan, DAY, reason="before unblinding")

    assert trial_hash(check_frozen(plan)) == fingerprint
    assert json.loads(frozen_file(plan).read_text())["freezes"][0] == {
        "sha256": fingerprint,
        "on": "2026-12-07",
        "reason": "before unblinding",
    }


def test_layout_does_not_matter(plan: Path):
    """Comments, spacing and 18 for 18.0 leave the fingerprint as it is."""
    before = trial_hash(read_trial(plan))
    _edit(plan, "week = 18\n", "week   =   18.0  # weeks since randomisation\n\n")

    assert trial_hash(read_trial(plan)) == before


def test_content_does(plan: Path):
    """One week more changes the fingerprint."""
    before = trial_hash(read_trial(plan))
    _edit(plan, "people = 276", "people = 275")

    assert trial_hash(read_trial(plan)) != before


def test_a_plan_never_frozen_is_refused(plan: Path):
    """A plan without a fingerprint beside it may not be used to unblind."""
    with pytest.raises(TrialError, match=r"resolve\.toml: never frozen"):
        check_frozen(plan)


def test_a_changed_plan_is_refused(plan: Path):
    """A plan that was changed after freezing is refused until the change is undone or declared."""
    freeze(plan, DAY, reason="before unblinding")
    _edit(plan, 'summary = "difference in means"', 'summary = "standardised mean difference"')

    with pytest.raises(TrialError, match=r"resolve\.toml: changed since it was frozen on 2026-12-07"):
        check_frozen(plan)


def test_an_amendment_is_added_not_hidden(plan: Path):
    """A declared change is frozen with its reason; the first fingerprint stays."""
    first = freeze(plan, DAY, reason="before unblinding")
    _edit(plan, "people = 276", "people = 300")
    second = freeze(plan, DAY + dt.timedelta(days=1), reason="sample size re-estimated while blinded")

    history = json.loads(frozen_file(plan).read_text())["freezes"]
    assert [entry["sha256"] for entry in history] == [first, second]
    assert check_frozen(plan).people == 300


def test_freezing_twice_is_refused(plan: Path):
    """A plan that has not changed needs no second fingerprint."""
    freeze(plan, DAY, reason="before unblinding")

    with pytest.raises(TrialError, match="frozen already on 2026-12-07"):
        freeze(plan, DAY, reason="again")


def test_a_damaged_history_is_refused(plan: Path):
    """A file of fingerprints that cannot be read is not taken for none."""
    freeze(plan, DAY, reason="before unblinding")
    frozen_file(plan).write_text("{}", encoding="utf-8")

    with pytest.raises(TrialError, match=r"resolve\.frozen\.json: expected the fingerprints"):
        check_frozen(plan)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("people = 276", "people = ", "resolve.toml: not TOML"),
        ("people = 276", "persons = 276", "persons: there is no such key"),
        ("people = 276", 'people = "many"', "people: input should be a valid integer"),
        ('estimand = "pain-18"\n', "", "analyses.0.estimand: field required"),
        ('method = "permuted blocks"', 'method = "coin"', "allocation: input tag 'coin'"),
    ],
)
def test_a_fault_in_the_file_is_named(plan: Path, old: str, new: str, message: str):
    """What is wrong in a plan's file is said with the file and the place."""
    _edit(plan, old, new)

    with pytest.raises(TrialError, match=re.escape(message)):
        read_trial(plan)


def test_a_plan_is_utf8(plan: Path):
    """A file in another encoding is refused as such."""
    plan.write_bytes("title = '慢性腰痛患者'".encode("gb18030"))

    with pytest.raises(TrialError, match="a plan is UTF-8 text"):
        read_trial(plan)


@pytest.mark.parametrize(
    ("text", "said"), [(f"people = {'9' * 5000}", "too long"), (f"people = {'[' * 5000}", "too deep")]
)
def test_a_plan_that_cannot_be_taken_in_is_refused(plan: Path, text: str, said: str):
    """A number or nesting without end is a fault of the file like any other."""
    plan.write_text(text, encoding="utf-8")

    with pytest.raises(TrialError, match=said):
        read_trial(plan)


def test_a_freeze_says_why(plan: Path):
    """A blank reason is none, and nothing is written."""
    with pytest.raises(TrialError, match="the reason why"):
        freeze(plan, DAY, reason="  ")

    assert not frozen_file(plan).exists()


def test_another_trial_does_not_amend_this_one(plan: Path):
    """A plan with another id never continues a history that is not its own."""
    freeze(plan, DAY, reason="before unblinding")
    _edit(plan, 'id = "resolve"', 'id = "another"')

    with pytest.raises(TrialError, match="those of the trial 'resolve'"):
        freeze(plan, DAY, reason="an amendment")

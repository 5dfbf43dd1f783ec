"""The seed is committed to, the list follows from it, and no change goes unnoticed."""

import hashlib
import stat
from pathlib import Path

import pytest

from backloop.errors import TrialError
from backloop.trial import (
    AllocationScheme,
    AuditLog,
    BigStick,
    Factor,
    Minimisation,
    PermutedBlocks,
    allocate,
    allocate_next,
    check_list,
    check_log,
    commit_seed,
    draw_list,
    make_seed,
    read_list,
    write_list,
)

SITE = Factor(id="site", levels=("A", "B"))
SCHEME = AllocationScheme(arms=("retraining", "sham"), rule=PermutedBlocks(sizes=(4, 6)), factors=(SITE,))
SEED = "0123456789abcdef" * 4


@pytest.fixture
def concealed():
    """A list of ten lines for each of two sites."""
    return draw_list(SCHEME, SEED, trial="demo", per_stratum=10)


def _allocated(concealed, sites: str) -> tuple[list[str], AuditLog]:
    log, arms = AuditLog(), []
    for number, site in enumerate(sites):
        arm, log = allocate_next(concealed, log, f"sub-{number}", stratum=(site,), at=f"2026-12-07T0{number}", by="s")
        arms.append(arm)
    return arms, log


def test_the_commitment_is_the_seed_s_hash():
    """Anybody can check the commitment with any SHA-256."""
    assert commit_seed(SEED).sha256 == hashlib.sha256(SEED.encode()).hexdigest()


def test_a_short_seed_is_refused():
    """A seed that could be found from its hash by trying is no secret."""
    with pytest.raises(TrialError, match="at least 32 characters; got 4"):
        commit_seed("2026")


def test_seeds_are_drawn_fresh():
    """Two seeds from the operating system differ."""
    assert make_seed() != make_seed()


def test_the_list_is_what_allocation_gives(concealed):
    """A concealed list holds exactly what allocating the same people would give."""
    people = [{"site": site} for site in "A" * 10 + "B" * 10]

    assert tuple(entry.arm for entry in concealed.entries) == allocate(SCHEME, people, SEED)
    assert [entry.number for entry in concealed.entries] == [*range(1, 11), *range(1, 11)]


def test_a_list_follows_from_its_seed(concealed):
    """A list as drawn passes; another seed, a changed arm and a missing line do not."""
    check_list(concealed, SEED)
    first = concealed.entries[0]
    other = "sham" if first.arm == "retraining" else "retraining"
    changed = (first.model_copy(update={"arm": other}), *concealed.entries[1:])

    with pytest.raises(TrialError, match="not the seed that was committed to"):
        check_list(concealed, SEED[::-1])
    with pytest.raises(TrialError, match=r"1 line\(s\) of the list do not follow"):
        check_list(concealed.model_copy(update={"entries": changed}), SEED)
    with pytest.raises(TrialError, match="the list was changed"):
        check_list(concealed.model_copy(update={"entries": concealed.entries[:-1]}), SEED)


def test_minimisation_cannot_be_listed():
    """Minimisation needs the people before, so there is nothing to list."""
    scheme = AllocationScheme(arms=("a", "b"), rule=Minimisation(), factors=(SITE,))

    with pytest.raises(TrialError, match="allocate one by one"):
        draw_list(scheme, SEED, trial="demo", per_stratum=10)


def test_a_list_is_for_its_owner_and_never_replaced(concealed, tmp_path: Path):
    """The file can be read by its owner only, comes back whole, and is not written over."""
    path = tmp_path / "concealed.json"

    write_list(concealed, path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_list(path) == concealed
    with pytest.raises(TrialError, match="never replaced"):
        write_list(concealed, path)


def test_something_else_is_no_list(tmp_path: Path):
    """A file that is no list is refused by its name."""
    path = tmp_path / "other.json"
    path.write_text("{}", encoding="utf-8")

    with pytest.raises(TrialError, match=r"other\.json: expected a concealed list"):
        read_list(path)


def test_people_get_the_lines_in_order(concealed):
    """Each site's people get its lines from the first on, whoever comes in between."""
    arms, log = _allocated(concealed, "ABBA")
    lines = {site: [entry.arm for entry in concealed.entries if entry.stratum == (site,)] for site in "AB"}

    assert arms == [lines["A"][0], lines["B"][0], lines["B"][1], lines["A"][1]]
    assert [entry.number for entry in log.entries] == [1, 1, 2, 2]
    check_log(log, concealed)


def test_the_log_does_not_hold_arms(concealed):
    """Nobody who reads the log learns an arm from it."""
    _, log = _allocated(concealed, "ABBA")

    assert "retraining" not in log.model_dump_json()
    assert "sham" not in log.model_dump_json()


def test_nobody_is_allocated_twice(concealed):
    """A person in the log is refused."""
    _, log = _allocated(concealed, "A")

    with pytest.raises(TrialError, match="sub-0 was allocated before"):
        allocate_next(concealed, log, "sub-0", stratum=("B",), at="later", by="s")


def test_an_unknown_or_used_up_stratum_is_refused(concealed):
    """There is no line for a stratum that does not exist or has none left."""
    short = draw_list(SCHEME, SEED, trial="demo", per_stratum=1)
    _, log = _allocated(short, "A")

    with pytest.raises(TrialError, match=r"no line left in stratum 'C' \(0 used\); the strata are: A; B"):
        allocate_next(concealed, AuditLog(), "sub-9", stratum=("C",), at="now", by="s")
    with pytest.raises(TrialError, match=r"no line left in stratum 'A' \(1 used\)"):
        allocate_next(short, log, "sub-9", stratum=("A",), at="now", by="s")


def test_an_unstratified_trial_has_one_stratum():
    """Without factors people need no stratum."""
    scheme = AllocationScheme(arms=("a", "b"), rule=BigStick(limit=3))
    concealed = draw_list(scheme, SEED, trial="demo", per_stratum=3)

    arm, _ = allocate_next(concealed, AuditLog(), "sub-1", at="now", by="s")

    assert arm == concealed.entries[0].arm


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_changed_log_is_noticed(concealed, place):
    """An entry that was changed or left out before the last breaks the chain."""
    _, log = _allocated(concealed, "ABBA")
    entries = list(log.entries)
    entries[place] = entries[place].model_copy(update={"by": "somebody else"})
    changed = AuditLog(entries=tuple(entries))
    shortened = AuditLog(entries=log.entries[:place] + log.entries[place + 1 :])

    for broken in (changed, shortened):
        assert not broken.is_unbroken
        with pytest.raises(TrialError, match="the audit log was changed"):
            check_log(broken, concealed)
        with pytest.raises(TrialError, match="the audit log was changed"):
            allocate_next(concealed, broken, "sub-9", stratum=("A",), at="now", by="s")


def test_a_skipped_line_is_noticed(concealed):
    """A log that opens the second line first is refused, though its chain is whole."""
    _, log = _allocated(concealed, "AA")
    second = log.entries[1].model_copy(update={"previous": ""})

    with pytest.raises(TrialError, match="stratum 'A': lines were not opened in the order"):
        check_log(AuditLog(entries=(second,)), concealed)


@pytest.mark.parametrize("change", [{"number": 9}, {"stratum": ("Q",)}, {"participant_id": "sub-0"}, {"seal": "0f"}])
def test_a_forged_last_entry_is_noticed(concealed, change):
    """Nothing follows the last entry, so its line and person are held against the list and the rest of the log."""
    _, log = _allocated(concealed, "ABA")
    forged = AuditLog(entries=(*log.entries[:-1], log.entries[-1].model_copy(update=change)))

    assert forged.is_unbroken
    with pytest.raises(TrialError, match=r"twice|order of the list"):
        check_log(forged, concealed)


def test_the_log_of_another_list_opens_no_line(concealed):
    """A log belongs to one list; with another list's it would open lines out of turn."""
    other = draw_list(SCHEME, SEED[::-1], trial="demo", per_stratum=10)
    _, log = _allocated(other, "AB")

    with pytest.raises(TrialError, match="order of the list"):
        allocate_next(concealed, log, "sub-9", stratum=("A",), at="now", by="s")


def test_nobody_is_allocated_without_a_name(concealed):
    """A blank pseudonym is refused before a line is opened."""
    with pytest.raises(TrialError, match="pseudonym"):
        allocate_next(concealed, AuditLog(), " ", stratum=("A",), at="now", by="s")


@pytest.mark.parametrize("lines", [0, -1])
def test_a_list_has_lines(lines):
    """A list without a line is refused."""
    with pytest.raises(TrialError, match="at least one line a stratum"):
        draw_list(SCHEME, SEED, trial="demo", per_stratum=lines)

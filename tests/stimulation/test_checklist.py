"""The checklist says of every item whether it is told, by what, and whether it is controlled."""

import pytest

from backloop.errors import InvalidStimulation
from backloop.stimulation import describe_stimulation, read_stimulation


def _rows(report):
    return {row.id: row for row in report.checklist}


def test_the_protocol_tells_the_method(examples):
    """Fields of the protocol answer items, and the file's own table answers the rest and says what is controlled."""
    rows = _rows(describe_stimulation(read_stimulation(examples / "worked-rtms.toml")))

    assert (("coil.type",), "reported") == (rows["coil-type"].told_by, rows["coil-type"].state)
    assert ("reported", True) == (rows["emg-electrodes"].state, rows["emg-electrodes"].controlled)
    assert rows["intensity"].controlled is None
    assert rows["age"].state == "not reported"


def test_the_record_tells_the_participant(magnetic, person):
    """Age, hand, medicines and illness come from the record."""
    record = person({"handedness_01": 2, "tms-screen_01": 0}, medicines="duloxetine")
    rows = _rows(describe_stimulation(magnetic(), record=record))

    told = {name for name, row in rows.items() if row.part == "participant" and row.state == "reported"}
    assert {"age", "handedness", "prescribed-medicines", "cns-medicines", "neurological-psychiatric"} == told


def test_items_that_do_not_apply_say_so(magnetic):
    """Paired pulses and responses of the muscle are asked only where there are any."""
    plain, paired = (_rows(describe_stimulation(magnetic(**each))) for each in ({}, {"paired_pulses": True}))

    assert ("not applicable", "not reported") == (plain["test-intensity"].state, paired["test-intensity"].state)
    assert plain["number-of-responses"].state == "not applicable"


def test_every_item_of_the_book_has_a_row(magnetic):
    """Nothing is dropped, whatever the protocol says."""
    assert len(describe_stimulation(magnetic()).checklist) == 30


def test_direct_current_has_no_checklist(current):
    """The checklist was made for magnetic stimulation and is not stretched."""
    assert () == describe_stimulation(current()).checklist


def test_a_misspelt_item_is_refused(magnetic):
    """What a file tells is never dropped in silence."""
    with pytest.raises(InvalidStimulation, match=r"reporting\.emg-electrode: expected an item of a checklist"):
        describe_stimulation(magnetic(reporting={"emg-electrode": {"text": "belly-tendon"}}))

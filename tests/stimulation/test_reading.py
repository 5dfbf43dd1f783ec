"""A protocol's file is read whole, or refused with file, field and what to do."""

import json

import pytest

from backloop.errors import InvalidStimulation
from backloop.stimulation import read_stimulation


@pytest.mark.parametrize("name", ["worked-rtms", "worked-tdcs", "extrastim-rtms", "luedtke-tdcs"])
def test_every_example_is_read(name, examples):
    """The protocols that ship as examples follow the type."""
    assert name == read_stimulation(examples / f"{name}.toml").id


def test_toml_and_json_say_the_same(tmp_path, examples):
    """A protocol written out as JSON is the same protocol."""
    first = read_stimulation(examples / "worked-rtms.toml")
    (tmp_path / "a.json").write_text(first.model_dump_json(), encoding="utf-8")

    assert first == read_stimulation(tmp_path / "a.json")


def test_direct_current_goes_through_json_too(tmp_path, examples):
    """Direct current keeps its current under either spelling of the field."""
    first = read_stimulation(examples / "worked-tdcs.toml")
    (tmp_path / "a.json").write_text(first.model_dump_json(), encoding="utf-8")

    assert first == read_stimulation(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("current_mA = 2", "current_mA = 0.002"), "a.toml: current_mA: expected 0.05 to 20 mA"),
        (("duration_s", "durations"), "a.toml: duration_s: expected, but not there; add it"),
        (("duration_s", "durations"), "a.toml: durations: no such field here; correct the spelling"),
        (('modality = "tDCS"', ""), "a.toml: expected modality"),
        (('modality = "tDCS"', 'modality = "tACS"'), "a.toml: expected modality"),
        (("area_cm2 = 35", "area_cm2 = 3500"), "a.toml: electrodes.0.area_cm2: expected 0.1 to 200 cm2"),
        (("current_mA = 2", "current_mA = "), "a.toml: not valid TOML or JSON"),
        (("current_mA = 2", "current_mA = true"), "a.toml: current_mA: expected a number, without quotes"),
        (("current_mA = 2", 'current_mA = "2"'), "a.toml: current_mA: expected a number, without quotes"),
        (("current_mA = 2", "current_mA = nan"), "a.toml: current_mA: expected a finite number"),
        (("current_mA = 2", f"current_mA = {'9' * 5000}"), "a.toml: a number is too long"),
        (("current_mA = 2", f"current_mA = {'[' * 5000}"), "nesting too deep"),
    ],
)
def test_a_mistake_is_named_with_file_and_field(change, said, tmp_path, examples):
    """The message says where, what was expected and what to do."""
    text = (examples / "worked-tdcs.toml").read_text(encoding="utf-8")
    (tmp_path / "a.toml").write_text(text.replace(*change), encoding="utf-8")

    with pytest.raises(InvalidStimulation) as caught:
        read_stimulation(tmp_path / "a.toml")

    assert said in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path):
    """A file with two mistakes is not corrected in two rounds."""
    content = {"id": "a", "title": "a", "modality": "tDCS", "current_mA": 2000, "duration_s": 20}
    (tmp_path / "a.json").write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(InvalidStimulation) as caught:
        read_stimulation(tmp_path / "a.json")

    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("name", ["there-is-none.toml", "a.txt", "latin.toml"])
def test_what_is_no_protocol_file_is_refused(name, tmp_path):
    """A missing file, another kind of file and another encoding are said apart."""
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')

    with pytest.raises(InvalidStimulation, match=name):
        read_stimulation(tmp_path / name)


def test_no_motor_threshold_stands_in_a_message(tmp_path, examples):
    """A person's threshold is not repeated by an error."""
    text = (examples / "worked-rtms.toml").read_text(encoding="utf-8")
    (tmp_path / "a.toml").write_text(text.replace("value = 52", "value = 0.5271"), encoding="utf-8")

    with pytest.raises(InvalidStimulation) as caught:
        read_stimulation(tmp_path / "a.toml")

    assert "0.5271" not in str(caught.value)


@pytest.mark.parametrize("text", ["null", "[]", '"a"', "1"])
def test_a_file_without_fields_is_refused_in_words(text, tmp_path):
    """JSON that holds no fields by name says what was expected."""
    (tmp_path / "a.json").write_text(text, encoding="utf-8")

    with pytest.raises(InvalidStimulation, match="expected fields by name"):
        read_stimulation(tmp_path / "a.json")

"""The commands about stimulation print in both languages and end with the code of what they found."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backloop.cli import app
from backloop.record import make_person, write

EXAMPLES = Path(__file__).parents[2] / "examples" / "07_stimulation"


def _run(*words):
    return CliRunner().invoke(app, ["stim", *map(str, words)])


@pytest.mark.parametrize(
    ("name", "code"), [("worked-tdcs", 0), ("worked-rtms", 3), ("extrastim-rtms", 3), ("luedtke-tdcs", 3)]
)
def test_a_check_ends_with_what_it_found(name, code):
    """Nothing beyond or uncovered is 0; anything else is 3."""
    assert code == _run("check", EXAMPLES / f"{name}.toml").exit_code


def test_a_file_that_cannot_be_read_ends_with_two(tmp_path):
    """The message names file and field."""
    (tmp_path / "a.toml").write_text('id = "a"\ntitle = "a"\nmodality = "tDCS"\ncurrent_mA = 2\n', encoding="utf-8")

    result = _run("check", tmp_path / "a.toml")

    assert result.exit_code == 2
    assert "a.toml: duration_s: expected, but not there" in result.stderr
    assert _run("describe", tmp_path / "none.toml").exit_code == 2


def test_a_person_without_a_screen_is_flagged(tmp_path):
    """Questions that were not asked are flags, and the code says that somebody must look."""
    write([make_person(seed=3)], tmp_path / "record.json")

    result = _run("check", EXAMPLES / "worked-rtms.toml", "--record", tmp_path / "record.json", "--format", "json")

    states = {flag["state"] for flag in json.loads(result.stdout)["flags"]}
    assert (3, True) == (result.exit_code, "not known" in states)


def test_medicines_may_be_named_at_the_shell():
    """A listed and an unlisted medicine are told apart; neither passes in silence."""
    words = ("--medicine", "度洛西汀", "--medicine", "paracetamol", "--format", "json")
    result = _run("check", EXAMPLES / "worked-rtms.toml", *words)

    assert ["present", "not in the list"] == [flag["state"] for flag in json.loads(result.stdout)["flags"]]


@pytest.mark.parametrize(("lang", "said"), [("en", "Against the stored limits"), ("zh", "与所存界限对照")])
def test_a_check_speaks_both_languages(lang, said):
    """Headings and verdicts follow the language."""
    assert said in _run("check", EXAMPLES / "worked-rtms.toml", "--lang", lang).stdout


def test_a_description_holds_both_paragraphs():
    """The methods are printed in English and Chinese whatever the language of the rest."""
    said = _run("describe", EXAMPLES / "worked-rtms.toml", "--lang", "zh").stdout

    assert "Repetitive transcranial magnetic stimulation was given" in said
    assert "采用重复经颅磁刺激" in said
    assert "报告清单" in said


def test_a_description_as_json_reads_back():
    """The JSON is the report itself."""
    from backloop.stimulation import StimulationReport

    result = _run("describe", EXAMPLES / "luedtke-tdcs.toml", "--format", "json")

    assert StimulationReport.model_validate_json(result.stdout).dose.charge_c == 2.4


def test_a_sites_signed_copy_is_used(tmp_path):
    """A shelf named on the command line changes the words of the line it is about."""
    from backloop.library import Library

    (tmp_path / "limits").mkdir()
    text = Library.packaged().shelf("limits").path("tdcs-bounds").read_text(encoding="utf-8")
    signed = text.replace("[scope]", 'signed_by = "Dr Made-up"\nsigned_on = 2026-12-01\n\n[scope]')
    (tmp_path / "limits" / "tdcs-bounds.toml").write_text(signed, encoding="utf-8")

    result = _run("check", EXAMPLES / "worked-tdcs.toml", "--shelf", tmp_path, "--format", "json")

    assert {"Dr Made-up"} == {
        check["signed_by"] for check in json.loads(result.stdout)["checks"] if check["limit"] == "tdcs-bounds"
    }

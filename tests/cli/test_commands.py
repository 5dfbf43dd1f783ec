"""Every command has help with an example, and the example runs."""

import datetime as dt
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import typer.main
from click import Command, Group
from typer.testing import CliRunner

from backloop.cli import app
from backloop.fhir import make_bundle
from backloop.library import Library
from backloop.record import make_person, write
from backloop.redcap import write_project

ROOT = Path(__file__).parents[2]


def _commands(group: Group, path: tuple[str, ...] = ()) -> dict[str, Command]:
    found: dict[str, Command] = {}
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= _commands(command, (*path, name))
        else:
            found[" ".join((*path, name))] = command
    return found


COMMANDS = _commands(typer.main.get_command(app))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds everything the examples name."""
    (tmp_path / "tests" / "data").mkdir(parents=True)
    (tmp_path / "tests" / "data" / "tiny_bids").symlink_to(ROOT / "tests" / "data" / "tiny_bids")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "my-books" / "instruments").mkdir(parents=True)
    write([make_person(seed=3)], tmp_path / "record.json")
    items = "\n".join(f'"rmdq_{number:02d}" = "own copy {number}"' for number in range(1, 25))
    head = 'instrument = "rmdq"\nlanguage = "zh-Hans"\npermission = "letter of the authors"\n[items]\n'
    (tmp_path / "rmdq-zh.toml").write_text(head + items, encoding="utf-8")
    _write_what_others_sent(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write_what_others_sent(folder: Path) -> None:
    person = make_person(seed=3)
    bundle = make_bundle(person, recorded=dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    (folder / "hospital.json").write_text(json.dumps(bundle), encoding="utf-8")
    write_project([person], folder / "sent")
    (folder / "sent" / "records.csv").rename(folder / "export.csv")
    (folder / "sent" / "dictionary.csv").rename(folder / "dictionary.csv")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_an_example(name: str):
    """Each command says what it does and shows one use of itself."""
    command = COMMANDS[name]

    assert command.help
    assert command.epilog.startswith(f"Example: backloop {name}")


# One process works for one clinic, so the examples of the clinic run in processes of their own (tests/web).
@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "serve" and not name.startswith("clinic ")])
def test_the_example_of_the_help_runs(name: str, desk: Path, brain_cohort: ModuleType):
    """What the help shows can be typed as it stands."""
    if name == "panel":
        stats = desk / "my-bids" / "derivatives" / "freesurfer" / "sub-01" / "stats"
        brain_cohort._write_freesurfer(stats, "sub-01", np.random.default_rng(1))
    words = shlex.split(COMMANDS[name].epilog.removeprefix("Example: backloop "))
    if name == "demo":
        words.append("--no-open")

    result = CliRunner().invoke(app, words)

    assert (0, "") == (result.exit_code, "" if result.exit_code == 0 else result.output)


def test_the_version_names_code_and_books():
    """What to write in a report of a fault: the code's version and the books' edition, without a command."""
    result = CliRunner().invoke(app, ["--version"])

    assert (0, True) == (result.exit_code, result.output.startswith("backloop "))
    assert Library.packaged().edition in result.output


def test_schemas_are_json(desk: Path):
    """The schema of a noun is a JSON schema document."""
    result = CliRunner().invoke(app, ["schema", "plan"])

    assert json.loads(result.stdout)["title"] == "Plan"


def test_an_unknown_noun_is_named(desk: Path):
    """A misspelt noun ends with code 2 and the list of nouns."""
    result = CliRunner().invoke(app, ["schema", "plans"])

    assert result.exit_code == 2
    assert "record, measures, profile, plan" in result.stderr


def test_profile_as_json_reads_back(desk: Path):
    """The JSON that a verb prints is the noun itself."""
    from backloop.profile import Profile

    result = CliRunner().invoke(app, ["infer", "record.json", "--format", "json"])

    assert Profile.model_validate_json(result.stdout).participant_id == "sub-madeup3"


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ["adjunct", "mechanism", "bagg-2022"]), ("zh", ["辅助治疗", "机制依据", "bagg-2022"])]
)
def test_the_audit_tells_rule_by_rule(desk: Path, lang: str, words: list[str]):
    """With --why every treatment stands in the audit with its role, the rules and the sources."""
    result = CliRunner().invoke(app, ["plan", "record.json", "--why", "--lang", lang])

    assert 0 == result.exit_code
    assert [] == [word for word in words if word not in result.stdout]
    assert len(Library.packaged().shelf("interventions")) == result.stdout.count("■")


def test_the_audit_is_in_the_json_too(desk: Path):
    """The plan as JSON carries the steps behind every role."""
    result = CliRunner().invoke(app, ["plan", "record.json", "--why", "--format", "json"])

    assert {7} == {len(entry["steps"]) for entry in json.loads(result.stdout)["considered"]}


def test_an_unknown_book_offers_the_nearest(desk: Path):
    """A misspelt book ends with code 2 and a suggestion."""
    result = CliRunner().invoke(app, ["books", "show", "frebak"])

    assert result.exit_code == 2
    assert "did you mean 'frebaq'" in result.stderr


def test_a_broken_book_is_reported(desk: Path):
    """A misspelt key in a site's book is found by the check, which ends with code 2."""
    book = (ROOT / "src/backloop/library/instruments/nrs.toml").read_text(encoding="utf-8")
    (desk / "my-books/instruments/nrs.toml").write_text(book.replace("minutes =", "minuets ="), encoding="utf-8")

    result = CliRunner().invoke(app, ["books", "check", "--shelf", "my-books"])

    assert result.exit_code == 2
    assert "nrs.toml: minu" in result.stderr


def test_help_loads_no_heavy_package():
    """Help stays fast because no room is loaded for it."""
    code = (
        "import sys; from backloop.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "print([n for n in sys.modules if n in ('numpy', 'pandas', 'pydantic', 'altair')])"
    )
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip().endswith("[]")
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plan", "two.json"], "the source holds 2 people; choose one with --person"),
        (["score", "record.json", "--instrument", "resolve"], "'resolve' is neither a questionnaire, a test"),
        (["infer", "misspelt.json"], "misspelt.json, row 1, column 'sesions'"),
        (["demo", "--no-open", "--out", "record.json"], "record.json/sub-madeup131: cannot be used (Not a directory)"),
        (["books", "load-text", "rmdq-zh.toml", "--store", "record.json"], "record.json: cannot be used (File exists)"),
    ],
)
def test_a_wrong_call_ends_with_code_two_and_words(words: list[str], said: str, desk: Path):
    """Each wrong call says in words what to do instead, without a trace."""
    write([make_person(seed=3), make_person(seed=4)], desk / "two.json")
    record = (desk / "record.json").read_text(encoding="utf-8")
    (desk / "misspelt.json").write_text(record.replace("sessions", "sesions"), encoding="utf-8")

    result = CliRunner().invoke(app, words)

    assert result.exit_code == 2
    assert said in result.stderr


def test_somebody_without_measures_is_no_error(desk: Path):
    """The scores of somebody who answered nothing are a header alone."""
    (desk / "nothing.csv").write_text("participant_id,weather\n1,rain\n", encoding="utf-8")

    result = CliRunner().invoke(app, ["score", "nothing.csv", "--instrument", "rmdq"])

    assert result.exit_code == 0
    assert result.stdout.startswith("participant_id\tsession_id\tmeasure\tvalue")
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252"])
def test_a_pipe_is_utf_8_whatever_the_region(encoding: str, desk: Path):
    """Output that goes into a file is UTF-8 also where the system's own encoding lacks the words."""
    words = [sys.executable, "-m", "backloop", "plan", "record.json", "--lang", "zh"]
    done = subprocess.run(words, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": encoding})

    assert "方案" in done.stdout.decode("utf-8")

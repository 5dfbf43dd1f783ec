"""Evidence at the shell: what is printed, which page is written, and that wrong input ends with code 2."""

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from backloop.cli import app
from backloop.library import Library, read_stamp

ROOT = Path(__file__).parents[2]
TRIALS, NETWORK = (str(ROOT / "examples" / "09_evidence" / name) for name in ("trials.csv", "network.csv"))


def call(*words):
    """Type a command on a wide screen."""
    return CliRunner().invoke(app, ["evidence", *words], env={"COLUMNS": "250"})


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_show_prints_and_writes_what_is_known(tmp_path, lang):
    """Results, conflicts, guidelines and harms are printed; the page stands alone."""
    out = tmp_path / "resolve.html"
    result = call("show", "resolve", "--lang", lang, "--out", str(out))
    book = Library.packaged().intervention("resolve")

    assert result.exit_code == 0
    assert book.title.say(lang) in result.stdout
    assert all(row.reference in result.stdout for row in book.evidence)
    assert all(guide.body in result.stdout for guide in book.guidelines)
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_show_without_a_file_writes_none(tmp_path, monkeypatch):
    """Only what is asked for is written."""
    monkeypatch.chdir(tmp_path)

    assert call("show", "traction").exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_treatment_offers_the_nearest():
    """A misspelt id ends with code 2 and a suggestion."""
    result = call("show", "resolv")

    assert result.exit_code == 2
    assert "did you mean 'resolve'" in result.stderr


@pytest.mark.parametrize("method", ["reml", "dersimonian-laird", "paule-mandel", "fixed"])
def test_pool_prints_the_answer_and_its_checks(method):
    """Studies with their weights, the answer in words, and the checks of small studies."""
    result = call("pool", TRIALS, "--better", "low", "--method", method, "--measure", "MD")

    assert result.exit_code == 0
    assert "12 studies" in result.stdout
    assert "favours the arm" in result.stdout
    assert "Egger's regression" in result.stdout
    assert ("prediction interval" in result.stdout) == (method != "fixed")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_names_in_brackets_are_printed_as_they_stand(tmp_path, lang):
    """A study's name is text, never a style of the terminal; the columns speak the reader's language."""
    (tmp_path / "a.csv").write_text("study,estimate,standard_error\n[red]A[/bold],-1,0.5\nB,-2,0.6\n", encoding="utf-8")

    result = call("pool", str(tmp_path / "a.csv"), "--better", "low", "--unit", "[mm]", "--lang", lang)

    assert result.exit_code == 0
    assert "[red]A[/bold]" in result.stdout
    assert "[mm]" in result.stdout
    assert ("standard error" in result.stdout) == (lang == "en")


def test_a_page_never_overwrites_the_table(tmp_path):
    """A page is HTML by name; the table it comes from stays as it is."""
    table = tmp_path / "a.csv"
    table.write_text("study,estimate,standard_error\nA,-1,0.5\nB,-2,0.6\n", encoding="utf-8")

    result = call("pool", str(table), "--better", "low", "--out", str(table))

    assert result.exit_code == 2
    assert ".html" in result.stderr
    assert table.read_text(encoding="utf-8").startswith("study")


def test_pool_takes_arms_and_writes_a_page(tmp_path):
    """Means, SDs and numbers of people become standardised differences; the page has pictures."""
    names = [f"{arm}_{number}" for arm in ("arm", "comparator") for number in ("mean", "sd", "n")]
    rows = [("A", 3.0, 2.0, 20, 4.0, 2.0, 20), ("B", 3.5, 2.2, 30, 4.1, 2.1, 31), ("C", 3.3, 2.0, 40, 4.4, 2.0, 42)]
    pd.DataFrame(rows, columns=["study", *names]).to_csv(tmp_path / "arms.csv", index=False)
    words = ("--better", "low", "--measure", "SMD", "--title", "Walking", "--out", str(tmp_path / "pooled.html"))

    result = call("pool", str(tmp_path / "arms.csv"), *words)

    assert result.exit_code == 0
    assert "standardised mean difference" in result.stdout
    html = (tmp_path / "pooled.html").read_text(encoding="utf-8")
    assert "Walking" in html
    assert html.count("<svg") == 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_network_is_compared(tmp_path, lang):
    """Effects against the reference with P-scores, and a page with four pictures."""
    out = tmp_path / "network.html"
    words = ("--network", "--better", "low", "--reference", "usual care", "--lang", lang, "--out", str(out))

    result = call("pool", NETWORK, *words)

    assert result.exit_code == 0
    assert ("v usual care" if lang == "en" else "与usual care相比") in result.stdout
    assert "exercise and education" in result.stdout
    assert out.read_text(encoding="utf-8").count("<svg") == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((TRIALS,), "--better"),
        ((TRIALS, "--better", "good"), "'good' is not one of"),
        (("nowhere.csv", "--better", "low"), "nowhere.csv cannot be read as a CSV file"),
        ((NETWORK, "--better", "low"), "no column 'estimate', 'standard_error'"),
        ((TRIALS, "--better", "low", "--network"), "no column 'treatment', 'comparator'"),
        ((TRIALS, "--better", "low", "--reference", "rest"), "--reference belongs to --network"),
        ((NETWORK, "--better", "low", "--network", "--reference", "rest"), "unknown reference 'rest'"),
        ((NETWORK, "--better", "low", "--network", "--method", "paule-mandel"), "no Paule-Mandel estimate"),
        ((TRIALS, "--better", "low", "--out", "no/such/folder.html"), "choose another place"),
    ],
    ids=["no end", "wrong end", "no file", "arms", "no network", "one comparator", "reference", "method", "place"],
)
def test_bad_input_ends_with_code_2(words, message):
    """Every wrong call says what was expected, and nothing is done."""
    result = call("pool", *words)

    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_arms_are_no_published_effect(tmp_path):
    """A table of arms cannot be called an effect as published."""
    names = [f"{arm}_{number}" for arm in ("arm", "comparator") for number in ("mean", "sd", "n")]
    pd.DataFrame([("A", 3.0, 2.0, 20, 4.0, 2.0, 20)], columns=["study", *names]).to_csv(tmp_path / "a.csv", index=False)

    result = call("pool", str(tmp_path / "a.csv"), "--better", "low", "--measure", "effect")

    assert result.exit_code == 2
    assert "choose --measure MD or SMD" in result.stderr


def test_books_are_stamped(tmp_path):
    """The date and the fingerprint of a folder of books are written, and the check then passes."""
    shutil.copytree(Library.packaged().folders[0] / "instruments", tmp_path / "instruments")

    words = ["books", "stamp", "--folder", str(tmp_path), "--date", "2026-12-01"]
    result = CliRunner().invoke(app, words)

    assert result.exit_code == 0
    assert "edition 2026-12-01" in result.stdout
    assert read_stamp(tmp_path).fingerprint == Library((tmp_path,)).fingerprint


def test_the_stamp_is_of_today_where_no_date_is_given(tmp_path):
    """Without a date the edition is today's."""
    (tmp_path / "instruments").mkdir()

    CliRunner().invoke(app, ["books", "stamp", "--folder", str(tmp_path)])

    age = dt.datetime.now(tz=dt.UTC).date() - dt.date.fromisoformat(read_stamp(tmp_path).edition)
    assert abs(age.days) <= 1


def test_a_folder_that_is_none_is_not_stamped(tmp_path):
    """A misspelt folder ends with code 2 and makes nothing."""
    result = CliRunner().invoke(app, ["books", "stamp", "--folder", str(tmp_path / "nowhere")])

    assert result.exit_code == 2
    assert "it does not exist" in result.stderr
    assert not (tmp_path / "nowhere").exists()

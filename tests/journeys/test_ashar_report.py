"""Real people: a public trial in chronic back pain, from its plan and table to its report, in five commands."""

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backloop.cli import app

ROOT = Path(__file__).parents[2]
TABLE = ROOT.parent / "shared" / "data" / "trials" / "ashar2022" / "outcomes_demographics.csv"

pytestmark = pytest.mark.skipif(not TABLE.exists(), reason="the public trial table is not beside this checkout")


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """The example's plan, frozen, and its mapping."""
    folder = tmp_path_factory.mktemp("ashar")
    for name in ("trial.toml", "data.toml"):
        shutil.copy(ROOT / "examples" / "12_ashar" / name, folder / name)
    words = ["trial", "design", str(folder / "trial.toml"), "--freeze", "--reason", "re-analysis"]
    assert CliRunner().invoke(app, words).exit_code == 0
    return folder


def call(desk, verb, *words):
    """Ask a question about the trial."""
    files = [str(desk / "trial.toml"), str(desk / "data.toml"), "--table", str(TABLE)]
    return CliRunner().invoke(app, ["trial", verb, *files, *words], env={"COLUMNS": "250"})


def test_the_primary_answers_are_those_of_r(desk):
    """The constrained analysis by Kenward and Roger: effect, error and df as R's mmrm gives them."""
    result = call(desk, "analyse", "--format", "json")
    found = {each["analysis"]["id"]: each for each in json.loads(result.stdout)["answers"]}
    pain = found["primary"]["effects"][0]["effect"]

    assert result.exit_code == 0
    assert "people without an arm 1," in result.stderr
    assert pain["estimate"] == pytest.approx(-2.2201460, abs=1e-7)
    assert pain["standard_error"] == pytest.approx(0.2576784, abs=1e-7)
    assert pain["df"] == pytest.approx(132, abs=1e-4)
    assert found["placebo"]["effects"][0]["effect"]["estimate"] == pytest.approx(-0.4880108, abs=1e-7)
    assert found["disability"]["effects"][0]["effect"]["estimate"] == pytest.approx(-12.37271, abs=1e-5)
    assert found["people-with-both"]["effects"][0]["effect"]["estimate"] == pytest.approx(pain["estimate"], abs=1e-6)


def test_missing_modifiers_are_refused_until_filled(desk):
    """Eight people did not tell of opioids: the search refuses, and with --fill counts them."""
    refused = call(desk, "modifiers")
    filled = call(desk, "modifiers", "--fill", "--draws", "2000", "--format", "json")
    found = json.loads(filled.stdout)

    assert (2, 0) == (refused.exit_code, filled.exit_code)
    assert "modifier 'opioids' is missing for 8 of 151 people" in refused.stderr
    assert {each["modifier"] for each in found["effects"]} == {
        "pcs", "tsk", "opioids", "duration", "gender", "age", "pain-baseline",
    }  # fmt: skip
    assert {each["filled"] for each in found["effects"] if each["modifier"] == "opioids"} == {8}
    assert min(each["p_max_t"] for each in found["effects"]) > 0.05


def test_a_mediator_needs_a_visit_between(desk):
    """With one visit after the start nothing can lie between treatment and outcome."""
    result = call(desk, "mediate")

    assert (2, True) == (result.exit_code, "the mapping names the mediators none" in result.stderr)


def test_the_report_holds_the_published_numbers(desk):
    """Means and SDs after treatment, the effects and the flow stand in the report, under a frozen plan."""
    result = call(desk, "report", "--fill", "--imputations", "20", "--mic", "1", "--out", str(desk / "report.html"))
    html = (desk / "report.html").read_text(encoding="utf-8")
    page = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))

    assert result.exit_code == 0
    assert re.search(r"pain, week 4 1\.18 \(1\.24\) \[n 44\] 2\.84 \(1\.64\) \[n 44\] 3\.13 \(1\.45\) \[n 47\]", page)
    assert "−2.22 (−2.73 to −1.71) 0.258 132.0 < 0.001 −1.46" in page
    assert "Primary answer. pain, prt − usual-care, week 4: −2.22 (−2.73 to −1.71); the interval favours prt." in page
    assert "−12.37 (−15.12 to −9.63)" in page
    assert "Randomised: 151 (planned 151)" in page
    assert "prt, week 4 50 44 6 0" in page
    assert "The mapping names no mediators." in page
    assert "plan frozen on" in page
    assert "exploratory" not in page.lower()
    assert html.count("<tfoot>") == html.count("<table>") == page.count("backloop 0") - 1

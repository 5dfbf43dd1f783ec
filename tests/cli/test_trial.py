"""Trials at the shell: a small made-up trial from its plan to its report, and what wrong input is told."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from backloop.cli import app
from backloop.trial import AuditLog, read_list, trial_hash
from backloop.trial import read_trial as read_plan

ROOT = Path(__file__).parents[2]
PLAN = """
id = "small"
title = "A small made-up trial"
people = 60
covariates = ["age"]
[allocation]
method = "permuted blocks"
sizes = [4, 6]
[[arms]]
id = "care"
title = "new care"
role = "experimental"
[[arms]]
id = "sham"
title = "sham care"
role = "sham comparator"
[[strata]]
id = "site"
levels = ["north", "south"]
[[visits]]
id = "start"
week = 0
[[visits]]
id = "six"
week = 6
[[visits]]
id = "twelve"
week = 12
[[outcomes]]
id = "pain"
title = "pain"
rank = "primary"
scale = { low = 0, high = 10, better = "low" }
[[estimands]]
id = "pain-12"
population = "everybody randomised"
arm = "care"
comparator = "sham"
outcome = "pain"
weeks = [12]
summary = "difference in means"
intercurrent_events = [{ event = "stops early", strategy = "treatment policy" }]
[[analyses]]
id = "primary"
estimand = "pain-12"
rank = "primary"
model = "constrained longitudinal analysis"
missing = "missing at random"
covariance = ["unstructured", "heterogeneous toeplitz"]
inference = "kenward-roger"
[[analyses]]
id = "compliers"
estimand = "pain-12"
rank = "supplementary"
model = "instrumental variable"
missing = "missing at random"
[[modifiers]]
id = "fear"
title = "fear of movement"
visit = "start"
expected = "larger benefit"
"""
MAPPING = """
[table]
file = "trial.csv"
[people]
person = "id"
arm = "group"
arms = { care = [1], sham = [2] }
[visits]
column = "week"
[outcomes]
pain = "nrs"
[covariates]
age = "age"
[mediators]
fear-6 = { column = "fear", visit = "six" }
[columns]
received = "took"
[blinding]
column = "guess"
unknown = 9
"""


def made_up() -> pd.DataFrame:
    """Sixty people, three visits, an effect of one and a half points."""
    random = np.random.default_rng(11)
    people = 60
    person = np.repeat(np.arange(1, people + 1), 3)
    week, group = np.tile([0, 6, 12], people), np.where(person % 2, 1, 2)
    own = np.repeat(random.normal(0, 1, people), 3)
    pain = 6 + own - 0.125 * week * (group == 1) + random.normal(0, 0.8, 3 * people)
    table = pd.DataFrame({"id": person, "week": week, "group": group, "nrs": pain.clip(0, 10).round(1)})
    table["site"] = np.where(person % 4 < 2, "north", "south")
    table["age"] = np.repeat(random.integers(25, 65, people), 3)
    table["fear"] = (25 + 3 * own + random.normal(0, 3, 3 * people)).round() - 2 * (week > 0) * (group == 1)
    table["took"] = np.where((group == 1) & (person % 7 > 0), 1, 0)
    table["guess"] = np.where(person % 3 == 0, 9, np.where(person % 5 == 0, 3 - group, group))
    table.loc[(person % 9 == 0) & (week == 12), "nrs"] = np.nan
    return table


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """A folder with plan, mapping and table, entered."""
    (tmp_path / "trial.toml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "data.toml").write_text(MAPPING, encoding="utf-8")
    made_up().to_csv(tmp_path / "trial.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words):
    """Type a command on a wide screen."""
    return CliRunner().invoke(app, ["trial", *words], env={"COLUMNS": "250"})


def ask(verb, *words):
    """Ask a question about the trial on the desk without freezing its plan."""
    return call(verb, "trial.toml", "data.toml", "--exploratory", *words)


def test_a_plan_is_told_and_frozen(desk):
    """The design command prints the questions and writes the fingerprint beside the plan."""
    before, done = call("design", "trial.toml"), call("design", "trial.toml", "--freeze", "--reason", "first person")

    assert "not frozen yet" in before.stdout
    assert done.exit_code == 0
    assert trial_hash(read_plan(desk / "trial.toml")) in done.stdout
    assert "care versus sham; pain at week 12" in done.stdout
    assert (desk / "trial.frozen.json").exists()


def test_freezing_needs_a_reason(desk):
    """A plan is not frozen without saying why."""
    result = call("design", "trial.toml", "--freeze")

    assert (2, True) == (result.exit_code, "--reason" in result.stderr)
    assert not (desk / "trial.frozen.json").exists()


def test_an_analysis_needs_a_frozen_plan(desk):
    """Without a frozen plan nothing is analysed; a plan changed since is refused too."""
    never = call("analyse", "trial.toml", "data.toml")
    call("design", "trial.toml", "--freeze", "--reason", "before unblinding")
    frozen = call("analyse", "trial.toml", "data.toml")
    (desk / "trial.toml").write_text(PLAN.replace("people = 60", "people = 61"), encoding="utf-8")
    changed = call("analyse", "trial.toml", "data.toml")

    assert (2, 0, 2) == (never.exit_code, frozen.exit_code, changed.exit_code)
    assert "never frozen" in never.stderr
    assert "plan frozen on" in frozen.stdout
    assert "exploratory" not in frozen.stdout
    assert "changed since it was frozen" in changed.stderr


def test_a_plan_without_an_estimand_is_refused(desk):
    """No question, no analysis."""
    cut = PLAN[: PLAN.index("[[estimands]]")] + PLAN[PLAN.index("[[analyses]]") :]
    (desk / "trial.toml").write_text(cut, encoding="utf-8")

    result = ask("analyse")

    assert (2, True) == (result.exit_code, "estimands" in result.stderr)


@pytest.mark.parametrize(("lang", "words"), [("en", "exploratory: plan not frozen"), ("zh", "探索性分析：方案未锁定")])
def test_exploratory_answers_say_so_under_every_table(desk, lang, words):
    """The mark stands under each table, beside the fingerprints."""
    result = ask("analyse", "--lang", lang)

    assert result.exit_code == 0
    assert result.stdout.count(words) >= 4
    assert "unstructured: converged" in result.stdout


def test_answers_as_json_hold_the_numbers(desk):
    """The JSON is the noun: effect, df, people and covariances tried."""
    found = json.loads(ask("analyse", "--format", "json").stdout)
    primary = found["answers"][0]

    assert -2.2 < primary["effects"][0]["effect"]["estimate"] < -0.8
    assert primary["people"] == 60
    assert primary["missing"] == 6
    assert primary["tried"] == ["unstructured: converged"]
    assert 45 < primary["effects"][0]["effect"]["df"] < 58


def test_what_cannot_be_answered_is_told(desk):
    """A supplementary question without its column ends with code 3 and the reason; the primary answer stands."""
    (desk / "data.toml").write_text(MAPPING.replace('received = "took"', ""), encoding="utf-8")

    result = ask("analyse")

    assert result.exit_code == 3
    assert "compliers: the table holds no received" in result.stderr
    assert "pain, care − sham, week 12" in result.stdout


def test_modifiers_are_printed_with_their_sheet(desk):
    """What could be detected stands before what was found; the sheet leaves the verdict to a person."""
    result = ask("modifiers", "--draws", "500", "--sheet")

    assert result.exit_code == 0
    assert "Detectable per SD" in result.stdout
    assert "fear of movement" in result.stdout
    assert "to be answered by a person" in result.stdout


def test_an_unplanned_modifier_is_refused(desk):
    """Whoever asks for something else must amend the plan first."""
    result = ask("modifiers", "--modifier", "age")

    assert (2, True) == (result.exit_code, "as an amendment" in result.stderr)


def test_the_other_questions_are_answered(desk):
    """Mediation, sensitivity and blinding print their tables."""
    mediation, sensitivity = ask("mediate", "--draws", "100"), ask("sensitivity", "--imputations", "10", "--mic", "1")
    blinding = ask("blinding")

    assert (0, 0, 0) == (mediation.exit_code, sensitivity.exit_code, blinding.exit_code)
    assert "indirect" in mediation.stdout
    assert "jump to the reference" in sensitivity.stdout
    assert "Bang's index" in blinding.stdout


@pytest.mark.parametrize(("lang", "heads"), [("en", ["Flow of people", "Blinding"]), ("zh", ["受试者流程", "盲法"])])
def test_the_report_is_one_file(desk, lang, heads):
    """One HTML file with every part and nothing from outside."""
    words = ("--out", "report.html", "--imputations", "10", "--draws", "100", "--lang", lang)

    result = ask("report", *words)
    page = (desk / "report.html").read_text(encoding="utf-8")

    assert result.exit_code == 0
    assert all(head in page for head in heads)
    assert page.count("<svg") == 5
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "src=" not in page


def test_a_list_is_drawn_checked_and_opened(desk):
    """List and seed are for their owner alone; each line is opened once and logged without the arm."""
    drawn, again = (
        call("allocate", "trial.toml", "--list", "list.json"),
        call("allocate", "trial.toml", "--list", "list.json"),
    )
    first = call(
        "allocate", "trial.toml", "--list", "list.json", "--person", "p1", "--stratum", "north", "--by", "nurse"
    )
    twice = call(
        "allocate", "trial.toml", "--list", "list.json", "--person", "p1", "--stratum", "north", "--by", "nurse"
    )
    log = AuditLog.model_validate_json((desk / "list.log.json").read_text(encoding="utf-8"))

    assert (0, 0, 0, 2) == (drawn.exit_code, again.exit_code, first.exit_code, twice.exit_code)
    assert drawn.stdout == again.stdout
    assert (desk / "list.json").stat().st_mode & 0o077 == 0
    assert (desk / "list.seed").stat().st_mode & 0o077 == 0
    assert read_list(desk / "list.json").entries[0].arm == first.stdout.strip()
    assert len(log.entries) == 1
    assert "care" not in log.model_dump_json()
    assert "sham" not in log.model_dump_json()


def test_redcap_tables_are_written(desk):
    """Two CSV files with the arms' codes and the strata."""
    codes = ("--code", "care=1", "--code", "sham=2")
    result = call("allocate", "trial.toml", "--list", "list.json", "--redcap", "redcap", *codes)
    table = pd.read_csv(desk / "redcap" / "production.csv")

    assert result.exit_code == 0
    assert list(table.columns) == ["redcap_randomization_group", "site"]
    assert (desk / "redcap" / "development.csv").read_text() != (desk / "redcap" / "production.csv").read_text()


def test_power_is_printed_drawn_and_resumed(tmp_path):
    """The same figures come from finished blocks; the page shows them with their Monte-Carlo error."""
    world = str(ROOT / "examples" / "10_power" / "resolve.toml")
    words = (
        "power",
        world,
        "--model",
        "ancova",
        "--trials",
        "40",
        "--week",
        "18",
        "--resume",
        str(tmp_path / "blocks"),
    )

    first = call(*words, "--out", str(tmp_path / "power.html"))
    again = call(*words, "--format", "json")
    found = json.loads(again.stdout)

    assert (0, 0) == (first.exit_code, again.exit_code)
    assert list((tmp_path / "blocks").rglob("*.npz"))
    assert f"{found['performances'][0]['rejected']['value']:.3f}" in first.stdout
    assert "Monte-Carlo" in (tmp_path / "power.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scheduler", "nowhere"), "expected workers from 1"),
        (("--covariance", "round"), "covariance"),
        (("--week", "7"), "compares arms at weeks"),
    ],
)
def test_wrong_options_of_power_are_named(words, said):
    """A wrong option ends with code 2 and what was expected."""
    result = call("power", str(ROOT / "examples" / "10_power" / "resolve.toml"), "--trials", "4", *words)

    assert (2, True) == (result.exit_code, said in result.stderr)


def _one_arm(table):
    return table.assign(group=1)


def _one_visit(table):
    return table[table["week"] == 0]


def _doubled(table):
    return pd.concat([table, table.iloc[[5]]])


def _text(table):
    return table.assign(nrs=table["nrs"].astype(object).where(table.index != 3, "much"))


def _constant(table):
    return table.assign(nrs=5)


def _gap(table):
    return table.assign(fear=table["fear"].where(table["id"] != 4))


def _few(table):
    return table[table["id"].isin([1, 2, 3, 4, 6])]


def _separated(table):
    return table.assign(site=np.where(table["group"] == 1, "north", "south"))


def _endless(table):
    return table.assign(nrs=table["nrs"].where(table.index != 4, np.inf))


@pytest.mark.parametrize(
    ("spoil", "verb", "said"),
    [
        (_one_arm, "analyse", "expected at least two arms with people in them"),
        (_one_visit, "analyse", "expected at least two planned visits"),
        (_doubled, "analyse", "repeat a person and visit, first at row 182"),
        (_text, "analyse", "column 'nrs' holds text, first at row 5"),
        (_constant, "analyse", "'pain' is the same (or missing) everywhere"),
        (_gap, "modifiers", "modifier 'fear' is missing for 1 of 60 people"),
        (_few, "analyse", "no answer from a fit that is not converged"),
        (_separated, "analyse", "stratum 'site' separates the arms"),
        (_endless, "analyse", "column 'nrs' is infinite at row 6"),
    ],
)
def test_each_wrong_table_has_its_own_message(desk, spoil, verb, said):
    """Wrong input ends with code 2, nothing on standard output, and its own words."""
    spoil(made_up()).to_csv(desk / "trial.csv", index=False)

    result = ask(verb)

    assert (2, "") == (result.exit_code, result.stdout)
    assert said in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.output

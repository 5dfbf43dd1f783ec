"""Trials at the shell: a small made-up trial from its plan to its report, and what wrong input is told."""

import json
import sys
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


COLUMNS = """
[columns]
received = "took"
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


def _wide(table):
    """One row a person, with a column of pain at each week."""
    facts = table[table["week"] == 0].drop(columns=["week", "nrs"]).set_index("id")
    pain = table.pivot(index="id", columns="week", values="nrs").add_prefix("nrs_")  # noqa: PD010 - no aggregate
    return facts.join(pain).reset_index()


LONG, WIDE = 'pain = "nrs"', 'pain = { start = "nrs_0", six = "nrs_6", twelve = "nrs_12" }'


@pytest.mark.parametrize("lay_out", [lambda table: table, _wide], ids=["long", "wide"])
def test_parquet_is_answered_like_csv(desk, lay_out):
    """A long or wide Parquet file, its columns as pandas types them, gives the answers of the long CSV file."""
    pytest.importorskip("pyarrow", reason="the extra 'learn' is not installed")
    expected = json.loads(ask("analyse", "--format", "json").stdout)["answers"]
    typed = lay_out(made_up()).astype({"group": "Int64", "site": "category", "took": bool})
    typed.to_parquet(desk / "trial.parquet")
    if "week" not in typed:
        mapping = MAPPING.replace(LONG, WIDE).replace('[visits]\ncolumn = "week"\n', "")
        (desk / "data.toml").write_text(mapping[: mapping.index("[mediators]")] + COLUMNS, encoding="utf-8")

    found = ask("analyse", "--table", "trial.parquet", "--format", "json")

    assert found.exit_code == 0, found.output
    for ours, theirs in zip(json.loads(found.stdout)["answers"], expected, strict=True):
        assert ours["effects"] == theirs["effects"]
        assert ours["compliers"] == theirs["compliers"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b"no table"), "expected CSV, TSV or Parquet"),
        (lambda path: path.unlink(missing_ok=True), "there is no such file"),
    ],
)
def test_a_parquet_file_that_is_none(desk, spoil, said):
    """A file that is not there, or is no Parquet, ends with code 2 and what was expected."""
    pytest.importorskip("pyarrow", reason="the extra 'learn' is not installed")
    spoil(desk / "trial.parquet")

    result = ask("analyse", "--table", "trial.parquet")

    assert (2, True) == (result.exit_code, said in result.stderr.replace("\n", " "))


def test_parquet_without_its_reader(desk, monkeypatch):
    """Where pyarrow is not installed the command names the extra that brings it."""
    (desk / "trial.parquet").write_bytes(b"PAR1")
    for name in ("pyarrow", "fastparquet"):
        monkeypatch.setitem(sys.modules, name, None)

    result = ask("analyse", "--table", "trial.parquet")

    assert (2, True) == (result.exit_code, "pip install 'backloop[learn]'" in result.stderr.replace("\n", " "))


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
    assert page.count("<svg") == 6
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


RESOLVE = str(ROOT / "examples" / "10_power" / "resolve.toml")


def test_resolve_comes_out_of_one_command():
    """The published model over replicas of RESOLVE meets the published effects and intervals."""
    model = ("--model", "unconstrained", "--covariance", "random-intercept", "--inference", "satterthwaite")
    outcomes = ("--outcome", "nrs", "--outcome", "rmdq")

    result = call("power", RESOLVE, *outcomes, *model, "--trials", "400", "--seed", "20220802", "--format", "json")
    found = json.loads(result.stdout)["performances"]

    means = {
        (each["question"]["outcome"], each["question"]["week"]): tuple(
            each[name]["value"] for name in ("mean_estimate", "mean_low", "mean_high")
        )
        for each in found
    }
    assert means["nrs", 18] == pytest.approx((-1.0, -1.5, -0.4), abs=0.1)
    assert [means["rmdq", week][0] for week in (18, 26, 52)] == pytest.approx([-2.6, -2.1, -1.8], abs=0.12)


def test_the_secondary_analysis_comes_out_of_one_command():
    """Eight modifiers, two outcomes and two weeks: 32 powers, and the average estimate stands in the table."""
    words = ("--outcome", "nrs", "--outcome", "rmdq", "--week", "18", "--week", "52", "--trials", "60")

    plain, told = (call("power", RESOLVE, *words, "--modifier", "all", "--format", how) for how in ("json", "text"))
    found = json.loads(plain.stdout)["performances"]

    asked = {(each["question"]["modifier"], each["question"]["outcome"], each["question"]["week"]) for each in found}
    assert len(found) == len(asked) == 32
    assert len({modifier for modifier, _outcome, _week in asked}) == 8
    assert "Average (interval)" in told.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scheduler", "nowhere"), "expected workers from 1"),
        (("--covariance", "round"), "covariance"),
        (("--inference", "guess"), "inference"),
        (("--modifier", "age"), "has the modifiers kinesiophobia"),
        (("--week", "7"), "compares arms at weeks"),
    ],
)
def test_wrong_options_of_power_are_named(words, said):
    """A wrong option ends with code 2 and what was expected."""
    result = call("power", RESOLVE, "--trials", "4", *words)

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
        (_few, "analyse", "there are fewer answers than parameters"),
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


PROTOCOL = """
[[analyses]]
id = "protocol"
estimand = "pain-12"
rank = "supplementary"
model = "per protocol, inverse probability weights"
missing = "missing at random"
predictors = ["age", "fear", "pain"]
[[analyses]]
id = "risk"
estimand = "pain-12"
rank = "supplementary"
model = "effect by predicted risk"
missing = "people with both visits"
predictors = ["age", "fear"]
[[modifiers]]
"""
ROUNDS = """
[[blinding]]
column = "guess"
visit = "six"
unknown = 9
asked = "participants, week 6"
[[blinding]]
column = "guess"
visit = "twelve"
unknown = 9
asked = "participants, week 12"
[[blinding]]
counts = "staff.csv"
unknown = 9
asked = "assessors"
"""


@pytest.fixture
def planned(desk):
    """The same desk with a per-protocol analysis and one by risk in the plan."""
    (desk / "trial.toml").write_text(PLAN.replace("[[modifiers]]", PROTOCOL, 1), encoding="utf-8")
    mapping = MAPPING.replace('received = "took"', 'received = "took"\nkept = "kept"')
    (desk / "data.toml").write_text(mapping, encoding="utf-8")
    table = made_up()
    table.assign(kept=(table["id"] % 5 > 0).astype(int)).to_csv(desk / "trial.csv", index=False)
    return desk


def test_protocol_compliers_and_risk_are_planned_and_printed(planned):
    """What the plan asks beside the primary effect is answered: keepers with their weights, compliers, risk."""
    result = ask("analyse")
    found = {each["analysis"]["id"]: each for each in json.loads(ask("analyse", "--format", "json").stdout)["answers"]}

    assert result.exit_code == 0, result.output
    for words in ("Weights of those who kept to the protocol", "Risk first (PATH)", "who comply"):
        assert words in result.stdout
    assert [arm["kept"] for arm in found["protocol"]["weights"]] == [24, 24]
    assert found["protocol"]["effects"][0]["effect"]["estimate"] < -0.8
    assert found["risk"]["risk"]["predictors"] == ["pain at baseline", "age", "fear"]
    assert found["compliers"]["compliers"][0]["estimate"] < found["primary"]["effects"][0]["effect"]["estimate"]


@pytest.mark.parametrize(
    ("lang", "heads"),
    [
        ("en", ["The effect by predicted outcome", "Weights of those who kept", "(ICEMAN)", "Causal forest"]),
        ("zh", ["按预测结局分层的疗效", "遵循方案者的权重", "（ICEMAN）", "因果森林"]),
    ],
)
def test_the_report_shows_risk_weights_and_sheets(planned, lang, heads):
    """Risk, weights and a filled sheet for each claim are sections of the report; a forest says why it is not there."""
    table = made_up()
    gain = -0.25 * (table["fear"].groupby(table["id"]).transform("first") - 25) * (table["group"] == 1)
    table["nrs"] = (table["nrs"] + gain.where(table["week"] > 0, 0)).clip(0, 10)
    table.assign(kept=(table["id"] % 5 > 0).astype(int)).to_csv(planned / "trial.csv", index=False)

    result = ask("report", "--out", "report.html", "--imputations", "5", "--draws", "100", "--lang", lang)
    page = (planned / "report.html").read_text(encoding="utf-8")

    assert result.exit_code == 0, result.output
    assert [] == [head for head in heads if head not in page]
    assert "--forest" in page


def test_risk_comes_before_single_modifiers(desk):
    """With --risk the effect by predicted outcome and the arms' spread are printed first."""
    result = ask("modifiers", "--risk", "--draws", "200")

    assert result.exit_code == 0
    assert 0 < result.stdout.index("Risk first (PATH)") < result.stdout.index("Detectable per SD")
    assert "standard deviation in care" in result.stdout


def test_a_forest_is_grown_only_when_asked(desk):
    """With --forest its calibration, ranking and null trials are printed, and here individual effects withheld."""
    pytest.importorskip("econml", reason="the extra 'forest' is not installed")
    made = pd.concat([made_up(), made_up().assign(id=lambda table: table["id"] + 60)])
    made.to_csv(desk / "trial.csv", index=False)
    words = ("--draws", "200", "--trees", "8", "--nulls", "20")

    plain, grown = ask("modifiers", *words), ask("modifiers", "--forest", *words)

    assert (plain.exit_code, grown.exit_code) == (0, 0)
    assert "Causal forest" not in plain.stdout
    for words in ("Calibration slope", "AUTOC", "Qini", "20 null trials", "Individual effects"):
        assert words in grown.stdout


def test_a_forest_without_its_package_names_the_extra(desk, monkeypatch):
    """Where EconML is not installed the command says how to get it."""
    for name in ("econml", "econml.dml"):
        monkeypatch.setitem(sys.modules, name, None)
    made = pd.concat([made_up(), made_up().assign(id=lambda table: table["id"] + 60)])
    made.to_csv(desk / "trial.csv", index=False)

    result = ask("modifiers", "--forest", "--draws", "200")

    assert (2, True) == (result.exit_code, "pip install 'backloop[forest]'" in result.stderr)


def test_cin_is_answered_as_cir(desk):
    """CIN by the command and by the plan gives CIR, and the answer says that CIN is its other name."""
    asked = ask("sensitivity", "--strategy", "CIN", "--imputations", "5")
    plan = PLAN.replace('covariates = ["age"]', 'covariates = ["age"]\nsensitivity = { strategies = ["CIN"], mic = 1 }')
    (desk / "trial.toml").write_text(plan, encoding="utf-8")
    stated = json.loads(ask("sensitivity", "--imputations", "5", "--format", "json").stdout)

    assert "elsewhere also called CIN" in asked.stdout
    assert "jump to the reference" not in asked.stdout
    assert {row["analysis"] for row in stated["rows"]} == {"primary", "MAR", "CIR", "complete cases"}


def test_an_unknown_strategy_is_named_with_those_there_are(desk):
    """A misspelt strategy ends with code 2, in the command as in the plan."""
    asked = ask("sensitivity", "--strategy", "CIX", "--imputations", "5")
    plan = PLAN.replace('covariates = ["age"]', 'covariates = ["age"]\nsensitivity = { strategies = ["CIX"] }')
    (desk / "trial.toml").write_text(plan, encoding="utf-8")
    stated = ask("sensitivity", "--imputations", "5")

    assert (2, 2) == (asked.exit_code, stated.exit_code)
    assert "CIN is another name of CIR" in asked.stderr.replace("\n", " ")
    assert "CIN" in stated.stderr


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("mean", "age filled in for 6 people (mean)"),
        ("indicator", "age filled in for 6 people (mean and an indicator)"),
    ],
)
def test_a_stated_rule_meets_missing_covariates(desk, rule, words):
    """Without a rule a gap in a covariate ends the analysis; with one it is met, and the footnotes count it."""
    table = made_up()
    table.assign(age=table["age"].where(~table["id"].isin([4, 8, 13, 22, 31, 40]))).to_csv(
        desk / "trial.csv", index=False
    )
    refused = ask("analyse")
    plan = PLAN.replace('covariates = ["age"]', f'covariates = ["age"]\nmissing_covariates = "{rule}"')
    (desk / "trial.toml").write_text(plan, encoding="utf-8")
    met = ask("analyse")
    report = ask("report", "--out", "report.html", "--imputations", "5", "--draws", "100")

    assert (2, 0, 0) == (refused.exit_code, met.exit_code, report.exit_code)
    assert "covariate 'age' is missing for 6 people" in refused.stderr
    assert "missing_covariates" in refused.stderr
    assert words in met.stdout.replace("\n", " ")
    assert words in (desk / "report.html").read_text(encoding="utf-8")


def test_early_and_late_guesses_and_counts_are_told_apart(desk):
    """Guesses of two visits and a small table of counts are three rounds, each with both indices and intervals."""
    table = made_up()
    table["guess"] = table["guess"].where(table["week"] == 6, table["group"]).where(table["week"] > 0)
    table.to_csv(desk / "trial.csv", index=False)
    (desk / "staff.csv").write_text("arm,guess,people\n1,1,9\n1,9,21\n2,2,8\n2,1,7\n2,9,15\n", encoding="utf-8")
    (desk / "data.toml").write_text(MAPPING[: MAPPING.index("[blinding]")] + ROUNDS, encoding="utf-8")

    result = ask("blinding")
    rounds = [
        json.loads(each) for each in ask("blinding", "--format", "json").stdout.replace("}\n{", "}\0{").split("\0")
    ]

    assert [each["guesses"]["asked"] for each in rounds] == [
        "participants, week 6",
        "participants, week 12",
        "assessors",
    ]
    assert rounds[1]["indices"]["bang"]["care"]["value"] == 1
    assert rounds[2]["guesses"]["guesses"] == [[9, 0, 21], [7, 8, 15]]
    assert all(each["indices"]["james"]["interval"]["low"] < 1 for each in rounds)
    assert result.stdout.count("both arms (James)") == 3


def test_counts_alone_are_enough(desk):
    """A plan and a table of counts give both indices without the trial's table; a wrong row is named."""
    rows = "arm,guess,people,asked\ncare,care,82,early\ncare,sham,25,early\ncare,don't know,170,early\n"
    rows += "sham,care,27,early\nsham,sham,29,early\nsham,don't know,83,early\n"
    (desk / "guesses.csv").write_text(rows, encoding="utf-8")
    (desk / "wrong.csv").write_text(rows.replace("care,care", "care,nobody"), encoding="utf-8")

    told = call("blinding", "trial.toml", "--counts", "guesses.csv", "--exploratory")
    wrong = call("blinding", "trial.toml", "--counts", "wrong.csv", "--exploratory")
    neither = call("blinding", "trial.toml", "--exploratory")

    assert (0, 2, 2) == (told.exit_code, wrong.exit_code, neither.exit_code)
    assert "0.21" in told.stdout
    assert "0.75" in told.stdout
    assert "row 2: expected an arm of care, sham" in wrong.stderr
    assert "DATA.toml" in neither.stderr


@pytest.mark.parametrize("verb", ["modifiers", "sensitivity", "mediate", "report"])
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_one_arm, "expected at least two arms with people in them"),
        (_one_visit, "expected at least two planned visits"),
        (_doubled, "repeat a person and visit, first at row 182"),
        (_text, "column 'nrs' holds text, first at row 5"),
        (_constant, "'pain' is the same (or missing) everywhere"),
        (_separated, "stratum 'site' separates the arms"),
        (_endless, "column 'nrs' is infinite at row 6"),
    ],
)
def test_every_command_says_the_same_of_a_wrong_table(desk, spoil, said, verb):
    """Whichever question is asked, wrong input has one message and nothing is written."""
    spoil(made_up()).to_csv(desk / "trial.csv", index=False)

    result = ask(verb, *(("--out", "report.html") if verb == "report" else ()))

    assert (2, "") == (result.exit_code, result.stdout)
    assert said in result.stderr.replace("\n", " ")
    assert not (desk / "report.html").exists()


def test_every_wrong_table_is_told_from_every_other(desk):
    """No two kinds of wrong input share a message."""
    kinds = {
        "modifiers": [_gap],
        "analyse": [_one_arm, _one_visit, _doubled, _text, _constant, _few, _separated, _endless],
    }
    said = []
    for verb, spoils in kinds.items():
        for spoil in spoils:
            spoil(made_up()).to_csv(desk / "trial.csv", index=False)
            said.append(ask(verb).stderr.strip())

    assert len(set(said)) == len(said) == 9
    assert all(said)

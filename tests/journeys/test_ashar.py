"""Real people: the public table of a trial in chronic back pain, with totals only and many gaps."""

import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from backloop.cli import app

ROOT = Path(__file__).parents[2]
TABLE = ROOT.parent / "shared" / "data" / "trials" / "ashar2022" / "outcomes_demographics.csv"
PUBLISHED = {"PRT": (1.18, 1.24), "placebo": (2.84, 1.64), "usual care": (3.13, 1.45)}

pytestmark = pytest.mark.skipif(not TABLE.exists(), reason="the public trial table is not beside this checkout")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table cut to every eighth patient for the files, and whole for the means."""
    folder = tmp_path_factory.mktemp("ashar")
    whole = TABLE.read_text(encoding="utf-8").splitlines()
    ids = sorted({line.split(",")[0] for line in whole[1:]}, key=int)[::8]
    few = [whole[0], *(line for line in whole[1:] if line.split(",")[0] in ids)]
    (folder / "few.csv").write_text("\n".join(few) + "\n", encoding="utf-8")
    return folder


def _run(source: Path, out: Path) -> None:
    mapping = ROOT / "examples" / "mappings" / "ashar2022.toml"
    words = ["run", str(source), "--mapping", str(mapping), "--out", str(out), "--start", "2026-12-07"]
    result = CliRunner().invoke(app, words)

    assert result.exit_code == 0, result.output


def test_the_published_means_are_met():
    """All patients are read, and pain after treatment has the published mean and SD in each arm."""
    from backloop.letters import CohortTally, cohort_report
    from backloop.measure import score
    from backloop.plan import prescribe
    from backloop.profile import infer
    from backloop.record import read

    tally = CohortTally()
    for record in read(TABLE, mapping=ROOT / "examples" / "mappings" / "ashar2022.toml"):
        measures = score(record)
        profile = infer(measures, session_id="ses-pre")
        tally.add(record, measures, profile, prescribe(profile, record))
    means = tally.frame().query("measure == 'nrs' and session_id == 'ses-post'").set_index("group")
    page = unescape(re.sub(r"<[^>]+>", " ", cohort_report(tally)))

    assert tally.people == 152
    for group, (mean, sd) in PUBLISHED.items():
        assert (mean, sd) == (round(means.loc[group, "mean"], 2), round(means.loc[group, "sd"], 2))
        assert re.search(rf"{group}\s+\d+\s+{mean}\s+{sd}\s", page)


def test_everybody_gets_a_plan_that_says_what_is_missing(out: Path):
    """Without a safety screen no plan may start; each person still has a profile, a provisional plan and a course."""
    _run(out / "few.csv", out / "files")
    cohort = pd.read_csv(out / "files" / "cohort.tsv", sep="\t")
    folders = [path for path in (out / "files").iterdir() if path.is_dir()]

    assert len(folders) == cohort["participant_id"].nunique() == 19
    assert set(cohort["status"]) == {"cannot say"}
    assert set(cohort["prescriptions"].str.split().str[0]) == {"resolve"}
    for folder in folders:
        assert "Safety questions are still open" in (folder / "letter-clinician.html").read_text(encoding="utf-8")

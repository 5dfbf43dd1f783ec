"""A made-up trial from its frozen plan to a report: one call a question, one file for all."""

# %%
import datetime as dt
import shutil
from pathlib import Path

from backloop.learn import analyse_trial, report_trial
from backloop.letters import trial_page
from backloop.trial import freeze, open_trial

# %%
# The plan is frozen before anybody looks at an outcome; an analysis of a plan that was changed since is refused.
for name in ("trial.toml", "data.toml", "trial.csv"):
    shutil.copy(Path(__file__).parent / name, name)
print("frozen as", freeze(Path("trial.toml"), dt.date(2026, 12, 7), reason="before unblinding"))
data = open_trial(Path("trial.toml"), Path("data.toml"))

# %%
# Every planned analysis, as a table and in words.
found = analyse_trial(data)
print(found.table()[["analysis", "outcome", "week", "estimate", "low", "high", "df", "p"]].round(3))
for answer in found.primary.responders:
    print(answer.text.en)

# %%
# Modifiers, sensitivity, mediation and blinding come with the report.
report = report_trial(data, imputations=50, draws=200)
print(report.sensitivity.text.en)
Path("report.html").write_text(trial_page(report), encoding="utf-8")
Path("report-zh.html").write_text(trial_page(report, lang="zh"), encoding="utf-8")

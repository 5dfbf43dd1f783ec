"""One made-up person through the house: seven verbs, two letters."""

# %%
import datetime as dt
from pathlib import Path

from backloop import cite, infer, letter, prescribe, review, schedule, score
from backloop.record import make_person

# %% A person who does not exist, seen at weeks 0 and 18.
record = make_person(seed=7, weeks=(0, 18))
print(record.participant_id, len(record.observations), "observations")

# %% From answers to measures, from measures to mechanisms.
measures = score(record)
profile = infer(measures, session_id="ses-w00")
for support in profile.supports:
    print(f"{support.title.en:45} {support.verdict.text.en}")

# %% From mechanisms to a plan, from a plan to a calendar.
plan = prescribe(profile, record)
print(plan.status.text.en, [prescription.intervention for prescription in plan.prescriptions])
programme = schedule(plan, dt.date(2026, 12, 7))

# %% What became of it, in words.
course = review(plan, record)
print(course.summary.en)

# %% Two letters and every source.
for reader in ("patient", "clinician"):
    page = letter([measures, profile, plan, programme, course], reader=reader, lang="en")
    Path(f"letter-{reader}.html").write_text(page, encoding="utf-8")
print(cite(plan))

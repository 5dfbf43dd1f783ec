"""Twelve weeks on a calendar that any phone can open."""

# %%
import datetime as dt
from pathlib import Path

from backloop import infer, prescribe, schedule, score
from backloop.record import make_person
from backloop.train import calendar_text

# %%
record = make_person(seed=5)
programme = schedule(prescribe(infer(score(record)), record), dt.date(2026, 12, 7))
Path("programme.ics").write_bytes(calendar_text(programme, lang="zh").encode())

# %% What is due in the first week.
for session in programme.weeks[0].sessions:
    print(session.date, session.place, [activity.title.en for activity in session.activities])

"""A clinic's own table: a small mapping, what was refused, and the way to BIDS and back."""

# %%
from pathlib import Path

from backloop.record import read, write

# %% A table as a clinic has it: own names, own codes, a telephone number, one impossible answer.
Path("clinic.csv").write_text(
    "编号,visit,pain,awareness,tpd_cm,phone\n"
    "7,1,6,14,5.5,13800000000\n"
    "7,2,3,88,4.5,13800000000\n"
    "8,1,11,9,6.0,13900000000\n",
    encoding="utf-8",
)

# %% The mapping says what the columns mean; `scale` is needed because this total circulates on two scales.
Path("clinic.toml").write_text(
    """
[table]
participant = "编号"
session = "visit"
language = "zh-Hans"

[sessions.1]
session_id = "ses-w00"
week = 0

[sessions.2]
session_id = "ses-w18"
week = 18

[columns.pain]
item = "nrs_01"

[columns.awareness]
score = "frebaq"
scale = { low = 0, high = 27 }
absent = { 88 = "declined" }

[columns.tpd_cm]
trial = { protocol = "two-point-lumbar", field = "distance", trial = 2 }
unit = "cm"
""",
    encoding="utf-8",
)

# %% Everything that could be read, and everything that could not, by row and column.
people = read("clinic.csv", mapping="clinic.toml")
for record in people:
    print(record.participant_id, [(seen.id, seen.value, seen.absent) for seen in record.observations])
for problem in people.problems:
    print(problem.severity, "–", problem)

# %% To BIDS and back: nothing is lost.
again = read(write(people, "clinic_bids"))
print([record.observations for record in again] == [record.observations for record in people])

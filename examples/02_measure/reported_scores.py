"""Totals without items are accepted on a ruler the book knows, and marked as reported."""

# %%
from backloop import score
from backloop.record import Observation, Origin, Participant, Record, Session
from backloop.units import Scale

# %% The same questionnaire, once on 0-36 and once on the 0-27 that circulates beside it.
visits = (Session(session_id="ses-w00", order=1, week=0), Session(session_id="ses-w18", order=2, week=18))
totals = tuple(
    Observation(session_id=visit.session_id, kind="score", book="frebaq", item="frebaq", value=value, scale=scale)
    for visit, value, scale in (
        (visits[0], 12, Scale(low=0, high=36, better="low")),
        (visits[1], 6, Scale(low=0, high=27, better="low")),
    )
)
person = Record(
    participant=Participant(participant_id="sub-01"),
    sessions=visits,
    observations=totals,
    origin=Origin(name="by hand", format="made-up"),
)

# %% Each keeps its ruler; the interval exists only on the ruler whose error was studied.
for measure in score(person).measures:
    print(measure.session_id, measure.value, "of", measure.scale.high, measure.origin, measure.interval)

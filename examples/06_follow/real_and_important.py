"""A change can be real, important, both or neither."""

# %%
from backloop import infer, prescribe, review, score
from backloop.record import make_person

# %%
record = make_person(seed=5, weeks=(0, 12, 18))
course = review(prescribe(infer(score(record), session_id="ses-w00"), record), record)
for outcome in course.outcomes:
    for change in outcome.changes:
        print(f"{outcome.title.en:35} {change.later} {change.words.en}")

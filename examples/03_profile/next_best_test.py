"""What to test next: the profile says which answer would tell most."""

# %%
from backloop import infer, score
from backloop.record import make_person

# %% Only four questionnaires were filled in.
record = make_person(seed=11, books=("nrs", "rmdq", "pcs", "pseq"))
profile = infer(score(record))

# %% Most mechanisms cannot be judged yet, and say so.
for support in profile.supports:
    print(f"{support.title.en:45} {support.verdict.text.en:14} {support.reason.en}")

# %% The tests that would change most verdicts come first.
for test in profile.next_tests:
    print(f"{test.title.en}: {test.minutes:g} min, informs {', '.join(test.informs)}")

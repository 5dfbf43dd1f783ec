"""A trial is planned, frozen, allocated and checked, before anybody looks at an outcome."""

# %%
import datetime as dt
import shutil
from pathlib import Path

import numpy as np

from backloop.trial import (
    AuditLog,
    GuessTable,
    allocate_next,
    blinding_indices,
    check_frozen,
    check_list,
    check_log,
    commit_seed,
    diagnose_allocation,
    draw_list,
    freeze,
    make_seed,
)

# %%
# The plan is a file that a statistician can read; its fingerprint is registered before anybody is unblinded.
plan = Path("resolve.toml")
shutil.copy(Path(__file__).parent / plan, plan)
print("frozen as", freeze(plan, dt.date(2026, 12, 7), reason="before the first person"))
trial = check_frozen(plan)
print(trial.estimand_for("nrs", 18).words)

# %%
# What would this scheme do to 276 people?
found = diagnose_allocation(trial.scheme, trial.people, np.random.default_rng(1), trials=500)
print(f"guessed rightly: {found.guessed_share:.0%}; imbalance at the end: {found.imbalance_mean:.1f} people")

# %%
# The seed's fingerprint is published first; the list stays where nobody recruits.
seed = make_seed()
print("committed to", commit_seed(seed).sha256)
concealed = draw_list(trial.scheme, seed, trial=trial.id, per_stratum=330)
log = AuditLog()
for number in range(1, 4):
    when = f"2026-12-07T09:{number:02d}:00Z"
    arm, log = allocate_next(concealed, log, f"sub-{number:02d}", at=when, by="allocation service")
check_log(log, concealed)
check_list(concealed, seed)

# %%
# Could people tell?
guesses = GuessTable(arms=("drug", "placebo"), guesses=((82, 25, 170), (27, 29, 83)), asked="a published example")
report = blinding_indices(guesses)
print("James", report.james.value, {arm: index.value for arm, index in report.bang.items()})

"""Two hundred made-up people: who may be given what, and who may start."""

# %%
from collections import Counter
from collections.abc import Iterator
from itertools import product

from backloop import infer, prescribe, score
from backloop.library import Library
from backloop.plan import Plan, Role, Status
from backloop.record import CLINIC_BOOKS, Traits, make_person

# %% Eight kinds of people: what troubles them most. Five circumstances: what is known of them and of their clinic.
KINDS = {
    "mild": Traits(severity=-1, fear=-1, mood=-1, blur=-1),
    "average": Traits(),
    "severe": Traits(severity=1.5),
    "fearful": Traits(fear=1.5),
    "low mood": Traits(mood=1.5),
    "blurred map": Traits(blur=1.5),
    "fearful and blurred": Traits(fear=1.5, blur=1.5),
    "all at once": Traits(severity=1.5, fear=1.5, mood=1.5, blur=1.5),
}
DECISION = {
    "treatment-decisions_01": "tdcs-m1 sham-laser",
    "treatment-decisions_02": "consultant AB",
    "treatment-decisions_03": "nothing else helped",
    "treatment-decisions_04": 1,
}
CIRCUMSTANCES = {
    "nothing special": {},
    "a red flag": {"red-flags_01": 1},
    "frail, thinned blood": {"health-screen_10": 1, "health-screen_11": 1},
    "no needles, no exercise, no skills": {
        "health-screen_21": 1,
        "preferences_05": 0,
        **{f"clinic-resources_{number:02d}": 0 for number in range(1, 13)},
    },
    "a recorded decision": DECISION | {"clinic-resources_07": 1},
}
BOOKS = (*CLINIC_BOOKS, "tsk-17", "ipaq-sf", "tms-screen", "treatment-decisions")


# %%
def plans() -> Iterator[tuple[str, Plan]]:
    """Plan for five people of each kind in each of the circumstances."""
    for number, (kind, circumstance) in enumerate(product(KINDS, CIRCUMSTANCES)):
        answers = {"treatment-decisions_01": ""} | CIRCUMSTANCES[circumstance]
        for seed in range(5 * number, 5 * number + 5):
            person = make_person(seed=seed, books=BOOKS, traits=KINDS[kind], answers=answers)
            yield circumstance, prescribe(infer(score(person)), person)


# %% One row a treatment: in how many people it has which role, and in how many it is chosen.
if __name__ == "__main__":
    roles, chosen, statuses = Counter(), Counter(), Counter()
    for circumstance, plan in plans():
        statuses[circumstance, plan.status] += 1
        chosen.update(entry.intervention for entry in plan.prescriptions)
        roles.update((entry.intervention, entry.role) for entry in (*plan.prescriptions, *plan.considered))
    print(f"{'':28}" + "".join(f"{role.value:>17}" for role in Role) + f"{'chosen':>9}")
    for name in Library.packaged().shelf("interventions"):
        print(f"{name:28}" + "".join(f"{roles[name, role]:17}" for role in Role) + f"{chosen[name]:9}")
    print(f"\n{'':36}" + "".join(f"{status.value:>12}" for status in Status))
    for circumstance in CIRCUMSTANCES:
        print(f"{circumstance:36}" + "".join(f"{statuses[circumstance, status]:12}" for status in Status))

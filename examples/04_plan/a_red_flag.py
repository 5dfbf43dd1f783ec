"""A red flag comes before everything: no treatment is planned."""

# %%
from backloop import infer, prescribe, score
from backloop.record import Observation, make_person

# %% The same person twice; the second reports saddle numbness.
calm = make_person(seed=5)
flag = Observation(session_id="ses-w00", kind="response", book="red-flags", item="red-flags_01", value=1)
others = tuple(seen for seen in calm.observations if seen.item != "red-flags_01")
alarmed = calm.model_copy(update={"observations": (*others, flag)})

# %%
for record in (calm, alarmed):
    plan = prescribe(infer(score(record)), record)
    print(plan.status.text.en, [prescription.intervention for prescription in plan.prescriptions])
    for alert in plan.alerts:
        print("  ", alert.urgency, alert.title.en, "->", alert.action.en)

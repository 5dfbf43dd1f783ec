"""Six made-up people whose plans differ, from record to letters; with `--write`, their files beside this script."""

# %%
import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

from backloop import Plan, infer, letter, prescribe, schedule, score
from backloop.library import Library
from backloop.record import CLINIC_BOOKS, Record, Traits, make_person

HERE, START = Path(__file__).parent, dt.date(2026, 12, 7)
BOOKS = (*CLINIC_BOOKS, "tsk-17", "ipaq-sf", "tms-screen")
SCREENS = ("red-flags", "health-screen", "tms-screen", "neuro-exam", "peripheral-exam", "iasp-nociplastic")


# %% Nobody here answers a screening question with yes, and every clinic has everything, unless the person says so.
def nothing_special() -> dict[str, float]:
    """Answer every screening question with no; full strength, everything at hand, willing, 45 minutes a day."""
    shelf = Library.packaged().shelf("instruments")
    no = {item.id: 0 for screen in SCREENS for item in shelf[screen].items if item.kind != "text"}
    at_hand = {item.id: 1 for item in shelf["clinic-resources"].items}
    wishes = {f"preferences_0{number}": answer for number, answer in enumerate((2, 1, 1, 45, 1, 1), start=1)}
    return no | at_hand | wishes | {"neuro-exam_03": 5}


CALM = Traits(severity=0, fear=-1, mood=-1, blur=-1)
INACTIVE = {f"ipaq-sf_0{number}": 0 for number in range(1, 7)} | {"ipaq-sf_07": 600}
TENDER = {"peripheral-exam_03": 2, "peripheral-exam_04": 1, "peripheral-exam_05": 1, "peripheral-exam_06": 1}
DECISION = {
    "treatment-decisions_01": "tdcs-m1",
    "treatment-decisions_02": "consultant AB",
    "treatment-decisions_03": "two courses of exercise did not help; the person asks for it",
    "treatment-decisions_04": 1,
    "treatment-decisions_05": 1,
}

# %% Who they are: a seed, what troubles them, and what they answer.
PEOPLE: dict[str, tuple[int, Traits, dict[str, float | str]]] = {
    "blurred-map-and-fear": (15, Traits(severity=0.5, fear=1.5, mood=-1, blur=1.5), {}),
    "movement-control": (25, CALM, {}),
    "inactive-on-a-beta-blocker": (28, CALM, INACTIVE | {"health-screen_06": 1}),
    "fears-needles-on-a-blood-thinner": (29, CALM, TENDER | {"health-screen_11": 1, "health-screen_21": 1}),
    "red-flag": (33, Traits(severity=1), {"red-flags_01": 1}),
    "recorded-decision": (22, Traits(severity=0.5, mood=1, fear=-1, blur=-1), DECISION),
}


# %%
def record_of(name: str) -> Record:
    """Make up one of the six."""
    seed, traits, answers = PEOPLE[name]
    asked = (*BOOKS, "treatment-decisions") if "treatment-decisions_01" in answers else BOOKS
    return make_person(seed=seed, books=asked, traits=traits, answers=nothing_special() | answers)


def audit(plan: Plan, lang: str) -> str:
    """Write down what every rule said of every treatment, those that were chosen first."""
    lines = [f"{plan.participant_id}: {plan.status.text.say(lang)}", plan.burden.text.say(lang)]
    for entry in (*plan.prescriptions, *plan.considered):
        sign = "+" if entry in plan.prescriptions else "-"
        lines.append(f"\n{sign} {entry.title.say(lang)} ({entry.intervention}): {entry.role.text.say(lang)}")
        for step in entry.steps:
            why = " ".join(reason.text.say(lang) for reason in step.reasons)
            lines.append(f"    {step.rule.text.say(lang)}: {why}")
    return "\n".join(lines) + "\n"


def files(name: str) -> Iterator[tuple[str, str]]:
    """Take one of the six from record to letters, and give the name and the text of each file."""
    record = record_of(name)
    measures = score(record)
    profile = infer(measures)
    plan = prescribe(profile, record)
    programme = schedule(plan, START)
    yield "record.json", record.model_dump_json(indent=1, exclude_defaults=True) + "\n"
    for lang in ("en", "zh"):
        yield f"plan-{lang}.txt", audit(plan, lang)
        for reader in ("patient", "clinician"):
            yield f"letter-{reader}-{lang}.html", letter([measures, profile, plan, programme], reader=reader, lang=lang)


# %% Who gets what; with --write the committed files are made anew.
if __name__ == "__main__":
    for name in PEOPLE:
        record = record_of(name)
        plan = prescribe(infer(score(record)), record)
        print(f"{name:34}{plan.status.value:12}{', '.join(entry.intervention for entry in plan.prescriptions) or '-'}")
        if "--write" in sys.argv:
            (HERE / name).mkdir(exist_ok=True)
            for file, text in files(name):
                (HERE / name / file).write_text(text, encoding="utf-8")

"""Who is proposed what, and why not the rest."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backloop.library import Condition, Contraindication, Dose, Library, Mechanism, Task
from backloop.library.treatments import ActsOn
from backloop.measure import Measure
from backloop.plan import Role, Status, prescribe
from backloop.units import Text

NAMES = ("resolve", "aerobic-exercise", "graded-activity", "motor-control-exercise", "pain-education")
AIMS = {
    "aerobic-exercise": ("deconditioning", "low-mood"),
    "graded-activity": ("threat-beliefs", "deconditioning"),
    "motor-control-exercise": ("motor-control",),
}
HELPED = ("tactile-localisation-training", "two-point-training", "graphaesthesia-training")
MODIFIERS = ("frebaq", "tsk-17", "bbq", "pseq", "pcs", "nrs", "rmdq")
BARRED = Contraindication(
    kind="absolute",
    what=Text(en="cannot follow", zh="无法配合"),
    when=Condition(of="health-screen_16", equals=1),
    reference="backloop-convention",
    verified=False,
)


def _book(name):
    packaged = Library.packaged()
    source = packaged.intervention(name if name in ("resolve", "pain-education") else "graded-activity")
    acts_on = tuple(
        ActsOn(mechanism=aim, link="hypothesis", reference="backloop-unverified", verified=False)
        for aim in AIMS.get(name, ())
    )
    dose = Dose(
        weeks=12, clinic_per_week=2, home_per_week=3, home_minutes=20, reference="backloop-convention", verified=False
    )
    update = (
        {"id": name, "title": Text(en=name, zh=name), "contraindications": (BARRED,)}
        if name == "resolve"
        else {"id": name, "contraindications": (), "acts_on": acts_on, "dose": dose}
    )
    return source.model_copy(update=update)


@pytest.fixture(scope="module")
def library(shelve):
    """The core, three supporting treatments with known aims, and the component; the packaged safety rules."""
    books = [_book(name) for name in NAMES]
    aims = {aim.mechanism for book in books for aim in book.acts_on}
    tasks = {task for book in books for stage in book.stages for task in stage.tasks}
    return shelve(
        interventions=books,
        mechanisms=[Mechanism.model_construct(id=aim, title=Text(en=aim, zh=aim)) for aim in aims],
        tasks=[Task.model_construct(id=task, needs_helper=task in HELPED) for task in tasks],
    )


def _reasons(plan, name):
    entries = [*plan.prescriptions, *plan.considered]
    return next(entry.reasons for entry in entries if entry.intervention == name)


def _chosen(plan):
    return [entry.intervention for entry in plan.prescriptions]


def test_core_alone_when_no_finding_speaks(library, person):
    """Without findings the core stands alone and everything else says why it is not there."""
    record, profile = person({})
    plan = prescribe(profile, record, library=library)

    assert ["resolve"] == _chosen(plan)
    assert "No finding speaks" in _reasons(plan, "aerobic-exercise")[0].text.en
    assert "part of the core" in _reasons(plan, "pain-education")[0].text.en


def test_findings_bring_in_peripheral_work(library, person):
    """A supported peripheral mechanism brings in the treatment that acts on it, with the link shown."""
    record, profile = person({}, verdicts={"motor-control": "supported"})
    plan = prescribe(profile, record, library=library)

    assert ["resolve", "motor-control-exercise"] == _chosen(plan)
    (target,) = plan.prescriptions[1].targets
    assert ("motor-control", "supported", "hypothesis") == (target.mechanism, target.verdict, target.link)


def test_most_findings_first_and_two_at_most(library, person):
    """Two supporting treatments join, those with most support behind them; the third says that two are enough."""
    verdicts = dict.fromkeys(("deconditioning", "low-mood", "threat-beliefs"), "supported") | {
        "motor-control": "possible"
    }
    record, profile = person({}, verdicts=verdicts)
    plan = prescribe(profile, record, library=library)

    assert ["resolve", "aerobic-exercise", "graded-activity"] == sorted(_chosen(plan), key=NAMES.index)
    assert "Two supporting" in _reasons(plan, "motor-control-exercise")[-1].text.en


def test_each_supporting_treatment_meets_a_finding_of_its_own(library, person):
    """Graded activity meets low activity as well as fear, so aerobic exercise adds nothing that is not met."""
    record, profile = person({}, verdicts={"deconditioning": "possible", "threat-beliefs": "supported"})
    plan = prescribe(profile, record, library=library)

    assert ["resolve", "graded-activity"] == _chosen(plan)
    assert "met by another treatment" in _reasons(plan, "aerobic-exercise")[-1].text.en


@pytest.mark.parametrize(
    ("verdicts", "chosen"),
    [
        ({"motor-control": "supported"}, "motor-control-exercise"),
        ({"motor-control": "possible"}, "motor-control-exercise"),
        ({"deconditioning": "supported"}, "aerobic-exercise"),
        ({"threat-beliefs": "supported"}, "graded-activity"),
        ({"threat-beliefs": "supported", "low-self-efficacy": "possible"}, "graded-activity"),
        ({"low-self-efficacy": "possible"}, "mind-body-exercise"),
        ({"poor-sleep": "supported", "anxiety": "possible"}, "mind-body-exercise"),
        ({"low-mood": "supported"}, "aerobic-exercise"),
        ({"anxiety": "supported"}, "slow-breathing"),
    ],
)
def test_findings_decide_between_treatments_of_similar_standing(person, verdicts, chosen):
    """A finding brings in the treatment whose main aim it is, and no second one for the same finding."""
    plan = prescribe(*reversed(person({"preferences_05": 1}, verdicts=verdicts)))

    assert ["resolve", chosen] == _chosen(plan)


def test_the_main_aim_comes_before_the_number_of_findings(person):
    """A treatment that acts on many things does not push out the one made for what was found most clearly."""
    many = ("poor-sleep", "threat-beliefs", "low-self-efficacy", "deconditioning")
    verdicts = {"motor-control": "supported"} | dict.fromkeys(many, "possible")
    plan = prescribe(*reversed(person({"preferences_04": 25}, verdicts=verdicts)))

    assert ["resolve", "motor-control-exercise"] == _chosen(plan)


@pytest.mark.parametrize(("wish", "chosen"), [(1, "graded-activity"), (None, "slow-breathing")])
def test_a_wish_for_exercise_decides_between_equals(person, wish, chosen):
    """Where findings support the main aims of an exercise and of something else, the wish brings the exercise first."""
    verdicts = dict.fromkeys(("anxiety", "threat-beliefs"), "supported")
    answers = {"preferences_04": 25} | ({} if wish is None else {"preferences_05": wish})

    assert ["resolve", chosen] == _chosen(prescribe(*reversed(person(answers, verdicts=verdicts))))


@pytest.mark.parametrize(
    ("available", "minutes"),
    [(60, [30, 10, 20]), (45, [25, 10, 10]), (35, [25, 10]), (20, [10, 10]), (15, [15]), (5, [5])],
)
def test_the_day_is_shared(library, person, available, minutes):
    """The core keeps half of the day's minutes at least; the others get ten or more each, or are left out."""
    record, profile = person(
        {"preferences_04": available}, verdicts={"motor-control": "supported", "deconditioning": "supported"}
    )
    plan = prescribe(profile, record, library=library)

    assert minutes == [entry.dose.home_minutes for entry in plan.prescriptions]


def test_no_room_is_said(library, person):
    """With fifteen minutes a day there is no room beside the core, and the fitted dose says so too."""
    record, profile = person({"preferences_04": 15}, verdicts={"motor-control": "supported"})
    plan = prescribe(profile, record, library=library)

    assert "more daily practice" in _reasons(plan, "motor-control-exercise")[-1].text.en
    assert "fitted" in plan.prescriptions[0].reasons[-1].text.en


def test_the_unwilling_train_in_the_clinic(library, person):
    """Without practice at home findings still bring in what can be done in the clinic."""
    record, profile = person({"preferences_01": 0}, verdicts={"motor-control": "supported"})
    plan = prescribe(profile, record, library=library)

    assert ["resolve", "motor-control-exercise"] == _chosen(plan)
    assert [0.0, 0.0] == [entry.dose.home_minutes for entry in plan.prescriptions]


def test_not_wanting_exercise_is_respected(library, person):
    """A person who does not want extra exercise is not given it, and the plan says so."""
    record, profile = person({"preferences_05": 0}, verdicts={"motor-control": "supported"})
    plan = prescribe(profile, record, library=library)

    assert ["resolve"] == _chosen(plan)
    assert "does not want" in _reasons(plan, "motor-control-exercise")[0].text.en


def test_wanting_exercise_brings_one(library, person):
    """A wish for exercise without findings brings one kind, not all."""
    record, profile = person({"preferences_05": 1})

    assert ["resolve", "aerobic-exercise"] == _chosen(prescribe(profile, record, library=library))


def test_education_is_never_alone(library, person):
    """Where the core is barred, education goes only with exercise."""
    with_exercise = prescribe(*reversed(person({"health-screen_16": 1})), library=library)
    without = prescribe(*reversed(person({"health-screen_16": 1, "preferences_05": 0})), library=library)

    assert ["aerobic-exercise", "graded-activity", "pain-education"] == _chosen(with_exercise)
    assert [] == _chosen(without)
    assert "never given alone" in _reasons(without, "pain-education")[0].text.en
    assert "cannot follow" in _reasons(with_exercise, "resolve")[0].text.en


def test_pacing_modes_are_never_mixed(library, person):
    """Activity by the clock is left out of a plan that symptoms guide."""
    record, profile = person({}, verdicts={"nociceptive": "supported", "deconditioning": "supported"})
    plan = prescribe(profile, record, library=library)

    assert "symptom-guided" == plan.mode
    assert "not mixed" in _reasons(plan, "graded-activity")[0].text.en


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scores=st.fixed_dictionaries({name: st.integers(0, 60) for name in MODIFIERS}))
def test_no_baseline_score_selects_or_refuses_the_core(library, person, scores):
    """Law: whatever the eight candidate modifiers say, the core stays, and cites the analysis."""
    panel = [
        Measure(
            id=name,
            book=name,
            session_id="ses-w00",
            title=Text(en=name, zh=name),
            value=value,
            scale={"better": "low"},
            origin="scored",
        )
        for name, value in scores.items()
    ]
    record, profile = person({}, panel=panel)
    plan = prescribe(profile, record, library=library)

    assert "resolve" == plan.prescriptions[0].intervention
    assert "venter-2026" in plan.prescriptions[0].reasons[0].references


verdicts = st.dictionaries(
    st.sampled_from(["motor-control", "deconditioning", "threat-beliefs", "nociceptive", "low-mood"]),
    st.sampled_from(["supported", "possible", "not supported", "cannot say"]),
)
answers = st.dictionaries(
    st.sampled_from(["preferences_01", "preferences_04", "preferences_05", "health-screen_16", "red-flags_01"]),
    st.integers(0, 2),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(verdicts=verdicts, answers=answers)
def test_every_treatment_is_in_the_plan_once(library, person, verdicts, answers):
    """Law: prescribed or considered, each once, each with a reason; the day's practice stays within its bound."""
    record, profile = person(answers, verdicts=verdicts)
    plan = prescribe(profile, record, library=library)
    entries = [*plan.prescriptions, *plan.considered]

    assert sorted(NAMES) == sorted(entry.intervention for entry in entries)
    assert all(entry.reasons for entry in entries)
    assert sum(entry.dose.home_minutes or 0 for entry in plan.prescriptions) <= min(
        60, answers.get("preferences_04", 60)
    )


def test_refer_considers_everything_and_prescribes_nothing(library, person):
    """A red flag leaves no prescription and no pacing."""
    record, profile = person({"red-flags_01": 1})
    plan = prescribe(profile, record, library=library)

    assert Status.REFER is plan.status
    assert (None, ()) == (plan.mode, plan.prescriptions)
    assert {"Referral first: a safety rule holds."} == {entry.reasons[0].text.en for entry in plan.considered}


def test_no_helper_keeps_touch_training_in_the_clinic(library, person):
    """Tasks that need a second pair of hands are marked when there is no helper at home."""
    record, profile = person({"preferences_02": 0})
    (core,) = prescribe(profile, record, library=library).prescriptions

    assert "tactile-localisation-training" in core.clinic_only_tasks
    assert "left-right-judgement" not in core.clinic_only_tasks


def test_the_plan_knows_because_of_what(library, person):
    """Books with version, edition, and the observations used are named."""
    record, profile = person({"red-flags_01": 0, "preferences_04": 30, "frebaq_01": 2})
    because = prescribe(profile, record, library=library).because

    assert library.edition == because.edition
    assert "interventions/resolve@2" in because.books
    assert {"ses-w00/red-flags_01", "ses-w00/preferences_04"} <= set(because.observations)
    assert "ses-w00/frebaq_01" not in because.observations


def test_supporting_treatments_share_the_visits_of_the_core(person):
    """Beside the core a supporting treatment adds no visit to the clinic, and the plan says so."""
    record, profile = person({}, verdicts={"motor-control": "supported", "threat-beliefs": "supported"})
    core, *others = prescribe(profile, record).prescriptions

    assert 2 == len(others)
    assert {(core.dose.clinic_per_week, None)} == {
        (entry.dose.clinic_per_week, entry.dose.clinic_minutes) for entry in others
    }
    assert all("adds none" in entry.reasons[-1].text.en for entry in others)


def test_a_fracture_leaves_no_training_and_no_pacing(person):
    """After a recent spinal fracture nothing is prescribed, and nothing tells the person to go by the clock."""
    plan = prescribe(*reversed(person({"health-screen_19": 1})))

    assert ((), None, None) == (plan.prescriptions, plan.mode, plan.mode_reason)


DECISION = {"treatment-decisions_02": "AB", "treatment-decisions_03": "why", "treatment-decisions_04": 1}


def _roles(plan):
    return {entry.intervention: entry.role for entry in (*plan.prescriptions, *plan.considered)}


def test_research_only_needs_a_recorded_decision(person):
    """Without the decision nothing of research is given; with it, it is given as such, on those observations."""
    findings = {"cortical-map": "supported"}
    without = prescribe(*reversed(person({}, verdicts=findings)))
    decided = prescribe(*reversed(person(DECISION | {"treatment-decisions_01": "tdcs-m1"}, verdicts=findings)))
    (chosen,) = [entry for entry in decided.prescriptions if entry.role is Role.RESEARCH_ONLY]

    assert Role.RESEARCH_ONLY is _roles(without)["tdcs-m1"]
    assert "tdcs-m1" not in _chosen(without)
    assert "tdcs-m1" == chosen.intervention
    assert any("ses-w00/treatment-decisions_01" in reason.because for reason in chosen.reasons)
    assert chosen.conflicts
    assert "ses-w00/treatment-decisions_04" in decided.because.observations


def test_a_research_treatment_keeps_its_own_visits(person):
    """A course of stimulation is not thinned to the visits of the core."""
    plan = prescribe(*reversed(person(DECISION | {"treatment-decisions_01": "tdcs-m1"})))
    dose = Library.packaged().intervention("tdcs-m1").dose

    assert dose.clinic_per_week == plan.prescriptions[-1].dose.clinic_per_week
    assert dose.clinic_per_week == plan.burden.clinic_visits


def test_a_sham_is_never_prescribed(person):
    """A decision that names a comparator of trials changes nothing."""
    plan = prescribe(*reversed(person(DECISION | {"treatment-decisions_01": "sham-laser"})))

    assert "sham-laser" not in _chosen(plan)
    assert Role.NOT_RECOMMENDED is _roles(plan)["sham-laser"]


def test_a_decision_on_nothing_known_is_said(person):
    """A misspelt id in a decision does not pass in silence."""
    plan = prescribe(*reversed(person(DECISION | {"treatment-decisions_01": "tdcs-m2"})))

    assert any("check its id" in reason.text.en for reason in plan.status_reasons)


def test_manual_treatment_is_never_alone(person):
    """Hands-on treatment goes with the core or with exercise, and otherwise not at all."""
    hands = {"nociceptive": "supported"}
    beside = prescribe(*reversed(person({"preferences_05": 0}, verdicts=hands)))
    alone = prescribe(*reversed(person({"preferences_05": 0, "clinic-resources_01": 0}, verdicts=hands)))

    assert "spinal-mobilisation" in _chosen(beside)
    assert [] == _chosen(alone)
    assert "never given alone" in _reasons(alone, "spinal-mobilisation")[-1].text.en


def test_exercise_comes_first_where_the_core_is_not_possible(person):
    """Where nobody can give the core, exercise takes its place before anything else joins."""
    plan = prescribe(*reversed(person({"clinic-resources_01": 0}, verdicts={"nociceptive": "supported"})))

    assert Role.NOT_FEASIBLE is _roles(plan)["resolve"]
    assert "exercise" == Library.packaged().intervention(_chosen(plan)[0]).family


def test_too_many_visits_are_left_out(library, shelve, person):
    """What asks for more visits than the bound is an adjunct that is not chosen, with the reason."""
    dose = Dose(weeks=6, clinic_per_week=6, clinic_minutes=30, reference="backloop-convention", verified=False)
    books = [
        book.model_copy(update={"dose": dose}) if book.id == "motor-control-exercise" else book
        for book in library.shelf("interventions").values()
    ]
    shelves = {name: library.shelf(name).values() for name in ("mechanisms", "tasks")}
    record, profile = person({}, verdicts={"motor-control": "supported"})
    plan = prescribe(profile, record, library=shelve(interventions=books, **shelves))

    assert Role.ADJUNCT is _roles(plan)["motor-control-exercise"]
    assert "more visits" in _reasons(plan, "motor-control-exercise")[-1].text.en


def test_the_burden_is_added_up(library, person):
    """Visits count once where treatments share them; home practice is summed over the week and stays in its bound."""
    record, profile = person({"preferences_04": 45}, verdicts={"motor-control": "supported"})
    plan = prescribe(profile, record, library=library)
    core, other = (entry.dose for entry in plan.prescriptions)

    assert core.clinic_per_week == other.clinic_per_week == plan.burden.clinic_visits
    assert core.home_per_week * core.home_minutes + 3 * other.home_minutes == plan.burden.home_minutes
    assert 45 * 7 == plan.burden.most_home_minutes


def test_amounts_no_source_states_are_named(person):
    """A treatment whose minutes at home are open is in no sum, and the burden says so."""
    plan = prescribe(*reversed(person({}, verdicts={"threat-beliefs": "supported"})))
    open_titles = {title.en for title in plan.burden.not_stated}

    assert "graded-activity" in _chosen(plan)
    assert Library.packaged().intervention("graded-activity").title.en in open_titles
    assert "no source states" in plan.burden.text.en

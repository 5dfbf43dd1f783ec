"""What every treatment promises: dose below its ceilings, harms, limits, evidence with direction, honest silence."""

import re

import pytest

from backloop.library import GUIDELINE_BODIES, Intervention, Library

LIBRARY = Library.packaged()
SHELF = LIBRARY.shelf("interventions")
CEILINGS = {
    "clinic_per_week": "ceiling_clinic_per_week",
    "home_per_week": "ceiling_home_per_week",
    "clinic_minutes": "ceiling_minutes_per_session",
    "home_minutes": "ceiling_minutes_per_session",
    "sessions": "ceiling_sessions",
}
YEARS = dict(zip(GUIDELINE_BODIES, (2023, 2016, 2017, 2021, 2019), strict=True))
STAGED = sorted(name for name, each in SHELF.items() if each.stages)
OFFERED = sorted(name for name, each in SHELF.items() if each.role != "sham")
EXERCISE = sorted(name for name, each in SHELF.items() if each.family in {"sensorimotor", "exercise"})
GROWING = sorted(name for name in STAGED if SHELF[name].family in {"exercise", "breathing"})
# How the words of a comparator show its kind; several kinds stand with the first that is named.
KINDS_IN_WORDS = {
    "no treatment": r"^(no |minimal|control$|an education book|education alone against control|placebo, sham or no "
    r"|the same people before|its own start|touch before)",
    "sham": r"sham|placebo|light massage|fewer sessions|did not follow|beside the points|low resistance|another ankle",
    "usual care": r"^(usual care|standard management)",
    "other treatment": r"manual therapy|other|exercise|physical therapy|physiotherapy|treatments?|resolve|stimulation"
    r"|same training|comparison groups|graded exposure|active or inactive|not stated",
    "added on": r"same|alone|either|without|both arms|education and advice|sham stimulation|with (sham|usual care)",
}
# Baseline scores that one exploratory analysis tried as effect modifiers; none may select or exclude (venter-2026).
MODIFIERS = ("tsk", "bbq", "frebaq", "pseq", "pcs", "nrs", "rmdq", "odi")


@pytest.fixture(params=sorted(SHELF))
def book(request) -> Intervention:
    """Open one treatment after the other."""
    return SHELF[request.param]


@pytest.fixture(params=STAGED)
def staged(request) -> Intervention:
    """Open one treatment after the other that is given in stages."""
    return SHELF[request.param]


def _roles(role: str) -> list[str]:
    return sorted(name for name, each in SHELF.items() if each.role == role)


def test_it_acts_on_mechanisms_that_exist(book):
    """Every link leads to a mechanism of the library; only a sham is meant to act on none."""
    assert book.acts_on or book.role == "sham"
    assert set() == {link.mechanism for link in book.acts_on} - set(LIBRARY.shelf("mechanisms"))


def test_no_link_is_claimed_as_shown(book):
    """No treatment here has been shown to work through its mechanism; better than a hypothesis needs a read source."""
    claims = [link for link in book.acts_on if link.link != "hypothesis"]

    assert {"supported"} >= {link.link for link in claims}
    assert all(link.verified for link in claims)


def test_stages_stand_on_strands_and_tasks_that_exist(staged):
    """A stage belongs to a strand of its book and names tasks of the library."""
    assert {stage.strand for stage in staged.stages} == {strand.id for strand in staged.strands}
    assert set() == {task for stage in staged.stages for task in stage.tasks} - set(LIBRARY.shelf("tasks"))


def test_stages_have_ids_of_their_own(staged):
    """A stage can be named in a programme."""
    ids = [stage.id for stage in staged.stages]

    assert sorted(set(ids)) == sorted(ids)


def test_stages_lie_within_the_programme(staged):
    """No stage begins before the first week, ends before it begins, or outlasts the dose."""
    assert [] == [stage.id for stage in staged.stages if not 1 <= stage.weeks[0] <= stage.weeks[1] <= staged.dose.weeks]


def test_no_week_is_empty(staged):
    """Every week of the programme has something to do."""
    weeks = {week for stage in staged.stages for week in range(stage.weeks[0], stage.weeks[1] + 1)}

    assert set(range(1, staged.dose.weeks + 1)) == weeks


def test_a_strand_moves_forward(staged):
    """Within a strand, stages stand in the order of their weeks."""
    for strand in staged.strands:
        begins = [stage.weeks[0] for stage in staged.stages if stage.strand == strand.id]

        assert sorted(begins) == begins


def test_an_unread_week_is_not_called_verified(staged):
    """No source that was read gives the week of a stage; each says so."""
    assert [] == [stage.id for stage in staged.stages if stage.weeks_verified]


def test_an_adapted_stage_names_its_neighbour(staged):
    """What is borrowed from another trial says from which; what is ours says that it is ours."""
    own = {"backloop-convention", "backloop-unverified", "acsm-guidelines"}
    borrowed = {stage.reference for stage in staged.stages if stage.provenance != "convention"}
    ours = {stage.reference for stage in staged.stages if stage.provenance == "convention"}

    assert set() == borrowed & own
    assert ours <= own


def test_the_dose_stays_below_its_ceilings(book):
    """Every amount that is stated has a ceiling, and none passes it."""
    for amount, ceiling in CEILINGS.items():
        value, limit = getattr(book.dose, amount), getattr(book.dose, ceiling)

        assert value is None or (limit is not None and value <= limit)


@pytest.mark.parametrize("name", GROWING)
def test_exercise_and_breathing_say_how_amounts_grow(name):
    """Where a body is trained, an amount grows, and the book says from where to where."""
    assert SHELF[name].progressions


def test_no_progression_begins_above_its_ceiling(book):
    """An amount starts at or below its ceiling and can reach it; a ceiling of minutes is within that of the dose."""
    for each in book.progressions:
        assert each.start <= each.ceiling
        assert each.step > 0 or each.start == each.ceiling
        if each.unit.en == "min" and book.dose.ceiling_minutes_per_session is not None:
            assert each.ceiling <= book.dose.ceiling_minutes_per_session


def test_progressions_have_ids_of_their_own(book):
    """A diary can name the amount that it writes down."""
    ids = [each.id for each in book.progressions]

    assert sorted(set(ids)) == sorted(ids)


def test_the_dose_says_what_was_not_read(book):
    """A dose that is not fully from its source tells which part is not."""
    assert book.dose.verified or book.dose.note


def test_evidence_has_direction_comparator_and_certainty(book):
    """No effect stands without what it was compared with and who rated it."""
    for row in book.evidence:
        assert row.direction
        assert row.comparator.en
        assert (row.certainty == "unrated") == (row.rated_by.en == "not rated")


def test_the_kind_of_comparison_agrees_with_its_words(book):
    """What a row compares with, by kind, is what its comparator says in words."""
    for row in book.evidence:
        assert re.search(KINDS_IN_WORDS[row.versus], row.comparator.en), row.comparator.en


def test_a_change_within_one_group_has_no_effect_size(book):
    """What changed in the same people, with or without another group beside them, is told in words only."""
    assert [] == [row for row in book.evidence if row.design == "uncontrolled" and row.effect is not None]


def test_effects_agree_with_their_direction(book):
    """An interval that holds no effect is no finding; one that does not points the way its sign says."""
    for row in (row for row in book.evidence if row.low is not None and row.high is not None):
        good = "for" if (row.effect < 0) == (row.better == "low") else "against"

        assert row.low <= row.effect <= row.high
        assert row.direction == ("no difference" if row.low <= 0 <= row.high else good)


def test_a_number_says_what_kind_it_is(book):
    """A value has a metric, a mean difference has the width of its scale, and words have neither value nor interval."""
    for row in book.evidence:
        assert (row.metric is None) == (row.effect is None)
        assert row.metric != "MD" or row.points
        assert row.effect is not None or (row.low is None and row.high is None)


@pytest.mark.parametrize("name", OFFERED)
def test_evidence_against_or_without_difference_is_told(name):
    """A book that lists good news only is not finished."""
    assert {row.direction for row in SHELF[name].evidence} & {"against", "no difference", "conflicting"}
    assert SHELF[name].conflicts


def test_every_treatment_is_held_against_the_same_guidelines(book):
    """Each of the five bodies has a line, with its year, also where it is silent or was not seen."""
    assert set(GUIDELINE_BODIES) <= {line.body for line in book.guidelines}
    assert [] == [line.body for line in book.guidelines if YEARS.get(line.body, line.year) != line.year]


def test_silence_of_a_guideline_is_not_a_grade(book):
    """No recommendation was read as such; not found was not read; neither has a strength or a certainty."""
    for line in (line for line in book.guidelines if line.direction in {"no recommendation", "not found"}):
        assert ("not stated", "unrated") == (line.strength, line.certainty)
        assert line.verified == (line.direction == "no recommendation")


def test_guidelines_have_strength_and_direction(book):
    """A guideline's strength never stands in for its direction."""
    assert book.guidelines
    assert all(row.direction and row.strength and row.statement.en for row in book.guidelines)


def test_harms_and_limits_are_told(book):
    """Every treatment tells of harm, of what to watch, of when to stop, and of when not to begin."""
    assert book.harms
    assert book.monitoring
    assert book.stop_rules
    assert book.contraindications


def test_every_limit_asks_the_health_questions(book):
    """A contraindication is a question that the record can answer."""
    screens = ("health-screen_", "red-flags_", "neuro-exam", "peripheral-exam_07", "tms-screen")
    asked = {name for limit in book.contraindications for name in limit.when.ids()}

    assert asked
    assert [] == [name for name in asked if not name.startswith(screens)]


def test_every_need_asks_the_clinic(book):
    """What a treatment needs is a question to the clinic's own worksheet, and silence is no yes."""
    asked = {name for need in book.needs for name in need.when.ids()}

    assert [] == [name for name in asked if not name.startswith("clinic-resources_")]
    assert set() == {need.when.judge({}.get) for need in book.needs} - {None}


def test_no_limit_is_lifted_by_silence(book):
    """With nothing answered, no contraindication is known to be absent."""
    assert {None} == {limit.when.judge({}.get) for limit in book.contraindications}


def test_effect_modifiers_never_select_or_exclude(book):
    """One exploratory analysis of one trial decides about nobody."""
    asked = {name for limit in book.contraindications for name in limit.when.ids()}

    assert [] == [name for name in asked if name.startswith(MODIFIERS)]


def test_silence_of_the_source_shows(book):
    """A descriptive field without words is not called verified, and says that nothing was found."""
    fields = [getattr(book.tidier, name) for name in type(book.tidier).model_fields]

    assert [] == [field for field in fields if field.text is None and (field.verified or not field.note)]


@pytest.mark.parametrize("name", [*_roles("research-only"), *_roles("not recommended"), *_roles("sham")])
def test_a_role_below_support_says_why(name):
    """What is not simply offered tells in words why not."""
    assert SHELF[name].role_reason.text


@pytest.mark.parametrize("name", _roles("research-only"))
def test_research_only_rests_on_evidence_against_or_conflicting(name):
    """A treatment is kept to research because results or guidelines are against it or disagree."""
    lines = (*SHELF[name].evidence, *SHELF[name].guidelines)

    assert SHELF[name].conflicts
    assert {line.direction for line in lines} & {"against", "conflicting", "no difference"}


@pytest.mark.parametrize("name", _roles("not recommended"))
def test_not_recommended_rests_on_a_guideline(name):
    """A guideline is against it, and neither the WHO nor NICE is for it."""
    lines = SHELF[name].guidelines

    assert "against" in {line.direction for line in lines}
    assert [] == [line.body for line in lines if line.body in {"WHO", "NICE NG59"} and line.direction == "for"]


@pytest.mark.parametrize("name", _roles("sham"))
def test_a_sham_is_never_commended(name):
    """A comparator of trials has nothing said for it."""
    book = SHELF[name]

    assert "sham" == book.family
    assert [] == [line for line in (*book.evidence, *book.guidelines) if line.direction == "for"]


@pytest.mark.parametrize("name", sorted(name for name, each in SHELF.items() if each.family == "manual"))
def test_hands_on_treatment_is_never_alone(name):
    """NICE allows it only in a package with exercise."""
    assert SHELF[name].never_alone


def test_resolve_leads_with_its_primary_outcome():
    """The first row is the registered primary outcome; the null result at a year stands beside it."""
    first, second = SHELF["resolve"].evidence[:2]

    assert ("NRS 0-10", -1.0, -1.5, -0.4, 261, 18) == (
        first.measure.en,
        first.effect,
        first.low,
        first.high,
        first.n,
        first.weeks,
    )
    assert ("NRS 0-10", 52, "no difference") == (second.measure.en, second.weeks, second.direction)


def test_resolve_has_its_three_strands():
    """Education, pre-movement and movement, in the trial's own words."""
    assert ["education", "pre-movement", "movement"] == [strand.id for strand in SHELF["resolve"].strands]


def test_pain_education_is_never_alone():
    """Alone it did not help; a plan must not offer it alone."""
    assert SHELF["pain-education"].never_alone
    assert "component" == SHELF["pain-education"].role


def test_graded_activity_starts_at_seventy_percent():
    """The first quota is 70 % of the baseline mean, as read in its source."""
    stage = next(stage for stage in SHELF["graded-activity"].stages if stage.id == "first-quota")

    assert "70 %" in stage.title.en
    assert ("lambeek-2007", True) == (stage.reference, stage.verified)


def test_graded_activity_grows_from_seventy_percent():
    """Where no goal is agreed the quota starts at 0.7 of the baseline mean, as the stage says."""
    (quota,) = SHELF["graded-activity"].progressions

    assert (0.7, True, "share") == (quota.start, quota.of_baseline, quota.grows_by)


def test_steps_grow_no_further_than_the_trial_went():
    """The pedometer trial took people from their own baseline to 59 % more."""
    steps = next(each for each in SHELF["aerobic-exercise"].progressions if each.id == "steps")

    assert (1, 1.6, True) == (steps.start, steps.ceiling, steps.of_baseline)


def test_postural_training_is_kept_to_research():
    """By itself it changed nothing in the trials that were read, and the large effect is one tiny trial's."""
    book = SHELF["postural-training"]

    assert "research-only" == book.role
    assert {"no difference"} == {row.direction for row in book.evidence if row.domain == "pain" and not row.given}


@pytest.mark.parametrize("name", sorted(name for name, each in SHELF.items() if each.family == "breathing"))
def test_breathing_goes_with_something_else(name):
    """No guideline names breathing exercise by itself, so a plan must not offer it alone."""
    assert SHELF[name].never_alone
    assert [] == [line.body for line in SHELF[name].guidelines if line.direction == "for"]


def test_aerobic_exercise_tells_the_bdnf_story_straight():
    """The trial cited for aerobic exercise and BDNF is of resistance training."""
    book = SHELF["aerobic-exercise"]

    assert any("resistance training" in text.en for text in book.conflicts)
    assert {"hypothesis"} == {link.link for link in book.acts_on if link.mechanism == "mesolimbic"}


def test_no_treatment_sets_a_limit_of_pain(book):
    """How much pain is acceptable follows the pacing of the plan, so no dose, stage, step or stop rule says it."""
    texts = [book.dose.intensity, book.dose.progression, *book.stop_rules, book.tidier.progression_rule.text]
    texts += [words for stage in book.stages for words in (stage.clinic, stage.home, stage.move_on)]
    texts += [words for each in book.progressions for words in (each.advance, each.hold, each.back)]

    assert [] == [words.en for words in texts if words and re.search(r"[Pp]ain[^.;]*\d+ of 10", words.en)]


def test_every_book_says_when_to_go_to_hospital_at_once(book):
    """The signs of a cauda equina in danger stand in every book, in one wording, so a letter says them once."""
    assert SHELF["resolve"].stop_rules[0] in book.stop_rules


@pytest.mark.parametrize("name", EXERCISE)
def test_every_exercise_says_the_same_about_nerves(name):
    """The signs of a nerve in danger are told in one wording, so a letter says them once."""
    assert set(SHELF["resolve"].stop_rules[:2]) <= set(SHELF[name].stop_rules)


@pytest.mark.parametrize("name", EXERCISE)
@pytest.mark.parametrize("item", ["health-screen_02", "health-screen_07"])
def test_chest_pain_and_pregnancy_are_asked_before_every_exercise(name, item):
    """Nobody with chest pain, and nobody pregnant, is given exercise without a word about it."""
    assert any(item in limit.when.ids() for limit in SHELF[name].contraindications)

"""What every treatment promises: dose below its ceilings, harms, limits, evidence with direction, honest silence."""

import re

import pytest

from backloop.library import Intervention, Library

LIBRARY = Library.packaged()
SHELF = LIBRARY.shelf("interventions")
CEILINGS = {
    "clinic_per_week": "ceiling_clinic_per_week",
    "home_per_week": "ceiling_home_per_week",
    "clinic_minutes": "ceiling_minutes_per_session",
    "home_minutes": "ceiling_minutes_per_session",
}
# Baseline scores that one exploratory analysis tried as effect modifiers; none may select or exclude (venter-2026).
EXERCISE = [name for name, each in SHELF.items() if "periphery" in each.targets]
MODIFIERS = ("tsk", "bbq", "frebaq", "pseq", "pcs", "nrs", "rmdq", "odi")


@pytest.fixture(params=sorted(SHELF))
def book(request) -> Intervention:
    """Open one treatment after the other."""
    return SHELF[request.param]


def test_it_acts_on_mechanisms_that_exist(book):
    """Every link leads to a mechanism of the library."""
    assert book.acts_on
    assert set() == {link.mechanism for link in book.acts_on} - set(LIBRARY.shelf("mechanisms"))


def test_no_link_is_claimed_as_shown(book):
    """No treatment here has been shown to work through its mechanism; better than a hypothesis needs a read source."""
    claims = [link for link in book.acts_on if link.link != "hypothesis"]

    assert {"supported"} >= {link.link for link in claims}
    assert all(link.verified for link in claims)


def test_stages_stand_on_strands_and_tasks_that_exist(book):
    """A stage belongs to a strand of its book and names tasks of the library."""
    assert {stage.strand for stage in book.stages} == {strand.id for strand in book.strands}
    assert set() == {task for stage in book.stages for task in stage.tasks} - set(LIBRARY.shelf("tasks"))


def test_stages_have_ids_of_their_own(book):
    """A stage can be named in a programme."""
    ids = [stage.id for stage in book.stages]

    assert sorted(set(ids)) == sorted(ids)


def test_stages_lie_within_the_programme(book):
    """No stage begins before the first week, ends before it begins, or outlasts the dose."""
    assert [] == [stage.id for stage in book.stages if not 1 <= stage.weeks[0] <= stage.weeks[1] <= book.dose.weeks]


def test_no_week_is_empty(book):
    """Every week of the programme has something to do."""
    weeks = {week for stage in book.stages for week in range(stage.weeks[0], stage.weeks[1] + 1)}

    assert set(range(1, book.dose.weeks + 1)) == weeks


def test_a_strand_moves_forward(book):
    """Within a strand, stages stand in the order of their weeks."""
    for strand in book.strands:
        begins = [stage.weeks[0] for stage in book.stages if stage.strand == strand.id]

        assert sorted(begins) == begins


def test_an_unread_week_is_not_called_verified(book):
    """No source that was read gives the week of a stage; each says so."""
    assert [] == [stage.id for stage in book.stages if stage.weeks_verified]


def test_an_adapted_stage_names_its_neighbour(book):
    """What is borrowed from another trial says from which; what is ours says that it is ours."""
    own = {"backloop-convention", "backloop-unverified", "acsm-guidelines"}
    borrowed = {stage.reference for stage in book.stages if stage.provenance != "convention"}
    ours = {stage.reference for stage in book.stages if stage.provenance == "convention"}

    assert set() == borrowed & own
    assert ours <= own


def test_the_dose_stays_below_its_ceilings(book):
    """Every amount has a ceiling, and none passes it."""
    for amount, ceiling in CEILINGS.items():
        limit = getattr(book.dose, ceiling)

        assert limit is not None
        assert (getattr(book.dose, amount) or 0) <= limit


def test_the_dose_says_what_was_not_read(book):
    """A dose that is not fully from its source tells which part is not."""
    assert book.dose.verified or book.dose.note


def test_evidence_has_direction_comparator_and_certainty(book):
    """No effect stands without what it was compared with and who rated it."""
    for row in book.evidence:
        assert row.direction
        assert row.comparator.en
        assert (row.certainty == "unrated") == (row.rated_by.en == "not rated")


def test_effects_agree_with_their_direction(book):
    """An interval that holds no effect is not a finding for the treatment, and one that does not is not "none"."""
    for row in (row for row in book.evidence if row.low is not None and row.high is not None):
        crosses = row.low <= 0 <= row.high

        assert row.low <= row.effect <= row.high
        assert crosses == (row.direction == "no difference")


def test_evidence_against_or_without_difference_is_told(book):
    """A book that lists good news only is not finished."""
    assert {row.direction for row in book.evidence} & {"against", "no difference", "conflicting"}
    assert book.conflicts


def test_guidelines_have_strength_and_direction(book):
    """A guideline's strength never stands in for its direction."""
    assert book.guidelines
    assert all(row.direction and row.strength and row.statement.en for row in book.guidelines)


def test_harms_and_limits_are_told(book):
    """Every treatment tells of harm, of when to stop, and of when not to begin."""
    assert book.harms
    assert book.stop_rules
    assert book.contraindications


def test_every_limit_asks_the_health_questions(book):
    """A contraindication is a question that the record can answer."""
    screens = ("health-screen_", "red-flags_", "neuro-exam")
    asked = {name for limit in book.contraindications for name in limit.when.ids()}

    assert asked
    assert [] == [name for name in asked if not name.startswith(screens)]


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


def test_aerobic_exercise_tells_the_bdnf_story_straight():
    """The trial cited for aerobic exercise and BDNF is of resistance training."""
    book = SHELF["aerobic-exercise"]

    assert any("resistance training" in text.en for text in book.conflicts)
    assert {"hypothesis"} == {link.link for link in book.acts_on if link.mechanism == "mesolimbic"}


def test_no_treatment_sets_a_limit_of_pain(book):
    """How much pain is acceptable follows the pacing of the plan, so no dose, stage or stop rule of a book says it."""
    texts = [book.dose.intensity, book.dose.progression, *book.stop_rules, book.tidier.progression_rule.text]
    texts += [words for stage in book.stages for words in (stage.clinic, stage.home, stage.move_on)]

    assert [] == [words.en for words in texts if words and re.search(r"[Pp]ain[^.;]*\d+ of 10", words.en)]


@pytest.mark.parametrize("name", EXERCISE)
def test_every_exercise_says_the_same_about_nerves(name):
    """The signs of a nerve in danger are told in one wording, so a letter says them once."""
    assert set(SHELF["resolve"].stop_rules[:2]) <= set(SHELF[name].stop_rules)


@pytest.mark.parametrize("name", EXERCISE)
@pytest.mark.parametrize("item", ["health-screen_02", "health-screen_07"])
def test_chest_pain_and_pregnancy_are_asked_before_every_exercise(name, item):
    """Nobody with chest pain, and nobody pregnant, is given exercise without a word about it."""
    assert any(item in limit.when.ids() for limit in SHELF[name].contraindications)

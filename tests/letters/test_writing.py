"""Letters: self-contained, for everybody to read, urgent things first, nothing a person wrote is run."""

import pytest

from backloop.errors import NothingToRead, UnknownReader
from backloop.letters import letter
from backloop.letters.wording import Words, read_words
from backloop.library import Library
from backloop.plan import Role
from backloop.record import make_person
from backloop.units import Text

READERS = [(reader, lang) for reader in ("patient", "clinician") for lang in ("en", "zh")]


@pytest.fixture
def everything(measures, profile, plan, programme, course):
    """All five nouns a letter can be about."""
    return [measures, profile, plan, programme, course]


@pytest.mark.parametrize(("reader", "lang"), READERS)
def test_a_whole_letter_shuts_nobody_out(everything, page, reader, lang):
    """Structure, names, alternatives and self-containedness hold for every reader and language."""
    assert [] == page(letter(everything, reader=reader, lang=lang)).faults()


@pytest.mark.parametrize(("reader", "lang"), READERS)
def test_any_noun_makes_a_letter(everything, page, reader, lang):
    """A letter may be about one noun alone."""
    for noun in everything:
        assert [] == page(letter(noun, reader=reader, lang=lang)).faults()


@pytest.mark.parametrize(("reader", "lang"), READERS)
@pytest.mark.parametrize("which", ["plan_refer", "plan_cannot_say"])
def test_letters_that_hold_back_shut_nobody_out(request, profile, page, which, reader, lang):
    """A letter that refers or is provisional is as readable as any other."""
    assert [] == page(letter([profile, request.getfixturevalue(which)], reader=reader, lang=lang)).faults()


def test_the_order_of_the_nouns_does_not_matter(everything):
    """The same nouns in another order make the same letter."""
    assert letter(everything) == letter(list(reversed(everything)))


@pytest.mark.parametrize(("reader", "lang"), READERS)
def test_what_a_person_wrote_is_shown_and_never_run(plan, page, reader, lang):
    """A goal with markup in it appears as the words that were written."""
    made = page(letter(plan, reader=reader, lang=lang))

    assert "play <script>alert('x')</script> & garden" in made.text
    assert [] == made.all("script")


def test_what_a_person_wrote_is_not_run_in_the_weeks(programme, page):
    """The activities of the weekly amounts are a person's words too."""
    quota = programme.weeks[0].quotas[0].model_copy(update={"activity": "<b onclick=x>dig</b>"})
    week = programme.weeks[0].model_copy(update={"quotas": (quota,)})

    made = page(letter(programme.model_copy(update={"weeks": (week,)})))

    assert "<b onclick=x>dig</b>: 15 min" in made.text
    assert [] == made.all("b")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_made_up_person_is_marked(profile, lang):
    """A letter about somebody who does not exist says so, and only such a letter does."""
    mark = Words(lang)("page.made-up")

    assert mark in letter(profile, lang=lang)
    assert mark not in letter(profile.model_copy(update={"is_made_up": False}), lang=lang)


def test_a_referral_comes_before_everything(profile, plan_refer, page):
    """What to do now leads, the most urgent alert first; no training is offered, and nothing says the back is safe."""
    text = page(letter([profile, plan_refer])).text

    today, weeks = text.index("Please do this today"), text.index("Please arrange this within the next weeks")
    assert today < weeks < text.index("We do not suggest any training yet.")
    assert "What we suggest" not in text
    assert "What we found" not in text


def test_a_clinician_sees_alerts_first(measures, plan_refer, page):
    """Status and alerts stand before the measures, the emergency before the rest."""
    text = page(letter([measures, plan_refer], reader="clinician")).text

    assert text.index("refer") < text.index("same day") < text.index("within weeks") < text.index("Measures")


def test_an_open_question_is_named(plan_cannot_say, page):
    """A provisional plan says that it is provisional and what must be asked, cautions included."""
    text = page(letter(plan_cannot_say)).text

    assert "This plan is not final yet." in text
    assert Library.packaged().instrument("frebaq").items[0].topic.en in text
    assert "Skin problem on the back" in text


@pytest.mark.parametrize(
    ("lang", "title"), [("en", "Neurological examination of the legs"), ("zh", "下肢神经系统检查")]
)
def test_a_patient_is_not_asked_what_a_clinician_examines(plan_cannot_say, page, lang, title):
    """What needs an examination is named once as a whole; the health questions are put in plain words."""
    (alert,), (entry,) = plan_cannot_say.alerts, plan_cannot_say.prescriptions
    examined = alert.model_copy(update={"unanswered": ("neuro-exam_03", "neuro-exam_07")})
    cautions = (
        entry.cautions[0].model_copy(update={"unanswered": ("neuro-exam",)}),
        entry.cautions[0].model_copy(update={"unanswered": ("health-screen_15",)}),
    )
    entry = entry.model_copy(update={"cautions": cautions})
    plan = plan_cannot_say.model_copy(update={"alerts": (examined,), "prescriptions": (entry,)})
    text = page(letter(plan, lang=lang)).text

    assert 1 == text.count(title)
    assert "MRC" not in text
    assert getattr(Library.packaged().instrument("health-screen").items[14].topic, lang) in text


def test_a_weak_sign_does_not_soften_a_referral(plan_refer, page):
    """Where a referral comes first, the patient is not told at the same time that something can wait."""
    weak = plan_refer.alerts[0].model_copy(update={"urgency": "review"})
    plan = plan_refer.model_copy(update={"alerts": (weak, plan_refer.alerts[1])})

    assert "at your next visit" not in page(letter(plan)).text
    assert "at the next visit" in page(letter(plan, reader="clinician")).text


def test_a_plan_without_treatment_says_so(plan, page):
    """Where nothing is suggested the patient reads that, and no pacing."""
    text = page(letter(plan.model_copy(update={"prescriptions": (), "mode": None, "mode_reason": None}))).text

    assert "For now we do not suggest any training." in text
    assert "Go by the plan" not in text


def test_shared_visits_and_no_practice_are_said(plan, page):
    """Two treatments in one visit are no two visits, and no practice at home is called none."""
    (entry,) = plan.prescriptions
    idle = entry.model_copy(update={"dose": entry.dose.model_copy(update={"home_per_week": 0, "home_minutes": 0})})

    assert "You do not need extra visits" not in page(letter(plan)).text
    text = page(letter(plan.model_copy(update={"prescriptions": (idle, idle)}))).text
    assert "You do not need extra visits" in text
    assert "0 × a week" not in text


def test_a_provisional_plan_says_so_to_the_clinician(plan_cannot_say, programme, page):
    """The clinician reads provisional at the plan and at the calendar."""
    calendar = programme.model_copy(update={"is_provisional": True})

    text = page(letter([plan_cannot_say, calendar], reader="clinician")).text

    assert text.count("Provisional until the open safety questions are answered.") == 2


def test_the_patient_gets_plain_names(profile, plan, page):
    """A patient reads the plain name of a mechanism and not its technical one."""
    text = page(letter([profile, plan])).text

    assert "A blurred map of the back" in text
    assert "a blurred body map" not in text.replace("A blurred body map:", "")


def test_what_nobody_looked_at_is_counted(profile, page):
    """What a next test could tell is named; the rest is counted and not hidden."""
    unseen = profile.supports[-1].model_copy(update={"mechanism": "neurometabolic"})
    text = page(letter(profile.model_copy(update={"supports": (*profile.supports, unseen)}))).text

    assert "We cannot say yet, but can find out: Protective habits of movement" in text
    assert "Other possible reasons not looked at so far: 1." in text


def test_the_clinician_sees_evidence_in_every_direction(plan, page):
    """Direction stands beside the effect; a row without a number says so; conflicts are shown."""
    text = page(letter(plan, reader="clinician")).text

    assert "\N{MINUS SIGN}1" in text
    assert "95 %: \N{MINUS SIGN}1.5 to \N{MINUS SIGN}0.4" in text
    assert "no number on file" in text
    assert "no difference" in text
    assert "At one year pain no longer differed." in text


def test_sources_are_numbered_as_they_are_met(plan, page):
    """Every source has one number, and a statement not read in its source carries a dagger."""
    made = page(letter(plan, reader="clinician"))
    numbers = [int(attrs["href"].removeprefix("#source-")) for _, attrs in made.all("a")]
    first_met = list(dict.fromkeys(numbers))

    assert first_met == list(range(1, len(first_met) + 1))
    assert "Effect of graded sensorimotor retraining" in made.text
    assert any(piece.endswith("†") for tag, piece in made.pieces if tag == "a")


def test_a_missing_value_has_its_reason(measures, page):
    """The clinician reads why a value is not there."""
    assert "not asked or not measured" in page(letter(measures, reader="clinician")).text


def test_the_course_shows_the_yardsticks(course, page):
    """Limits stand with the people they were found in."""
    text = page(letter(course, reader="clinician")).text

    assert "detectable from 2.2 points (105 adults)" in text
    assert "\N{MINUS SIGN}3" in text
    assert "The second visit is missing." in text


@pytest.mark.parametrize(("reader", "lang"), READERS)
def test_books_edition_and_limits_are_printed(profile, page, reader, lang):
    """Every letter ends with what it is, what it is not, and the edition it rests on."""
    text = page(letter(profile, reader=reader, lang=lang)).text

    assert Words(lang)("page.not-a-device") in text
    assert "2026-11-22" in text


@pytest.mark.parametrize("reader", ["patient", "clinician"])
def test_a_chinese_letter_is_chinese(everything, page, reader):
    """No English phrase of ours is left in a Chinese letter."""
    text = page(letter(everything, reader=reader, lang="zh")).text
    ours = [phrase.en for phrase in read_words().values() if " " in phrase.en and "{" not in phrase.en]

    assert [] == [phrase for phrase in ours if phrase.strip(" ,;:–") and phrase in text]


def test_nothing_frightens_in_our_own_words():
    """The words written to patients name no harm to the back."""
    frightening = ("damage", "degenerat", "worn", "crumbl", "injur", "损伤", "退变", "磨损", "坏")
    ours = [text for key, text in read_words().items() if key.startswith(("patient", "verdict-plain", "urgency-plain"))]

    assert [] == [text for text in ours for word in frightening if word in text.en.lower() or word in text.zh]


@pytest.mark.parametrize(("reader", "lang"), [("nurse", "en"), ("patient", "de"), ("", "zh")])
def test_an_unknown_reader_or_language_is_refused(profile, reader, lang):
    """The refusal names the readers and languages that exist."""
    with pytest.raises(UnknownReader, match="patient and clinician, languages en and zh"):
        letter(profile, reader=reader, lang=lang)


def test_a_letter_needs_something_to_say(profile, plan):
    """Nothing, two of a kind, two people, or something else altogether: refused, without the person's data."""
    other = plan.model_copy(update={"participant_id": "sub-other"})

    for wrong in ([], [profile, profile], [profile, other], [profile, "plan"], make_person(seed=1)):
        with pytest.raises(NothingToRead, match="of one person") as caught:
            letter(wrong)
        assert "sub-" not in str(caught.value)


@pytest.mark.parametrize("seed", [1, 4, 6])
@pytest.mark.parametrize(("reader", "lang"), READERS)
def test_people_walk_from_record_to_letter(page, seed, reader, lang):
    """What the other rooms make of a made-up person fits into letters as it is."""
    import datetime as dt

    from backloop import infer, prescribe, review, schedule, score

    person = make_person(seed=seed, weeks=(0, 6, 12))
    measures = score(person)
    profile = infer(measures, session_id="ses-w00")
    plan = prescribe(profile, person)
    nouns = [measures, profile, plan, schedule(plan, dt.date(2026, 12, 1)), review(plan, person)]

    assert [] == page(letter(nouns, reader=reader, lang=lang)).faults()


def test_sessions_of_different_length_are_told_apart(programme, page):
    """A week with two lengths of practice shows both, and one without minutes shows its number."""
    clinic, home, other = programme.weeks[0].sessions[:3]
    sessions = (clinic.model_copy(update={"minutes": None}), home, other.model_copy(update={"minutes": 10}))
    week = programme.weeks[0].model_copy(update={"sessions": sessions})

    text = page(letter(programme.model_copy(update={"weeks": (week,)}))).text

    assert "1 Dec 2026 1 × 1 × 30 min, 1 × 10 min" in text


@pytest.mark.parametrize(("lang", "words"), [("en", ["core", "adjunct"]), ("zh", ["核心治疗", "辅助治疗"])])
def test_the_clinician_reads_every_role_and_the_burden(plan, page, lang, words):
    """Chosen or not, a treatment stands with its role; the week's burden and its bound are told."""
    text = page(letter(plan, reader="clinician", lang=lang)).text

    assert [] == [word for word in words if word not in text]
    assert plan.burden.text.say(lang) in text


def test_research_only_shows_its_conflicts_first(plan, prescription, page):
    """A treatment given on a decision leads with what speaks against it, and tells the person that it is unproven."""
    research = prescription.model_copy(update={"role": Role.RESEARCH_ONLY, "stages": (), "strands": ()})
    made = plan.model_copy(update={"prescriptions": (research,)})
    clinician = page(letter(made, reader="clinician")).text

    assert clinician.index("At one year pain no longer differed.") < clinician.index("Your sense of your back")
    assert Words("en")("patient.research-only") in page(letter(made)).text


def test_the_patient_is_not_asked_what_the_clinic_has(plan, prescription, page):
    """A resource nobody confirmed is a question to the clinic, not to the person."""
    need = prescription.cautions[0].model_copy(
        update={"kind": "resource", "unanswered": ("clinic-resources_04",), "text": Text(en="a needle", zh="针")}
    )
    made = plan.model_copy(update={"prescriptions": (prescription.model_copy(update={"cautions": (need,)}),)})

    assert "acupuncturist" not in page(letter(made)).text
    assert "a needle" in page(letter(made, reader="clinician")).text

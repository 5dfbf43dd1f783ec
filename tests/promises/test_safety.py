"""What every safety rule promises: no flag is lost, silence clears nobody, and words that do not frighten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.library import Library, SafetyRule

LIBRARY = Library.packaged()
SHELF = LIBRARY.shelf("safety")
SCREENS = ("red-flags_", "neuro-exam_", "phq-9_", "health-screen_")
ITEMS = sorted({name for rule in SHELF.values() for name in rule.when.ids()})
HARMLESS = dict.fromkeys(ITEMS, 0.0) | {"neuro-exam_03": 5.0}
ANSWERS = st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 5).map(float))
SAME_DAY = ["cauda-equina", "progressive-deficit", "suicidal-thoughts", "vascular-emergency"]


@pytest.fixture(params=sorted(SHELF))
def book(request) -> SafetyRule:
    """Open one rule after the other."""
    return SHELF[request.param]


def test_rules_ask_answers_not_scores(book):
    """A rule asks single answers, so one missing answer elsewhere cannot hide a flag."""
    asked = set(book.when.ids())
    items = {item.id for name in SCREENS for item in LIBRARY.instrument(name.rstrip("_")).items}

    assert [] == [name for name in asked if not name.startswith(SCREENS)]
    assert asked <= items


def test_every_red_flag_is_heard():
    """No red flag question is asked in vain."""
    assert {item.id for item in LIBRARY.instrument("red-flags").items} <= set(ITEMS)


def test_every_single_red_flag_raises_something():
    """One yes alone always reaches a clinician, if only for review."""
    for item in LIBRARY.instrument("red-flags").items:
        known = HARMLESS | {item.id: 1.0}

        assert [rule.id for rule in SHELF.values() if rule.when.judge(known.get)]


@pytest.mark.parametrize("number", [7, 8, 9, 10, 12, 13, 14, 16])
def test_a_weak_flag_alone_is_no_emergency(number):
    """Most single flags are weak; alone they neither stop the plan nor send anyone to hospital."""
    known = HARMLESS | {f"red-flags_{number:02d}": 1.0}
    raised = [rule for rule in SHELF.values() if rule.when.judge(known.get)]

    assert ["single-red-flag"] == [rule.id for rule in raised]
    assert not any(rule.stops for rule in raised)


@pytest.mark.parametrize(
    ("numbers", "rule"),
    [
        ((9, 10), "malignancy"),
        ((9, 14), "malignancy"),
        ((7, 8), "fracture"),
        ((7, 14), "fracture"),
        ((8, 14), "fracture"),
        ((12, 14), "infection"),
        ((7, 12), "infection"),
        ((10, 12), "infection"),
        ((10, 13), "infection"),
    ],
)
def test_weak_flags_together_stop(numbers, rule):
    """Two weak flags that belong together are urgent."""
    known = HARMLESS | {f"red-flags_{number:02d}": 1.0 for number in numbers}

    assert SHELF[rule].when.judge(known.get)
    assert ("urgent", True) == (SHELF[rule].urgency, SHELF[rule].stops)


def test_one_thing_said_twice_is_no_combination():
    """Long-term corticosteroids weaken the immune system; both answers together are still one sign."""
    known = HARMLESS | {"red-flags_07": 1.0, "red-flags_13": 1.0}

    assert not SHELF["infection"].when.judge(known.get)


def test_chest_pain_comes_before_training():
    """Chest pain alone is for a physician within days, and its words say when to call for help."""
    rule = SHELF["chest-pain"]

    assert rule.when.judge((HARMLESS | {"health-screen_02": 1.0}).get)
    assert ("urgent", True) == (rule.urgency, rule.stops)
    assert "call the emergency service" in rule.plain.en
    assert "拨打急救电话" in rule.plain.zh


def test_silence_clears_nobody(book):
    """With nothing answered, no rule is known not to hold."""
    assert book.when.judge({}.get) is None


def test_only_full_answers_say_no(book):
    """A rule is known not to hold only when everything it asks was answered."""
    assert book.when.judge(HARMLESS.get) is False


@given(answers=ANSWERS, dropped=st.sampled_from(ITEMS))
def test_taking_an_answer_away_never_turns_a_rule_off(answers, dropped):
    """Law: a missing answer may make a rule unknown, never absent; and it never makes one present."""
    fewer = {name: value for name, value in answers.items() if name != dropped}
    for rule in SHELF.values():
        before, after = rule.when.judge(answers.get), rule.when.judge(fewer.get)

        assert after is before or after is None


def test_same_day_rules_are_these():
    """Four findings are for today."""
    assert SAME_DAY == sorted(rule.id for rule in SHELF.values() if rule.urgency == "emergency")


def test_what_is_urgent_stops(book):
    """Nothing is trained while something urgent is open."""
    assert book.stops or book.urgency in {"soon", "review"}


def test_it_says_what_to_do_and_to_whom(book):
    """The clinician reads what to do, the patient a calm sentence without shouting."""
    assert len(book.action.en.split()) > 8
    assert len(book.plain.en.split()) > 8
    assert "!" not in book.plain.en + book.plain.zh
    assert not any(word.isupper() and len(word) > 3 for word in book.plain.en.split())


def test_plain_words_name_no_frightening_disease(book):
    """A patient's text speaks of what to do, not of cancer or paralysis."""
    words = ("cancer", "tumour", "paralys", "癌", "肿瘤", "瘫痪")

    assert [] == [word for word in words if word in book.plain.en.casefold() + book.plain.zh]


def test_any_thought_of_death_is_heard():
    """The lowest answer above none is enough."""
    judge = SHELF["suicidal-thoughts"].when.judge

    assert [False, True, True, True] == [judge({"phq-9_09": float(value)}.get) for value in range(4)]


def test_unverified_rules_say_why(book):
    """A limit that was not read in a source says so."""
    assert book.verified or book.note or book.reference == "backloop-unverified"

"""The search for effect modifiers: answers, laws, joint judgement, refusals."""

import numpy as np
import pytest

from backloop.errors import TrialError
from backloop.learn import find_modifiers
from backloop.trial import EffectModifier
from backloop.units import Scale

PAIN = {"pain": Scale(better="low")}


def asked(name, expected="smaller benefit", visit="baseline"):
    """Name a modifier by its column."""
    return EffectModifier(id=name, title=name, visit=visit, expected=expected)


@pytest.fixture
def known(table):
    """Add a yes-or-no modifier and one that the effect at week 18 and 52 does vary with."""
    random = np.random.default_rng(4)
    fear = np.repeat(random.normal(30, 8, 60).round(), 4)
    later = (table["week"] > 6) & (table["arm"] == "care")
    pain = table["pain"] + later * 0.25 * (fear - 30)
    return table.assign(fear=fear, meds=np.repeat(np.arange(60) // 2 % 2, 4), pain=pain)


def search(table, where, *, names=("age", "fear", "meds"), **options):
    """Ask about the named modifiers."""
    options = {"outcomes": PAIN, "draws": 20_000} | options
    return find_modifiers(table, where, trial="t", modifiers=[asked(name) for name in names], **options)


def test_every_modifier_week_and_arm_is_answered(known, where):
    """Three modifiers at three weeks give nine answers, each judged among nine."""
    found = search(known, where)

    assert [(each.modifier, each.week) for each in found.effects] == [
        (name, week) for name in ("age", "fear", "meds") for week in (6, 18, 52)
    ]
    assert {each.questions for each in found.effects} == {9}
    assert all(each.p_max_t >= each.per_unit.p and each.p_holm >= each.per_unit.p for each in found.effects)


def test_a_real_modifier_is_found_with_its_size_and_direction(known, where):
    """The change of 0.25 a point lies in the interval, chance is unlikely and the direction is the stated one."""
    (effect,) = [each for each in search(known, where).effects if (each.modifier, each.week) == ("fear", 18)]

    assert effect.per_unit.interval.low < 0.25 < effect.per_unit.interval.high
    assert effect.p_max_t < 0.05
    assert (effect.found, effect.agrees) == ("smaller benefit", True)
    assert "hardly explains" in effect.text.en
    assert "难以仅用偶然解释" in effect.text.zh


def test_shrunken_answers_are_nearer_to_zero_on_the_whole(known, where):
    """Drawing towards zero lowers the sum of squares, alone and together."""
    effects = search(known, where).effects
    size = sum((each.per_unit.estimate * each.sd) ** 2 for each in effects)

    assert sum((each.shrunken.estimate * each.sd) ** 2 for each in effects) < size
    together = [(each.together.estimate * each.sd, each.together_shrunken.estimate * each.sd) for each in effects]
    assert sum(pulled**2 for _raw, pulled in together) < sum(raw**2 for raw, _pulled in together)


def test_another_unit_changes_the_slope_and_nothing_else(known, where):
    """Ten times the modifier is a tenth of the slope; per standard deviation and p stay."""
    names = ("fear", "age")
    plain, scaled = (
        search(table, where, names=names).effects for table in (known, known.assign(fear=known["fear"] * 10))
    )

    for before, after in zip(plain, scaled, strict=True):
        factor = 10 if before.modifier == "fear" else 1
        assert after.per_unit.estimate == pytest.approx(before.per_unit.estimate / factor, rel=1e-6)
        assert after.per_sd.estimate == pytest.approx(before.per_sd.estimate, rel=1e-6)
        assert after.detectable.power_80 == pytest.approx(before.detectable.power_80, rel=1e-6)
        assert (after.per_unit.p, after.p_max_t) == pytest.approx(
            (before.per_unit.p, before.p_max_t), rel=1e-5, abs=1e-3
        )
        assert after.shrunken.estimate == pytest.approx(before.shrunken.estimate / factor, rel=1e-4)


def test_a_reversed_modifier_reverses_the_answer(known, where):
    """Turning the modifier round turns estimate, interval and direction round."""
    plain, turned = (
        search(table, where, names=("fear",)).effects[1] for table in (known, known.assign(fear=-known["fear"]))
    )

    assert turned.per_unit.estimate == pytest.approx(-plain.per_unit.estimate, rel=1e-7)
    assert turned.per_unit.interval.low == pytest.approx(-plain.per_unit.interval.high, rel=1e-7)
    assert (turned.found, turned.agrees) == ("larger benefit", False)
    assert turned.across[0].effect.estimate == pytest.approx(plain.across[2].effect.estimate, rel=1e-6)


def test_the_effect_across_the_modifier_is_a_line(known, where):
    """Effects at the 10th and 90th percentile differ by slope times distance; two groups have two values."""
    fear, meds = (search(known, where, names=(name,)).effects[1] for name in ("fear", "meds"))

    low, _middle, high = fear.across
    rise = (high.effect.estimate - low.effect.estimate) / (high.value - low.value)
    assert rise == pytest.approx(fear.per_unit.estimate, rel=1e-7)
    assert [(each.percentile, each.value) for each in meds.across] == [(None, 0.0), (None, 1.0)]
    between = meds.across[1].effect.estimate - meds.across[0].effect.estimate
    assert between == pytest.approx(meds.per_unit.estimate, rel=1e-7)


def test_an_interaction_costs_about_twice_the_error(known, where):
    """People one standard deviation apart from the mean differ with about twice the error; power is stated first."""
    found = search(known, where)

    assert all(1.7 < each.detectable.ratio < 2.4 for each in found.effects)
    assert all(each.detectable.power_80 < each.detectable.power_90 for each in found.effects)
    names = list(found.frame().columns)
    assert names.index("detectable_per_sd_80") < names.index("per_unit") < names.index("p_max_t")


def test_the_answers_depend_on_the_seed_only(known, where):
    """The same call gives the same search, word for word."""
    first, again = (search(known, where, names=("fear", "age")) for _ in range(2))

    assert first == again


def test_several_outcomes_are_judged_together(known, where):
    """Two outcomes double the questions, and each has its own model with all modifiers."""
    two = known.assign(function=known["pain"] * 2)
    scales = PAIN | {"function": Scale(better="low")}

    found = search(two, where, names=("fear", "age"), outcomes=scales, weeks=[18])

    assert [(each.outcome, each.modifier) for each in found.effects] == [
        ("pain", "fear"), ("pain", "age"), ("function", "fear"), ("function", "age"),
    ]  # fmt: skip
    assert set(found.joint) == {"pain", "function"}
    # The second outcome repeats the first, so the price is that of two questions, not of four.
    assert found.effects[0].p_max_t == pytest.approx(found.effects[2].p_max_t, abs=0.005)
    assert found.effects[1].p_max_t < 1 - (1 - found.effects[1].per_unit.p) ** 3


def test_a_covariate_may_be_a_modifier_too(known, where):
    """A modifier that is adjusted for anyway enters once."""
    plain, adjusted = (
        search(known, where, names=("age",), covariates=covariates).effects[1] for covariates in ((), ("age",))
    )

    assert adjusted.per_unit.estimate == pytest.approx(plain.per_unit.estimate, rel=1e-7)


def test_missing_modifiers_are_counted_when_filled(known, where):
    """The mean and an indicator are used only when asked for, and counted."""
    gaps = known.assign(fear=known["fear"].where(known["id"] > 4))

    assert search(gaps, where, names=("fear",), missing="mean").effects[0].filled == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": ()}, "at least one outcome and one modifier"),
        ({"names": ("age", "age")}, "each once"),
        ({"missing": "drop"}, "'refuse' or 'mean'"),
        ({"weeks": [7]}, "no visit at week 7"),
        ({"weeks": [0]}, "arms are compared at weeks"),
        ({"visits": {"start": 0.0}}, "names the visit 'baseline'"),
        ({"visits": {"baseline": 6.0}}, "measured at week 6, after randomisation"),
        ({"outcomes": {"pain": Scale(low=0, high=5, better="low")}}, "outside its scale"),
        ({"outcomes": {"age": Scale(better="low")}}, "is an outcome after randomisation"),
    ],
)
def test_each_wrong_call_has_its_own_message(known, where, options, message):
    """What is wrong with a call is said before any model is fitted."""
    with pytest.raises(TrialError, match=message):
        search(known, where, **options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.assign(fear="a lot"), "holds text"),
        (lambda table: table.assign(fear=3), "same for everybody"),
        (lambda table: table.assign(fear=table["fear"].where(table["id"] > 4)), "ask for missing='mean'"),
        (lambda table: table.assign(fear=table["fear"] + table["week"]), "changes within a person"),
        (lambda table: table[table["arm"] == "sham"], "expected at least two arms"),
        (lambda table: table[table["week"] == 0], "expected 2 to"),
    ],
)
def test_each_wrong_table_has_its_own_message(known, where, change, message):
    """Text, constant, missing and later modifiers, one arm and one visit are told apart."""
    with pytest.raises(TrialError, match=message):
        search(change(known), where, names=("fear",))


def test_two_modifiers_that_say_the_same_are_reported(known, where):
    """Each alone is answered; the model with both says why it is not."""
    double = known.assign(fear2=known["fear"] * 2)

    found = search(double, where, names=("fear", "fear2"))

    assert all(each.together is None for each in found.effects)
    assert "full rank" in found.joint["pain"].en

"""A change: real, important, both or neither; never across scales."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import ScaleMismatch
from backloop.follow import judge_change, make_ruler
from backloop.library import ImportantChange, Library, Missing, Precision, Score
from backloop.library.keys import Reported
from backloop.measure import Measure
from backloop.units import Scale, Text

PACKAGED = Library.packaged()
WHO = {"population": Text(en="CLBP", zh="慢性腰痛"), "reference": "ostelo-2008"}
LOW = Scale(low=0, high=100, better="low")


def _score_of(book, name=None):
    return next(each for each in PACKAGED.instrument(book).scores if each.id == (name or book))


def _at(visit, value, *, name="x", scale=LOW):
    absent = None if value is not None else "not asked"
    return Measure(
        id=name,
        book=name,
        session_id=f"ses-{visit}",
        title=Text(en=name, zh=name),
        value=value,
        absent=absent,
        scale=scale,
        origin="scored",
    )


def _made_score(*, precision=(), important=(), scale=LOW, name="x"):
    return Score(
        id=name,
        title=Text(en=name, zh=name),
        scale=scale,
        key=Reported(method="reported"),
        missing=Missing(rule="none", reference="backloop-convention", verified=False),
        precision=precision,
        important_change=important,
    )


def _judge(before, after, *, book_score=None, language="und", name="x", scale=LOW):
    pair = (_at("w00", before, name=name, scale=scale), _at("w18", after, name=name, scale=scale))
    return judge_change(*pair, book_score=book_score, language=language)


def _sdc(size, *, language="any", verified=True):
    return Precision(sdc=size, language=language, verified=verified, **WHO)


def _mic(size, *, basis="points", language="any", verified=True):
    return ImportantChange(value=size, basis=basis, language=language, verified=verified, **WHO)


def test_rmdq_from_12_to_5_by_hand():
    """Seven points less is 58.3 percent better: above 5 points and above 30 percent (Ostelo 2008)."""
    rmdq = _score_of("rmdq")
    change = _judge(12, 5, book_score=rmdq, name="rmdq", scale=rmdq.scale)

    assert (-7.0, "better", "yes") == (change.delta, change.direction, change.is_important)
    assert 58.333333 == change.percent
    assert {5.0, 30.0} <= {yardstick.size for yardstick in change.yardsticks if yardstick.kind == "important"}
    assert change.responder_30 is None


def test_rmdq_from_5_to_3_matters_by_percent_alone():
    """Two points are less than five, but 40 percent of the baseline."""
    rmdq = _score_of("rmdq")

    assert "yes" == _judge(5, 3, book_score=rmdq, name="rmdq", scale=rmdq.scale).is_important


def test_frebaq_in_chinese_by_hand():
    """The Chinese version's smallest detectable change is 5.99: six points are real, five are not."""
    frebaq = _score_of("frebaq")
    six, five = (
        _judge(18, after, book_score=frebaq, language="zh-Hans", name="frebaq", scale=frebaq.scale)
        for after in (12, 13)
    )

    assert ("yes", "no") == (six.is_real, five.is_real)
    assert (-11.99, -0.01) == (round(six.interval.low, 2), round(six.interval.high, 2))
    assert "another language" not in six.yardsticks[0].note


def test_error_of_another_language_version_is_said():
    """A German speaker is judged by the Chinese version's error only with a note."""
    frebaq = _score_of("frebaq")
    change = _judge(18, 12, book_score=frebaq, language="de", name="frebaq", scale=frebaq.scale)

    assert "another language version" in change.yardsticks[0].note


def test_scales_that_disagree_are_refused():
    """0-27 and 0-36 are never subtracted."""
    short = Scale(low=0, high=27, better="low")
    pair = (_at("w00", 20, scale=short), _at("w18", 10, scale=Scale(low=0, high=36, better="low")))

    with pytest.raises(ScaleMismatch, match="different scales"):
        judge_change(*pair, book_score=None)


def test_different_scores_are_refused():
    """Pain and disability are never subtracted."""
    with pytest.raises(ScaleMismatch, match="different scores"):
        judge_change(_at("w00", 5, name="nrs"), _at("w18", 4, name="rmdq"), book_score=None)


def test_a_score_on_another_scale_is_held_against_nothing():
    """The book's error is in points of 0-36; a course on 0-27 gets no verdict from it."""
    frebaq = _score_of("frebaq")
    change = _judge(20, 5, book_score=frebaq, name="frebaq", scale=Scale(low=0, high=27, better="low"))

    assert ("not known", "not known", ()) == (change.is_real, change.is_important, change.yardsticks)
    assert "better" == change.direction


def test_important_but_within_error_is_said_in_words():
    """When the important change is smaller than the detectable one, both facts are told."""
    change = _judge(50, 44, book_score=_made_score(precision=(_sdc(12.67),), important=(_mic(5.5),)))

    assert ("no", "yes") == (change.is_real, change.is_important)
    assert "may matter, but within measurement error" in change.words.en
    assert "测量误差之内" in change.words.zh


def test_an_unverified_yardstick_decides_nothing():
    """A limit that was not checked is shown and settles neither question."""
    score = _made_score(precision=(_sdc(1, verified=False),), important=(_mic(1, verified=False),))
    change = _judge(50, 10, book_score=score)

    assert ("not known", "not known", 2) == (change.is_real, change.is_important, len(change.yardsticks))


def test_a_detectable_change_must_be_exceeded_and_an_important_one_reached():
    """Exactly the smallest detectable change is not real; exactly the smallest important one matters."""
    change = _judge(5.6, 3.6, book_score=_made_score(precision=(_sdc(2),), important=(_mic(2),)))

    assert ("no", "yes") == (change.is_real, change.is_important)


def test_the_detectable_change_comes_from_the_sem():
    """1.96 x sqrt(2) x 2 = 5.54."""
    row = Precision(sem=2, language="any", verified=True, **WHO)

    assert 5.54 == make_ruler(_made_score(precision=(row,))).detectable.size


def test_the_nearest_language_sets_the_important_change():
    """The person's own version first, then any, then the others."""
    rows = (_mic(5, language="it"), _mic(6, language="any"), _mic(7, language="zh-Hans"))

    sizes = {
        language: [yardstick.size for yardstick in make_ruler(_made_score(important=kept), language=language).important]
        for language, kept in (("zh-Hans", rows), ("de", rows), ("fr", rows[:1]))
    }
    assert {"zh-Hans": [7.0], "de": [6.0], "fr": [5.0]} == sizes


@pytest.mark.parametrize(
    ("before", "after", "responder_30", "responder_50"),
    [(10, 7, True, False), (10, 5, True, True), (10, 8, False, False)],
)
def test_responders_for_pain(before, after, responder_30, responder_50):
    """Thirty and fifty percent less pain are moderate and substantial."""
    nrs = _score_of("nrs")
    change = _judge(before, after, book_score=nrs, name="nrs", scale=nrs.scale)

    assert (responder_30, responder_50) == (change.responder_30, change.responder_50)


def test_no_percentage_of_zero():
    """From zero there is no percentage and no responder; points still count."""
    nrs = _score_of("nrs")
    change = _judge(0, 3, book_score=nrs, name="nrs", scale=nrs.scale)

    assert (None, None, "worse", "yes") == (change.percent, change.responder_30, change.direction, change.is_important)


def test_a_missing_value_cannot_be_judged():
    """Without a value there is no change, only the words."""
    change = _judge(5, None)

    assert (None, None, "cannot say") == (change.delta, change.interval, change.direction)
    assert change.words.en.startswith("Cannot say")


def test_no_change_says_so():
    """The same value twice is neither better nor worse."""
    change = _judge(5, 5, book_score=_made_score(precision=(_sdc(2),), important=(_mic(2),)))

    assert ("same", "no", "no", "No change.") == (
        change.direction,
        change.is_real,
        change.is_important,
        change.words.en,
    )


def test_a_scale_without_a_better_end_has_no_direction():
    """Handedness does not improve."""
    assert "cannot say" == _judge(10, 50, scale=Scale(better="neither")).direction


def test_percent_is_in_the_persons_interest_even_below_zero():
    """A health index from -0.2 to 0.1 is better by 150 percent of its size."""
    change = _judge(-0.2, 0.1, scale=Scale(low=-0.4, high=1, better="high"))

    assert ("better", 150.0) == (change.direction, change.percent)


def test_every_case_has_its_own_words():
    """Two directions, real or not, important or not, known or not: eighteen sentences in each language."""
    real = {"yes": (_sdc(1),), "no": (_sdc(90),), "not known": ()}
    important = {"yes": (_mic(1),), "no": (_mic(90),), "not known": ()}
    changes = [
        _judge(50, after, book_score=_made_score(precision=real[is_real], important=important[matters]))
        for after, is_real, matters in itertools.product((40, 60), real, important)
    ]

    assert 18 == len({change.words.en for change in changes}) == len({change.words.zh for change in changes})
    assert 18 == len({(change.direction, change.is_real, change.is_important) for change in changes})


values = st.floats(0, 100).map(lambda value: round(value, 2))


@given(before=values, after=values, better=st.sampled_from(["low", "high"]))
def test_going_back_is_the_opposite(before, after, better):
    """Law: the change back has the opposite sign and direction, and the same verdict on being real."""
    score = _made_score(precision=(_sdc(10),), scale=Scale(low=0, high=100, better=better))
    there, back = (_judge(*pair, book_score=score, scale=score.scale) for pair in ((before, after), (after, before)))

    assert there.delta == -back.delta
    assert there.is_real == back.is_real
    assert {there.direction, back.direction} in ({"better", "worse"}, {"same"})


@given(before=values, after=values, size=st.floats(0.1, 50))
def test_an_unverified_error_never_makes_a_change_real(before, after, size):
    """Law: without a verified error nothing is called real, and nothing is called unreal."""
    score = _made_score(precision=(_sdc(size, verified=False),))

    assert "not known" == _judge(before, after, book_score=score).is_real

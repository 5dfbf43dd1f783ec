"""From a record to measures: golden answers on the real books, laws over every instrument, what a measure rests on."""

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backloop.errors import UnknownBook
from backloop.library import Library, accepted
from backloop.measure import score
from backloop.measure.answers import points_range
from backloop.record import Observation
from backloop.units import Absent

INSTRUMENTS = tuple(Library.packaged().shelf("instruments"))
LAW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
close = partial(pytest.approx, abs=1e-9)


def numbered(book, *values):
    """Give answers to a book's items in their order, from the first on."""
    return {f"{book}_{place:02}": value for place, value in enumerate(values, start=1)}


@pytest.mark.parametrize(
    ("state", "index"),
    [("11111", 1.0), ("55555", -0.391), ("21111", 0.934), ("12345", 0.335)],
)
def test_china_value_set(scored, state, index):
    """The Chinese values of EQ-5D-5L: full health 1.000, the worst state -0.391, and sums of the published steps."""
    found = scored(numbered("eq-5d-5l", *map(int, state)))
    assert found["eq-5d-5l"].value == close(index)


PROMIS_ENDS = {
    "physical-function": (22.5, 57.0),
    "anxiety": (40.3, 81.6),
    "depression": (41.0, 79.4),
    "fatigue": (33.7, 75.8),
    "sleep-disturbance": (32.0, 73.3),
    "social-roles": (27.5, 64.2),
    "pain-interference": (41.6, 75.6),
}


@pytest.mark.parametrize(("domain", "ends"), PROMIS_ENDS.items())
def test_promis_tables_end_where_published(scored, packaged, domain, ends):
    """Raw sums of 4 and 20 reach the published ends of each PROMIS-29 table."""
    book = packaged.instrument("promis-29")
    items = next(each.key.items for each in book.scores if each.id == f"promis-29.{domain}")
    is_reversed = {item.id: item.is_reversed for item in book.items}
    least = {name: 5 if is_reversed[name] else 1 for name in items}
    most = {name: 6 - value for name, value in least.items()}
    assert tuple(scored(given)[f"promis-29.{domain}"].value for given in (least, most)) == ends


def test_nih_impact_runs_from_8_to_50(scored, packaged):
    """The impact score of PROMIS-29 reaches both its published ends."""
    book = packaged.instrument("promis-29")
    by_id = {each.id: each for each in book.scores}
    pain = by_id["promis-29.pain"].key.items
    bother = by_id["promis-29.pain-interference"].key.items
    function = by_id["promis-29.physical-function"].key.items
    best = dict.fromkeys(pain, 0) | dict.fromkeys(bother, 1) | dict.fromkeys(function, 5)
    worst = dict.fromkeys(pain, 10) | dict.fromkeys(bother, 5) | dict.fromkeys(function, 1)
    assert [scored(each)["promis-29.impact"].value for each in (best, worst)] == [8, 50]


def test_dass_is_doubled(scored):
    """Each DASS-21 scale is the doubled sum of its seven items, with bands on the doubled score."""
    stress = (1, 6, 8, 11, 12, 14, 18)
    found = scored({f"dass-21_{place:02}": 2 if place in stress else 0 for place in range(1, 22)})
    assert [found[f"dass-21.{part}"].value for part in ("stress", "anxiety", "depression")] == [28, 0, 0]
    assert found["dass-21.stress"].bands[0].label.en == "severe"


def test_odi_lowers_its_denominator_for_a_missing_section(scored):
    """Nine sections at 2 of 5 points are 40 %, with a note and without an error range."""
    given = numbered("odi", *[2] * 10)
    del given["odi_08"]
    found = scored(given)["odi"]
    assert found.value == 40
    assert found.interval is None
    assert "1 of 10 items" in found.notes[0].en
    assert "10个条目中有1个未作答" in found.notes[0].zh


def test_psqi_wraps_midnight(scored):
    """Seven and a half hours in bed from 23:30 with six of sleep are 80 %, one point."""
    found = scored(numbered("psqi", 23.5, 10, 7, 6, *[0] * 14))
    assert found["psqi.efficiency-percent"].value == close(80)
    assert found["psqi.efficiency"].value == 1
    assert found["psqi"].value == 2


def test_ipaq_is_cut_at_three_hours_a_day(scored):
    """The most that IPAQ allows is 19278 MET-minutes a week; more minutes do not raise it."""
    assert scored(numbered("ipaq-sf", 7, 180, 7, 180, 7, 180, 300))["ipaq-sf"].value == 19278
    assert scored(numbered("ipaq-sf", 7, 300, 7, 300, 7, 300, 300))["ipaq-sf"].value == 19278


@pytest.mark.parametrize(
    ("given", "total", "psychosocial", "group"),
    [
        ((1, 1, 1, 0, 0, 0, 0, 0, 0), 3, 0, "low risk"),
        ((1, 1, 1, 1, 0, 0, 0, 0, 2), 4, 0, "medium risk"),
        ((0, 0, 0, 0, 1, 1, 1, 0, 3), 4, 4, "high risk"),
        ((1, 1, 1, 1, 1, 1, 1, 0, 2), 7, 3, "medium risk"),
    ],
)
def test_start_back_groups(scored, given, total, psychosocial, group):
    """Four of five psychosocial points are high risk, else up to three in all are low; item 9 counts from 'very'."""
    found = scored(numbered("start-back", *given))
    assert (found["start-back.total"].value, found["start-back.psychosocial"].value) == (total, psychosocial)
    assert found["start-back"].label.en == group


def test_paindetect_runs_from_minus_1_to_38(scored):
    """Course pattern and radiation are recoded, so the score can fall to -1 and rise to 38."""
    assert scored(numbered("paindetect", *[0] * 7, 2, 0))["paindetect"].value == -1
    found = scored(numbered("paindetect", *[5] * 7, 4, 1))["paindetect"]
    assert found.value == 38
    assert "likely" in found.bands[0].label.en


def test_fabq_scores_only_its_keyed_items(scored):
    """Items 2-5 make physical activity; 6, 7, 9, 10, 11, 12 and 15 make work; the other five count nowhere."""
    keyed = {2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 15}
    found = scored(numbered("fabq", *[6 if place in keyed else 0 for place in range(1, 17)]))
    assert [found[f"fabq.{part}"].value for part in ("physical-activity", "work")] == [24, 42]
    found = scored(numbered("fabq", *[0 if place in keyed else 6 for place in range(1, 17)]))
    assert [found[f"fabq.{part}"].value for part in ("physical-activity", "work")] == [0, 0]


def test_pcs_subscales(scored):
    """Rumination 8-11, magnification 6, 7, 13 and helplessness 1-5, 12 add up to the total."""
    found = scored(numbered("pcs", *range(5), 0, 1, 2, 3, 4, 0, 1, 2))
    parts = [found[f"pcs.{part}"].value for part in ("rumination", "magnification", "helplessness")]
    assert parts == [9, 3, 11]
    assert found["pcs"].value == 23


def test_handedness_is_undefined_without_any_preference(scored, packaged):
    """A laterality of nothing over nothing has no value."""
    found = scored({item.id: 0 for item in packaged.instrument("handedness").items})["handedness"]
    assert (found.value, found.absent) == (None, Absent.UNDEFINED)


def test_frebaq_interval_comes_from_the_chinese_error(scored):
    """18 points with an SEM of 2.16 lie between 13.8 and 22.2, and the note says in whom that was found."""
    found = scored(numbered("frebaq", *[2] * 9), language="zh-Hans")["frebaq"]
    assert (found.interval.low, found.interval.high) == (close(18 - 1.96 * 2.16), close(18 + 1.96 * 2.16))
    assert "105例慢性腰痛成人" in found.notes[-1].zh
    assert "hu-2022" in found.references


def test_error_of_another_language_version_is_named(scored):
    """A person who answered in English is told that the error comes from the Chinese version."""
    found = scored(numbered("frebaq", *[2] * 9), language="en")["frebaq"]
    assert "another language version (zh-Hans)" in found.notes[-1].en


def test_measure_names_its_observations_and_books(packaged, make_record, make_answers):
    """Measures rest on the observations used and the books' versions; other answers are not among them."""
    seen = make_answers({"nrs_01": 6} | numbered("psfs", "walking", 4))
    measures = score(make_record(*seen))
    assert measures.get("psfs", "ses-01").because == ("ses-01/psfs_02",)
    assert measures.because.observations == ("ses-01/nrs_01", "ses-01/psfs_02")
    assert measures.because.books == tuple(
        f"instruments/{name}@{packaged.instrument(name).version}" for name in ("nrs", "psfs")
    )
    assert measures.because.edition == packaged.edition


def test_every_score_of_a_used_book_is_there(scored, packaged):
    """One answer is enough for all scores of its book to appear, absent ones with their reason."""
    found = scored({"pcs_01": 2})
    assert list(found) == [each.id for each in packaged.instrument("pcs").scores]
    assert found["pcs"].absent is Absent.TOO_MANY_MISSING
    assert found["pcs.rumination"].absent is Absent.NOT_ASKED


def test_visits_come_in_their_order(make_record):
    """Measures follow the visits' order, then the shelves and ids of the books."""
    seen = [
        Observation(session_id=visit, kind="response", book=book, item=f"{book}_01", value=1)
        for visit in ("ses-02", "ses-01")
        for book in ("vas", "nrs")
    ]
    found = [(measure.session_id, measure.id) for measure in score(make_record(*seen)).measures]
    assert found == [("ses-02", "nrs"), ("ses-02", "vas"), ("ses-01", "nrs"), ("ses-01", "vas")]


def test_refused_answer_is_left_out_and_said(scored):
    """An answer the item does not accept gives no score, and the note says why."""
    found = scored({"nrs_01": 11})["nrs"]
    assert (found.value, found.absent) == (None, Absent.ARTEFACT)
    assert "left out" in found.notes[0].en


def test_two_different_answers_to_one_item_are_left_out(scored, make_answers):
    """Contradicting answers are not chosen between, the same answer twice is one answer."""
    assert scored({"nrs_01": 3}, *make_answers({"nrs_01": 4}))["nrs"].absent is Absent.ARTEFACT
    assert scored({"nrs_01": 3}, *make_answers({"nrs_01": 3}))["nrs"].value == 3


def test_declined_answer_keeps_its_reason(scored):
    """Somebody who declines to answer is not taken for somebody who was not asked."""
    declined = Observation(session_id="ses-01", kind="response", book="nrs", item="nrs_01", absent=Absent.DECLINED)
    assert scored({}, declined)["nrs"].absent is Absent.DECLINED


def test_unknown_book_is_an_error(make_record):
    """An observation of a book that no shelf holds stops the scoring."""
    stranger = Observation(session_id="ses-01", kind="response", book="rmqd", item="rmqd_01", value=1)
    with pytest.raises(UnknownBook, match="rmqd"):
        score(make_record(stranger))


@pytest.mark.parametrize("book", INSTRUMENTS)
def test_scores_stay_in_range(scored, packaged, any_answers, book):
    """Whatever is answered and left out, no value leaves its scale and no interval either."""

    @LAW
    @given(any_answers(packaged.instrument(book), whole=False))
    def law(given_answers):
        for measure in scored(given_answers).values():
            assert (measure.value is None) != (measure.absent is None)
            ends = [] if measure.interval is None else [measure.interval.low, measure.interval.high]
            assert all(measure.scale.holds(value) for value in [measure.value, *ends] if value is not None)

    law()


@pytest.mark.parametrize("book", INSTRUMENTS)
def test_removing_an_answer_never_adds_certainty(scored, packaged, any_answers, book):
    """With one answer fewer a score is absent, or its error range at least as wide or not known."""

    @LAW
    @given(any_answers(packaged.instrument(book), whole=True), st.data())
    def law(given_answers, data):
        if not given_answers:
            return
        gone = data.draw(st.sampled_from(sorted(given_answers)))
        before = scored(given_answers)
        after = scored({name: value for name, value in given_answers.items() if name != gone})
        for name, measure in after.items():
            assert measure.value is None or before[name].value is not None
            assert measure.interval is None or measure.interval == before[name].interval

    law()


@pytest.mark.parametrize("book", INSTRUMENTS)
def test_order_of_answers_does_not_matter(packaged, make_record, make_answers, any_answers, book):
    """The same answers in another order give the same measures."""

    @LAW
    @given(any_answers(packaged.instrument(book), whole=False), st.randoms(use_true_random=False))
    def law(given_answers, rng):
        seen = make_answers(given_answers)
        assert score(make_record(*seen)) == score(make_record(*rng.sample(seen, k=len(seen))))

    law()


@pytest.mark.parametrize("book", [book for book in INSTRUMENTS if Library.packaged().instrument(book).items])
def test_complete_answers_give_every_score(scored, packaged, book):
    """Whoever answers everything at the lowest point gets every score from items, but no laterality of nothing."""
    instrument = packaged.instrument(book)
    lowest = {
        item.id: "walking" if item.kind == "text" else accepted(item, instrument.answers).low
        for item in instrument.items
    } | ({"psqi_03": 7} if book == "psqi" else {})
    found = scored(lowest)
    for each in instrument.scores:
        if each.key.method not in {"reported", "laterality"}:
            assert found[each.id].value is not None


def test_points_of_every_item_are_finite_where_coded(packaged):
    """Coded items of every book have a finite range of points."""
    for book in INSTRUMENTS:
        instrument = packaged.instrument(book)
        for item in instrument.items:
            if item.kind == "code":
                low, high = points_range(item, instrument.answers)
                assert -100 < low < high < 1000

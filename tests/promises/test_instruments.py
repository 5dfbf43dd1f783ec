"""What every questionnaire promises: keyed, in range, licensed, with a direction, a missing rule and its sources."""

import re
from collections.abc import Iterator

import pytest

from backloop.library import Instrument, Item, Library, Score
from backloop.measure import score
from backloop.record import Observation, Origin, Participant, Record, Session

SHELF = Library.packaged().shelf("instruments")
ITEM = re.compile(r"_\d\d$")

UNSCORED = {
    "bbq": ({4, 5, 7, 9, 11}, "fillers that disguise the nine scored beliefs"),
    "fabq": ({1, 8, 13, 14, 16}, "distractors of the published key"),
    "phq-9": ({10}, "difficulty in daily life, shown and never added"),
    "ipaq-sf": ({7}, "sitting time, recorded beside the activity score"),
    "neuro-exam": ({4, 7, 8}, "signs of emergencies, asked by the safety rules themselves"),
    "preferences": ({1, 2, 3, 5, 6}, "wishes and circumstances that are read one by one"),
    "session-check": (set(range(2, 13)), "answers that the session rules read one by one"),
    "treatment-decisions": ({5}, "whether it is given within a study, shown beside the decision"),
}

BETTER = {
    "high": "pseq bbq eq-5d-5l eq-5d-5l.vas psfs sf-12.pcs sf-12.mcs ceq.credibility ceq.expectancy ipaq-sf gpe",
    "low": """nrs vas bpi.severity bpi.interference rmdq odi frebaq tsk-17 tsk-13 tsk-11 fabq.physical-activity
        fabq.work pcs csi paindetect start-back.total start-back.psychosocial orebro-short dass-21.depression
        dass-21.anxiety dass-21.stress hads.anxiety hads.depression phq-9 gad-7 isi psqi promis-29.impact""",
}

RANGES = {
    "nrs": (0, 10), "vas": (0, 100), "bpi.severity": (0, 10), "bpi.interference": (0, 10), "rmdq": (0, 24),
    "odi": (0, 100), "frebaq": (0, 36), "tsk-17": (17, 68), "tsk-13": (13, 52), "tsk-11": (11, 44),
    "fabq.physical-activity": (0, 24), "fabq.work": (0, 42), "pcs": (0, 52), "pcs.rumination": (0, 16),
    "pcs.magnification": (0, 12), "pcs.helplessness": (0, 24), "pseq": (0, 60), "bbq": (9, 45), "csi": (0, 100),
    "paindetect": (-1, 38), "start-back": (0, 2), "start-back.total": (0, 9), "start-back.psychosocial": (0, 5),
    "dass-21.depression": (0, 42), "dass-21.anxiety": (0, 42), "dass-21.stress": (0, 42), "hads.anxiety": (0, 21),
    "hads.depression": (0, 21), "phq-9": (0, 27), "gad-7": (0, 21), "isi": (0, 28), "psqi": (0, 21),
    "eq-5d-5l": (-0.391, 1), "eq-5d-5l.vas": (0, 100), "promis-29.impact": (8, 50), "psfs": (0, 10),
    "ipaq-sf": (0, 19278), "ipaq-sf.category": (0, 2), "tms-screen": (0, 1), "iasp-nociplastic": (0, 2),
    "neuro-exam": (0, 1), "handedness": (-100, 100),
}  # fmt: skip


@pytest.fixture(params=sorted(SHELF))
def book(request) -> Instrument:
    """Open one instrument after the other."""
    return SHELF[request.param]


SCORES = [found for name in sorted(SHELF) for found in SHELF[name].scores]


@pytest.fixture(params=SCORES, ids=lambda found: found.id)
def each_score(request) -> Score:
    """Take one score after the other."""
    return request.param


def _score(name: str) -> Score:
    return next(found for found in SCORES if found.id == name)


def _strings(thing: object) -> Iterator[str]:
    """Find every string inside a key, mapping keys included."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        yield from (text for pair in thing.items() for part in pair for text in _strings(part))
    elif isinstance(thing, (list, tuple)):
        yield from (text for part in thing for text in _strings(part))


def _home(found: Score) -> Instrument:
    return SHELF[found.id.partition(".")[0]]


def _range(book: Instrument, item: Item) -> tuple[float, float]:
    low = book.answers.low if item.low is None else item.low
    return low, book.answers.high if item.high is None else item.high


def _choices(book: Instrument, item: Item) -> list[float]:
    """Give the answers worth trying: every code, or a few points along a quantity."""
    low, high = _range(book, item)
    if item.recode:
        return sorted(float(code) for code in item.recode)
    if item.kind == "code" and high - low <= 11:
        return [low + step for step in range(int(high - low) + 1)]
    return sorted({low, high, *(float(int(low + (high - low) * part / 8)) for part in range(1, 8))})


def _person(book: Instrument, answers: dict[str, float | str]) -> Record:
    seen = [
        Observation(session_id="ses-01", kind="response", book=book.id, item=name, value=value)
        for name, value in answers.items()
    ]
    return Record(
        participant=Participant(participant_id="sub-test1"),
        sessions=(Session(session_id="ses-01", order=1, week=0),),
        observations=tuple(seen),
        origin=Origin(name="test", format="made-up"),
    )


def _values(book: Instrument, answers: dict[str, float]) -> dict[str, float]:
    words = {item.id: "an activity" for item in book.items if item.kind == "text"}
    measures = score(_person(book, words | answers)).at("ses-01")
    return {measure.id: measure.value for measure in measures if measure.value is not None}


def _climb(book: Instrument, found: Score, *, sign: int, answers: dict[str, float]) -> float:
    """Change one answer at a time, keeping what moves the score the wanted way, until nothing does."""
    best = _values(book, answers).get(found.id, -sign * float("inf"))
    for _ in range(2):
        for item in (item for item in book.items if item.kind != "text"):
            for choice in _choices(book, item):
                value = _values(book, answers | {item.id: choice}).get(found.id, -sign * float("inf"))
                if sign * value > sign * best:
                    best, answers = value, answers | {item.id: choice}
    return best


def _starts(book: Instrument) -> Iterator[dict[str, float]]:
    """Answer everything lowest, highest, with least points, with most points, and with a full but possible day."""
    items = [item for item in book.items if item.kind != "text"]
    for end in (0, -1):
        yield {item.id: _choices(book, item)[end] for item in items}
        yield {item.id: _by_points(book, item)[end] for item in items}
    yield {item.id: 180.0 if item.unit == "min/day" else _choices(book, item)[-1] for item in items}


def _by_points(book: Instrument, item: Item) -> list[float]:
    """Order the answers of an item by the points they bring."""
    if item.recode:
        return [float(code) for code in sorted(item.recode, key=item.recode.__getitem__)]
    return _choices(book, item)[:: -1 if item.is_reversed else 1]


def _extreme(book: Instrument, found: Score, *, sign: int, goal: float) -> float:
    """Find the lowest (sign -1) or highest (sign 1) value that answers can give a score."""
    starts = list(_starts(book))
    if goal in {_values(book, start).get(found.id) for start in starts}:
        return goal
    return max((_climb(book, found, sign=sign, answers=start) for start in starts), key=lambda value: sign * value)


ENDS = [
    pytest.param(found, end, id=f"{found.id}-{end}")
    for found in SCORES
    for end in ("low", "high")
    if found.key.method != "reported" and getattr(found.scale, end) is not None
]


@pytest.mark.parametrize(("found", "end"), ENDS)
def test_the_ends_of_the_scale_can_be_reached(found, end):
    """Somebody can answer so that the lowest, and so that the highest, declared value comes out."""
    goal = getattr(found.scale, end)
    reached = _extreme(_home(found), found, sign=1 if end == "high" else -1, goal=goal)

    assert pytest.approx(goal) == reached


def test_scores_with_open_ends_are_few():
    """Only a score computed elsewhere, or a sleep longer than the night, leaves an end of its scale open."""
    open_ended = {found.id for found in SCORES if None in {found.scale.low, found.scale.high}}

    assert {"psqi.efficiency-percent"} == {name for name in open_ended if _score(name).key.method != "reported"}


def test_the_ranges_are_the_published_ones():
    """The declared ends are those of the instruments' own key."""
    ends = {found.id: (found.scale.low, found.scale.high) for found in SCORES}

    assert {name: pytest.approx(pair) for name, pair in RANGES.items()} == {name: ends[name] for name in RANGES}


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_direction_is_the_published_one(end):
    """Which end is good is never guessed."""
    better = {found.id: found.scale.better for found in SCORES}
    names = BETTER[end].split()

    assert dict.fromkeys(names, end) == {name: better[name] for name in names}


def test_every_item_is_keyed_or_explained(book):
    """An item that no score uses is there for a stated reason."""
    keyed = set(_strings([found.key.model_dump() for found in book.scores]))
    free = {item.id for item in book.items if item.kind != "text"} - keyed
    excused = {f"{book.id}_{number:02d}" for number in UNSCORED.get(book.id, (set(), ""))[0]}
    if all(found.key.method == "reported" for found in book.scores):
        excused = free

    assert excused == free


def test_keys_use_items_and_scores_that_exist(book):
    """A key never asks for an item or score the instrument does not have."""
    known = {item.id for item in book.items} | {found.id for found in book.scores}
    asked = {
        text
        for text in _strings([found.key.model_dump() for found in book.scores])
        if text.startswith(f"{book.id}.") or (text.startswith(book.id) and ITEM.search(text))
    }

    assert set() == asked - known


def test_the_answers_make_a_scale(book):
    """Answers run upwards, and codes that are recoded lie between the ends."""
    for item in (item for item in book.items if item.kind != "text"):
        low, high = _range(book, item)

        assert low < high
        assert all(low <= float(code) <= high for code in item.recode or {})


def test_the_missing_rule_is_stated(each_score):
    """A score says what happens when answers are missing, and from how many answers on it exists."""
    asked = set(_strings(each_score.key.model_dump()))
    if each_score.missing.rule != "none":
        assert each_score.missing.at_least is not None
        assert each_score.missing.at_least <= len(asked)
    else:
        assert each_score.missing.at_least is None


def test_the_licence_is_stated(book):
    """Class A ships its text; B and C leave it to the clinic."""
    assert book.licence.holder
    assert book.licence.terms.en
    assert (book.licence.class_ == "A") == (book.licence.text == "shipped")


def test_no_wording_without_the_right_to_ship_it(book):
    """Answer words are in the book only where the text is class A, and so is a shipped translation."""
    worded = bool(book.answers.labels) or any(item.labels for item in book.items)
    shipped = [version.language for version in book.translations if version.text == "shipped"]

    assert book.licence.class_ == "A" or not (worded or shipped)


def test_topics_are_short_where_the_wording_is_not_ours(book):
    """A topic names what a question is about; a sentence would be somebody's wording."""
    long = [item.id for item in book.items if len(item.topic.en) > 80 or item.topic.en.strip().endswith("?")]

    assert book.licence.class_ == "A" or [] == long


def test_every_threshold_names_its_people(each_score):
    """Bands, errors, important changes and norms say in whom and in which language version they were found."""
    rows = (*each_score.bands, *each_score.precision, *each_score.important_change, *each_score.norms)

    assert [] == [row for row in rows if not (row.population.en.strip() and row.language.strip() and row.reference)]


def test_bands_climb_and_stay_on_the_scale(each_score):
    """The bands of one scheme begin one after the other, inside the scale."""
    schemes: dict[str, list[float]] = {}
    for band in each_score.bands:
        schemes.setdefault(band.scheme, []).append(band.at_least)

        assert each_score.scale.holds(band.at_least)
    assert all(sorted(set(starts)) == starts for starts in schemes.values())


def test_norms_and_errors_fit_the_scale(each_score):
    """A mean off the scale, or an error wider than it, is a slip of the pen."""
    width = (each_score.scale.high or float("inf")) - (each_score.scale.low or 0)

    assert [] == [norm for norm in each_score.norms if not each_score.scale.holds(norm.mean)]
    assert [] == [row for row in each_score.precision if max(row.sem or 0, row.sdc or 0) > width]


def test_paindetect_likely_begins_at_19():
    """A public form prints "19 or less" for likely neuropathic; the limit is 19 or more."""
    assert [19] == [max(band.at_least for band in _score("paindetect").bands)]


@pytest.mark.parametrize(
    ("part", "numbers"), [("physical-activity", (2, 3, 4, 5)), ("work", (6, 7, 9, 10, 11, 12, 15))]
)
def test_fabq_subscales_hold_the_published_items(part, numbers):
    """Item 11 belongs to the work scale; one vendor lists it as a distractor as well."""
    assert {f"fabq_{number:02d}" for number in numbers} == set(_score(f"fabq.{part}").key.items)


def test_gad7_zero_is_the_plain_not_at_all():
    """A copy with another first answer circulates."""
    labels = {label.value: label.text for label in SHELF["gad-7"].answers.labels}

    assert "not at all" == labels[0].en.casefold()


@pytest.mark.parametrize(
    ("part", "starts"),
    [("depression", [0, 10, 14, 21, 28]), ("anxiety", [0, 8, 10, 15, 20]), ("stress", [0, 15, 19, 26, 34])],
)
def test_dass_is_doubled_and_so_are_its_bands(part, starts):
    """Tables of undoubled bands circulate."""
    found = _score(f"dass-21.{part}")

    assert 2 == found.key.multiply
    assert starts == [band.at_least for band in found.bands]


def test_promis_tables_are_the_second_version():
    """Pain interference ends at 75.6, not 75.8, and physical function runs from 22.5 to 57.0."""
    ends = {found.id: found.key.values for found in SHELF["promis-29"].scores if found.key.method == "table"}

    assert 75.6 == ends["promis-29.pain-interference"][-1]
    assert (22.5, 57.0) == (ends["promis-29.physical-function"][0], ends["promis-29.physical-function"][-1])
    assert {17} == {len(values) for values in ends.values()}


def _ipaq(days: tuple[int, int, int], minutes: tuple[int, int, int]) -> dict[str, float]:
    pairs = [number for pair in zip(days, minutes, strict=True) for number in pair]
    items = [item for item in SHELF["ipaq-sf"].items if item.kind != "text"]
    answers = dict(zip([item.id for item in items], pairs, strict=False))
    return _values(SHELF["ipaq-sf"], answers | {items[-1].id: 300})


def test_ipaq_cuts_each_kind_at_three_hours_a_day():
    """A script in use does not cut; 300 minutes a day count as 180."""
    assert pytest.approx(7 * 180 * 4.0) == _ipaq((0, 7, 0), (0, 300, 0))["ipaq-sf"]


@pytest.mark.parametrize(("minutes", "category"), [(30, 1), (29, 0)])
def test_ipaq_moderate_asks_for_minutes_and_days(minutes, category):
    """A script in use compares days with 30; five days of half an hour are moderate, of 29 minutes are not."""
    assert category == _ipaq((0, 5, 0), (0, minutes, 0))["ipaq-sf.category"]


def test_psfs_is_the_version_in_which_ten_is_good():
    """The second version turns the scale; the two are never mixed."""
    assert "high" == _score("psfs").scale.better
    assert {"text"} == {item.kind for item in SHELF["psfs"].items[0::2]}


def test_the_suicide_item_is_where_the_safety_rule_looks():
    """The ninth PHQ-9 item runs from 0 to 3 and is part of the sum."""
    item = next(item for item in SHELF["phq-9"].items if item.id == "phq-9_09")

    assert (0, 3) == _range(SHELF["phq-9"], item)
    assert item.id in _score("phq-9").key.items


def test_promis_codes_are_the_t_score_codes():
    """Physical function and pain interference carry the codes of the value set, not those of the narrative page."""
    codes = {code.code for found in SHELF["promis-29"].scores for code in found.codes if code.system == "loinc"}

    assert {"71959-1", "71961-7"} <= codes

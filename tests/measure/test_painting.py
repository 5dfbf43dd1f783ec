"""Pain drawings in numbers: laws that hold for every drawing, and drawings whose numbers are known beforehand."""

import math
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from backloop.errors import MeasureError
from backloop.library import Library, read_chart
from backloop.measure import (
    MOST_POINTS,
    MOST_STROKES,
    Drawing,
    Painted,
    Stroke,
    Tapped,
    compare_drawings,
    drawing_observations,
    measure_drawing,
    score,
)
from backloop.record import Origin, Participant, Record, Session
from backloop.units import Absent

CHART = read_chart()
REGIONS = [region.id for region in CHART.regions()]
PLACES = st.floats(0, 1).map(lambda share: round(share, 4))
STROKES = st.builds(
    Stroke,
    view=st.sampled_from(["front", "back", "left", "right"]),
    width=st.sampled_from([0.05, 0.09, 0.16]),
    points=st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=5).map(tuple),
    intensity=st.none() | st.integers(1, 10),
)
TAPPED = st.lists(st.sampled_from(REGIONS), max_size=4, unique=True).map(
    lambda names: tuple(Tapped(region=name) for name in names)
)


def _draw(strokes: tuple[Stroke, ...] = (), tapped: tuple[Tapped, ...] = (), **more: object) -> Drawing:
    return Drawing(session_id="ses-01", chart=CHART.name, strokes=strokes, tapped=tapped, **more)


def _measure(*strokes: Stroke, tapped: tuple[Tapped, ...] = ()) -> Painted:
    return measure_drawing(_draw(strokes, tapped), CHART)


def _mirror(drawing: Drawing) -> Drawing:
    others = {view.id: view.mirror for view in CHART.views}
    strokes = tuple(
        each.model_copy(update={"view": others[each.view], "points": tuple((1 - x, y) for x, y in each.points)})
        for each in drawing.strokes
    )
    tapped = tuple(each.model_copy(update={"region": CHART.region(each.region).mirror}) for each in drawing.tapped)
    return drawing.model_copy(update={"strokes": strokes, "tapped": tapped})


@settings(max_examples=25, deadline=None)
@given(st.lists(STROKES, min_size=1, max_size=3), STROKES, TAPPED)
def test_more_paint_never_means_less(strokes: list[Stroke], one_more: Stroke, tapped: tuple[Tapped, ...]):
    """Another stroke or region never takes area, spread, views or a count of regions away."""
    before, after = _measure(*strokes), _measure(*strokes, one_more, tapped=tapped)

    assert after.area >= before.area
    assert all(after.by_view[view] >= share for view, share in before.by_view.items())
    assert (after.views, after.spread) >= (before.views, before.spread) or after.views > before.views
    assert after.spread >= before.spread
    assert len(after.regions) >= len(before.regions)


@settings(max_examples=25, deadline=None)
@given(st.lists(STROKES, max_size=3), TAPPED)
def test_a_mirrored_drawing_gives_mirrored_numbers(strokes: list[Stroke], tapped: tuple[Tapped, ...]):
    """Left becomes right and right left; everything else stays."""
    drawing = _draw(tuple(strokes), tapped)
    here, there = measure_drawing(drawing, CHART), measure_drawing(_mirror(drawing), CHART)

    assert there.area == pytest.approx(here.area, abs=0.02)
    assert there.by_view["left"] == pytest.approx(here.by_view["right"], abs=0.1)
    assert there.spread == pytest.approx(here.spread, abs=0.2)
    if here.left_share is None:
        assert there.left_share is None
    elif here.area > 0.2:  # a few cells on the rim of a brush weigh little of an area, much of a dot
        assert there.left_share == pytest.approx(100 - here.left_share, abs=1)


def test_a_mirrored_choice_of_regions_is_exactly_mirrored():
    """Regions chosen on one side give the other side's regions, areas and share."""
    one_side = tuple(Tapped(region=region.id) for region in CHART.regions() if region.side == "left")
    here, there = measure_drawing(_draw((), one_side), CHART), measure_drawing(_mirror(_draw((), one_side)), CHART)

    assert (here.side, there.side) == ("left", "right")
    assert (here.left_share, there.left_share) == (pytest.approx(100), pytest.approx(0))
    assert here.area == pytest.approx(there.area, abs=1e-9)
    assert {CHART.region(name).mirror for name in here.regions} == set(there.regions)


@settings(max_examples=15, deadline=None)
@given(st.lists(STROKES, min_size=2, max_size=3))
def test_the_order_of_strokes_does_not_matter(strokes: list[Stroke]):
    """The same strokes in any order amount to the same."""
    results = {_measure(*order).model_dump_json() for order in permutations(strokes)}

    assert len(results) == 1


def test_all_regions_are_the_whole_body():
    """Choosing every region paints everything, four views and all areas."""
    found = measure_drawing(_draw((), tuple(Tapped(region=name) for name in REGIONS)), CHART)

    assert found.area == pytest.approx(100, abs=0.1)
    assert (found.views, found.side, len(found.regions)) == (4, "both", len(REGIONS))
    assert (len(found.pain_areas), len(found.body_regions)) == (19, 5)
    assert found.left_share == pytest.approx(50, abs=0.1)
    assert found.outside is None


@pytest.mark.parametrize("pixels", [(200, 500), (360, 900), (1131, 2827)])
def test_the_area_does_not_depend_on_the_screen(pixels: tuple[int, int]):
    """A drawing made on screens of different sizes, rounded to their pixels, has the same area."""
    wide, high = pixels
    curve = [(0.4 + 0.2 * step / 30, 0.4 + 0.03 * math.sin(step / 4)) for step in range(31)]
    rounded = tuple((round(x * wide) / wide, round(y * high) / high) for x, y in curve)
    exact = _measure(Stroke(view="back", width=0.09, points=tuple(curve)))
    found = _measure(Stroke(view="back", width=0.09, points=rounded))

    assert exact.area > 1
    assert found.area == pytest.approx(exact.area, abs=0.05)


def test_the_area_of_one_dot_is_that_of_a_circle():
    """A dot in the middle of the abdomen covers pi r² of the figure's surface."""
    found = _measure(Stroke(view="front", width=0.16, points=((0.5, 0.38),)))
    outline = CHART.view("front").outline
    ring = zip(outline, (*outline[1:], outline[0]), strict=True)
    surface = abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in ring)) / 2

    assert found.by_view["front"] == pytest.approx(100 * math.pi * 16**2 / surface, rel=0.02)
    assert found.by_view["back"] == 0
    assert found.spread == pytest.approx(100 * 32 / 500, abs=0.3)


def test_paint_beside_the_body_counts_nowhere():
    """A stroke in the empty corner has no area and no region, and is told as wholly outside."""
    found = _measure(Stroke(view="front", width=0.05, points=((0.05, 0.05), (0.1, 0.05))))

    assert (found.area, found.regions, found.spread, found.left_share) == (0, (), 0, None)
    assert found.outside == 100


def test_a_spot_too_small_for_its_region_still_names_one():
    """A fine dot covers less than 5 % of the thigh; the fullest region counts, so that no paint is without a place."""
    found = _measure(Stroke(view="back", width=0.03, points=((0.38, 0.62),)))

    assert found.regions == ("thigh-back-left",)
    assert found.side == "left"


def test_left_and_right_are_the_persons_own():
    """The right half of the picture is the person's left from the front, and their right from behind."""
    spot = {"width": 0.05, "points": ((0.6, 0.6),)}

    assert _measure(Stroke(view="front", **spot)).left_share == 100
    assert _measure(Stroke(view="back", **spot)).left_share == 0
    assert _measure(Stroke(view="left", **spot)).left_share == 100


def test_pain_of_back_and_leg_is_read_as_areas_of_the_index():
    """Low back with the left leg behind: three areas in two of the five regions, whatever the figure."""
    names = ("lumbar-spine", "low-back-left", "buttock-left", "thigh-back-left", "thigh-side-left")
    found = measure_drawing(_draw((), tuple(Tapped(region=name) for name in names)), CHART)

    assert set(found.pain_areas) == {"lower-back", "hip-left", "upper-leg-left"}
    assert set(found.body_regions) == {"axial", "left-lower"}
    assert (found.views, found.side) == (2, "left")


def test_strength_counts_only_where_all_paint_has_one():
    """Area times strength takes the stronger mark where two overlap, and is unknown where one has no strength."""
    low = Stroke(view="back", width=0.16, points=((0.5, 0.4),), intensity=3)
    high = low.model_copy(update={"intensity": 8})
    silent = low.model_copy(update={"intensity": None})

    assert _measure(low).intensity == pytest.approx(3 * _measure(low).area)
    assert _measure(low, high).intensity == pytest.approx(8 * _measure(low).area)
    assert _measure(low, silent).intensity is None


def test_comparing_two_drawings():
    """What was painted before and no longer is lost, what is new is gained, and the overlap is between 0 and 1."""
    before = _draw((), tuple(Tapped(region=name) for name in ("sacrum", "low-back-left")))
    after = _draw((), tuple(Tapped(region=name) for name in ("sacrum", "buttock-left")))
    change = compare_drawings(before, after, CHART)
    part = {name: _measure(tapped=(Tapped(region=name),)).area for name in ("sacrum", "low-back-left", "buttock-left")}

    assert (change.regions_gained, change.regions_lost) == (("buttock-left",), ("low-back-left",))
    assert (change.gained, change.lost, change.kept) == (
        pytest.approx(part["buttock-left"]),
        pytest.approx(part["low-back-left"]),
        pytest.approx(part["sacrum"]),
    )
    assert change.overlap == pytest.approx(part["sacrum"] / sum(part.values()))
    assert compare_drawings(after, after, CHART).overlap == 1
    assert compare_drawings(_draw(nowhere=True), _draw(nowhere=True), CHART).overlap is None


def test_the_numbers_are_scored_by_the_book():
    """Every field of the book is written, and its scores are the engine's numbers."""
    drawing = _draw((Stroke(view="back", width=0.16, points=((0.4, 0.4), (0.6, 0.4)), intensity=5),))
    found, numbers = measure_drawing(drawing, CHART), drawing_observations(drawing, CHART)
    book = Library.packaged().protocol("pain-drawing")
    measures = score(_record(numbers))

    assert {each.item for each in numbers} == {field.id for field in book.fields}
    assert {each.item: each.unit for each in numbers} == {field.id: field.unit for field in book.fields}
    assert measures.get("pain-drawing.area", "ses-01").value == pytest.approx(found.area, abs=1e-4)
    assert measures.get("pain-drawing.regions", "ses-01").value == len(found.regions)
    assert measures.get("pain-drawing.intensity", "ses-01").value == pytest.approx(found.intensity, abs=1e-4)
    assert book.fields[5].high == len(REGIONS)


def test_no_pain_is_an_answer_and_an_empty_drawing_is_none():
    """No pain anywhere is an area of zero; nothing drawn has no number at all."""
    none = score(_record(drawing_observations(_draw(nowhere=True), CHART)))
    empty = score(_record(drawing_observations(_draw(), CHART)))

    assert none.get("pain-drawing.area", "ses-01").value == 0
    assert none.get("pain-drawing.left-share", "ses-01").absent is Absent.NOT_APPLICABLE
    assert {measure.absent for measure in empty.measures} == {Absent.NOT_ASKED}


def test_a_drawing_of_another_chart_is_refused():
    """A region's id means something on its own chart only."""
    with pytest.raises(MeasureError, match="on its own chart"):
        measure_drawing(Drawing(session_id="ses-01", chart="body-chart@0"), CHART)
    with pytest.raises(MeasureError, match="no region tail"):
        measure_drawing(_draw((), (Tapped(region="tail"),)), CHART)


def test_what_cannot_be_a_drawing_is_refused():
    """Both pain and none, a region twice, places off the frame, or more than anybody draws."""
    dot = Stroke(view="back", width=0.05, points=((0.5, 0.5),))
    long = Stroke(view="back", width=0.05, points=((0.5, 0.5),) * (MOST_POINTS + 1))
    for sent in (
        {"tapped": (Tapped(region="sacrum"),), "nowhere": True},
        {"tapped": (Tapped(region="sacrum"), Tapped(region="sacrum"))},
        {"strokes": (dot,) * (MOST_STROKES + 1)},
        {"strokes": (long,)},
    ):
        with pytest.raises(ValidationError):
            _draw(**sent)
    with pytest.raises(ValidationError):
        Stroke(view="back", width=0.05, points=((1.2, 0.5),))


def _record(numbers: tuple) -> Record:
    return Record(
        participant=Participant(participant_id="sub-1"),
        sessions=(Session(session_id="ses-01", order=1),),
        observations=numbers,
        origin=Origin(name="test", format="made-up"),
    )

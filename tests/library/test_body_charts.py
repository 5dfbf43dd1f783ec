"""The body chart: whole, mirrored, named in both languages, and refused where it is not."""

import pytest
from pydantic import ValidationError

from backloop.library import BodyChart, Library, read_chart
from backloop.measure import chart_faults

CHART = read_chart()


def test_every_region_lies_within_its_figure_and_none_overlap():
    """On the raster the regions cover their figures, with no gap, overlap or overhang beyond 0.5 %."""
    assert chart_faults(CHART) == []


def test_a_region_beside_its_figure_is_noticed():
    """Moving one region off the body is told, so the check above can fail."""
    view = CHART.view("front")
    moved = view.regions[0].model_copy(update={"shapes": (((0, 0), (40, 0), (40, 60), (0, 60)),)})
    views = (view.model_copy(update={"regions": (moved, *view.regions[1:])}), *CHART.views[1:])
    faults = chart_faults(CHART.model_copy(update={"views": views}))

    assert f"region '{moved.id}' lies beside its figure" in faults
    assert "regions of 'front' leave a gap" in faults


def test_left_mirrors_right():
    """A region that is not the mirror image of its other side is refused when the chart is read."""
    told = CHART.model_dump(mode="json")
    told["views"][0]["regions"][1]["shapes"][0][0][0] += 1

    with pytest.raises(ValidationError, match="has no mirror image"):
        BodyChart.model_validate(told)


def test_ids_are_unique_and_areas_exist():
    """A repeated region or an unknown area is refused."""
    told = CHART.model_dump(mode="json")
    told["views"][0]["regions"].append(told["views"][0]["regions"][0] | {"area": "tail"})

    with pytest.raises(ValidationError, match="stands twice") as caught:
        BodyChart.model_validate(told)
    assert "which is no area" in str(caught.value)


def test_names_say_the_side_in_both_languages():
    """Every region on one side says so in English and Chinese, and no two regions share a name."""
    sides = {"left": ("left", "左"), "right": ("right", "右")}
    regions = list(CHART.regions())

    for region in regions:
        if region.side in sides:
            en, zh = sides[region.side]
            assert en in region.title.en
            assert zh in region.title.zh
    assert len({region.title.en for region in regions}) == len({region.title.zh for region in regions}) == len(regions)


def test_the_areas_are_those_of_the_index():
    """Nineteen areas; five regions, from which jaw, chest and abdomen are left out; a region keeps its side."""
    areas = {area.id: area for area in CHART.areas}

    assert len(areas) == 19
    assert {area.body_region for area in CHART.areas if area.body_region} == {
        *("left-upper", "right-upper", "left-lower", "right-lower", "axial"),
    }
    assert {name for name, area in areas.items() if not area.body_region} == {
        *("jaw-left", "jaw-right", "chest", "abdomen"),
    }
    assert {region.area for region in CHART.regions() if region.area} == set(areas)
    for region in CHART.regions():
        if region.area.endswith(("-left", "-right")):
            assert region.area.endswith(f"-{region.side}")


def test_the_source_of_the_areas_is_in_the_bibliography():
    """Who made the areas and regions can be looked up."""
    assert CHART.areas_reference in Library.packaged().references


def test_the_back_is_finer_than_the_front():
    """Between ribs and gluteal fold the back has spine, sides, sacrum, pelvis and buttocks."""
    names = {region.id for region in CHART.view("back").regions}

    assert {"lumbar-spine", "low-back-left", "low-back-right", "sacrum", "pelvis-back-left", "buttock-right"} <= names

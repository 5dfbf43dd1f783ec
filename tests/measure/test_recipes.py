"""Books made ready for scoring: what a wrong book is told, and what is made once."""

import pytest

from backloop.errors import InvalidBook
from backloop.library import Library, Sum, Table
from backloop.measure import score
from backloop.measure.recipes import asked, recipe
from backloop.record import Observation

HEAD = """
id = "tiny"
version = "1"
title = { en = "Tiny", zh = "小问卷" }
summary = { en = "For tests.", zh = "供测试。" }
domain = "test"
recall = { en = "now", zh = "现在" }
minutes = 1
references = ["backloop-convention"]
[licence]
class = "A"
text = "absent"
holder = "nobody"
terms = { en = "free", zh = "免费" }
reference = "backloop-convention"
verified = false
[answers]
low = 1
high = 3
[[items]]
id = "tiny_01"
topic = { en = "one", zh = "一" }
[[items]]
id = "tiny_02"
topic = { en = "two", zh = "二" }
kind = "number"
[[scores]]
id = "tiny"
title = { en = "Tiny", zh = "小问卷" }
scale = { better = "low" }
missing = { rule = "none", reference = "backloop-convention", verified = false }
"""


@pytest.fixture
def with_key(tmp_path):
    """Give a library that holds one tiny instrument with the given key."""

    def act(key, *, head=HEAD, tail=""):
        (tmp_path / "instruments").mkdir()
        (tmp_path / "instruments" / "tiny.toml").write_text(f"{head}key = {key}\n{tail}", encoding="utf-8")
        return Library.packaged().with_shelf(tmp_path)

    return act


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ('{ method = "sum", items = ["tiny_03"] }', r"asks for \['tiny_03'\]"),
        ('{ method = "combination", terms = [{ of = "tiny" }] }', r"asks for \['tiny'\]"),
        ('{ method = "trials", field = "distance", summary = "mean" }', r"asks for \['distance'\]"),
        ('{ method = "table", items = ["tiny_01"], first = 1, values = [40, 50] }', "from 1 to 3"),
        ('{ method = "table", items = ["tiny_01"], first = 2, values = [40, 50] }', "from 1 to 3"),
        ('{ method = "percent", items = ["tiny_02"] }', "must cover"),
    ],
)
def test_contradicting_key_is_refused(with_key, key, told):
    """A key that asks for what is not there, or does not reach as far as its items, names book and score."""
    with pytest.raises(InvalidBook, match=rf"tiny.toml: 'tiny' .*{told}"):
        recipe(with_key(key), "tiny", "und")


def test_sites_own_book_is_scored_from_its_shelf(with_key):
    """A book of a site's own shelf is made ready like any other."""
    found = recipe(with_key('{ method = "sum", items = ["tiny_01"] }'), "tiny", "und")
    assert found.name == "instruments/tiny@1"


def test_score_of_an_incomplete_part_has_no_error_range(with_key, make_record):
    """A score made from a part that was made without an answer is as incomplete as that part."""
    missing = 'missing = { rule = "answered", reference = "backloop-convention", verified = false }'
    precision = (
        '[[scores.precision]]\nsem = 1\npopulation = { en = "adults", zh = "成人" }\nlanguage = "any"\n'
        'reference = "backloop-convention"\nverified = true\n'
    )
    whole = f"""
[[scores]]
id = "tiny.whole"
title = {{ en = "Whole", zh = "总分" }}
scale = {{ better = "low" }}
key = {{ method = "binned", of = ["tiny"], bins = [{{ at_least = 2, value = 1 }}], otherwise = 0 }}
{missing}
{precision}"""
    part = HEAD.replace('missing = { rule = "none"', 'missing = { rule = "answered"')
    library = with_key('{ method = "mean", items = ["tiny_01", "tiny_02"] }', head=part, tail=whole)
    seen = [
        Observation(session_id="ses-01", kind="response", book="tiny", item=f"tiny_0{place}", value=2)
        for place in (1, 2)
    ]
    measures = [score(make_record(*seen[:count]), library=library).get("tiny.whole", "ses-01") for count in (2, 1)]
    assert [measure.value for measure in measures] == [1, 1]
    assert [measure.interval is None for measure in measures] == [False, True]


def test_recipe_is_made_once(packaged):
    """The same library, book and language give the same object."""
    assert recipe(packaged, "nrs", "en") is recipe(packaged, "nrs", "en")


def test_other_books_yield_no_measure(packaged):
    """An intervention cannot be scored."""
    with pytest.raises(InvalidBook, match="Intervention yields no measure"):
        recipe(packaged, "resolve", "en")


@pytest.mark.parametrize("shelf", ["instruments", "protocols", "markers"])
def test_every_packaged_book_can_be_made_ready(packaged, shelf):
    """No packaged book contradicts itself, in any of three languages."""
    for book in packaged.shelf(shelf):
        for language in ("en", "zh-Hans", "und"):
            assert recipe(packaged, book, language).scores


def test_asked_names_each_item_once():
    """An item asked for twice is named once, in its place."""
    assert asked(Sum(method="sum", items=("x_02", "x_01", "x_02"))) == ("x_02", "x_01")
    assert asked(Table(method="table", items=("x_01",), first=0, values=(1, 2))) == ("x_01",)


def test_bands_are_named_by_the_highest_limit_reached(packaged):
    """A value at a limit belongs to the stretch that begins there, under each scheme."""
    ready = recipe(packaged, "gad-7", "en").scores[0]
    assert [ready.bands(value)[0].label.en for value in (4, 5, 9, 10, 15)] == [
        "none to minimal",
        "mild",
        "mild",
        "moderate",
        "severe",
    ]

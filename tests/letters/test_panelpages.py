"""The page of a panel: every row in both languages, conflicts marked, nothing from outside, and readable by all."""

import json
import re
import sys

import numpy as np
import pytest

from backloop.letters import panel_page
from backloop.letters.wording import Words
from backloop.library import Library
from backloop.panel import Panel, PanelProblem
from backloop.units import Text

# What every reader of Chinese reads as it stands: names of methods and of this library, ids of people.
AS_IT_STANDS = {
    "ALFF", "backloop", "fALFF", "Fisher", "Kendall", "madeup", "mmol", "nilearn", "pip", "install", "brain", "ReHo",
    "ses", "SHA", "slow", "sub", "CLBP", "EEG", "RMDQ", "MNI", "site", "own", "task", "rest", "edf", "eeg",
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(panel, curves, matrix) -> dict[str, str]:
    """The page in each language, without maps."""
    return {lang: panel_page(panel, curves=curves, matrices=(matrix,), lang=lang) for lang in ("en", "zh")}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_shuts_nobody_out(pages, page, lang):
    """One h1, named pictures with words, scoped headers, captions, closed elements; no script, nothing from outside."""
    assert [] == page(pages[lang]).faults()
    assert "<script" not in pages[lang]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_has_every_row(pages, panel, page, lang):
    """Title, id, convention and value or reason of each marker; nothing is left out."""
    text = page(pages[lang]).text
    words = Words(lang)
    for row in panel.rows:
        reading = row.reading
        assert row.title.say(lang).partition(":")[0].partition("：")[0] in text
        assert reading.marker in text
        assert reading.convention in text
        assert (words.figure(reading.value) if reading.value is not None else reading.reason.say(lang)) in text


@pytest.mark.parametrize(("lang", "word"), [("en", "conflicting"), ("zh", "证据矛盾")])
def test_conflicting_markers_are_marked(pages, panel, lang, word):
    """A marker whose studies conflict carries the word, one whose studies agree does not."""
    library = Library.packaged()
    heads = re.findall(r'<tr class="book">(.*?)</tr>', pages[lang], re.DOTALL)
    for row in panel.rows:
        title = library.marker(row.reading.marker.partition(".")[0]).title.say(lang)
        (head,) = [head for head in heads if f">{title}" in head]

        assert row.is_conflicting == (f'class="conflicting">{word}<' in head)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_contradicts_is_told_with_its_source(pages, panel, page, lang):
    """Each contradicting study stands on the page with a number that leads to its reference."""
    text = page(pages[lang]).text
    for row in panel.rows:
        for told in row.contradicted_by:
            assert told.say(lang).rpartition("[")[0].strip() in text
    assert 'href="#source-1"' in pages[lang]
    assert "[zou-review]" not in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_reference_is_said_or_that_there_is_none(pages, page, lang):
    """Own controls are counted; a marker without them says that no number is held against it."""
    text, words = page(pages[lang]).text, Words(lang)

    assert words("compared.own controls", count=13) in text
    assert words("recorded.no-reference") in text
    assert words("panel.standing-caption") in text


def test_a_page_without_any_reference_says_so(panel, page):
    """Values without reference stand by themselves, and no chart pretends otherwise."""
    rows = tuple(row for row in panel.rows if row.standing.z is None)
    text = page(panel_page(panel.model_copy(update={"rows": rows}))).text

    assert Words("en")("panel.no-standing") in text
    assert Words("en")("panel.standing-caption") not in text


def test_english_has_no_chinese(pages, page):
    """The page in English is English throughout."""
    assert not re.search(r"[\u4e00-\u9fff]", pages["en"])


def test_chinese_has_no_english(pages, page):
    """The page in Chinese is Chinese, but for names, ids, and what programs call things, which is marked as English."""
    html = re.sub(
        r'<style>.*?</style>|<(\w+) [^>]*lang="en"[^>]*>.*?</\1>|<code>.*?</code>', " ", pages["zh"], flags=re.DOTALL
    )
    html = html.partition('id="sources"')[0]
    strangers = set(re.findall(r"[A-Za-z]{3,}", page(html).text if html.endswith("</html>") else _words(html)))

    assert set() == strangers - AS_IT_STANDS


def _words(html: str) -> str:
    return re.sub(r"<[^>]*>", " ", html)


def test_quality_that_all_share_is_said_once(pages):
    """Head motion stands above the table, not on every line of it."""
    assert pages["en"].count("mean head motion 0.12") == 1


def test_files_parameters_and_programs_are_told(pages, page):
    """Names with hashes, what was set, and which versions ran."""
    text = page(pages["en"]).text

    assert "a" * 64 in text
    assert "24P" in text
    assert "1.17.1" in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_of_nothing_but_problems(page, lang):
    """Somebody whose files could not be read gets a page that says why, and no empty chart."""
    why = Text(en="the file is cut short", zh="文件不完整")
    panel = Panel(
        participant_id="sub-9",
        edition="2026-11-22",
        problems=(PanelProblem(source="a.edf", reason=why, modality="eeg"),),
    )
    found = page(panel_page(panel, lang=lang))

    assert [] == found.faults()
    assert why.say(lang) in found.text
    assert Words(lang)("panel.no-rows") in found.text
    assert [] == found.all("svg")


def test_several_visits_are_told_apart(panel, page):
    """Rows of two visits name theirs."""
    later = tuple(
        row.model_copy(update={"reading": row.reading.model_copy(update={"session_id": "ses-w12"})})
        for row in panel.rows
    )
    text = page(panel_page(panel.model_copy(update={"rows": (*panel.rows, *later)}))).text

    assert text.count("ses-w12") > len(panel.rows)


def test_names_are_escaped(panel, page):
    """What a file is called runs nothing."""
    odd = PanelProblem(source="<b>&.edf", reason=Text(en="odd", zh="异常"), modality="<i>")

    assert "<b>&amp;" not in panel_page(panel.model_copy(update={"problems": (odd,)}))
    assert page(panel_page(panel.model_copy(update={"problems": (odd,)}))).faults() == []


def test_maps_stand_on_the_page(panel, page, brain_map):
    """A map is an image inside the page, with words and a table."""
    html = panel_page(panel, maps=(brain_map,))
    found = page(html)

    assert [] == found.faults()
    assert html.count('src="data:image/png;base64,') == 1
    assert "Connectivity: both nuclei accumbens" in found.text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_nilearn_the_page_says_so(panel, page, brain_map, monkeypatch, lang):
    """Missing pictures have a reason, and the rest of the page stands."""
    monkeypatch.setitem(sys.modules, "nilearn.plotting", None)
    found = page(panel_page(panel, maps=(brain_map,), lang=lang))

    assert [] == found.faults()
    assert Words(lang)("brain-map.no-nilearn").partition(":")[0].partition("：")[0] in found.text
    assert [] == found.all("img")


@pytest.fixture
def brain_map(tmp_path):
    """A map of a seed in MNI space with its sidecar."""
    nib = pytest.importorskip("nibabel", reason="the brain extra is not installed")
    pytest.importorskip("nilearn", reason="the brain extra is not installed")
    path = tmp_path / "sub-madeup7_task-rest_space-MNI152NLin2009cAsym_seed-accumbens_stat-fisherz_boldmap.nii.gz"
    affine = np.array([[6, 0, 0, -90], [0, 6, 0, -126], [0, 0, 6, -72], [0, 0, 0, 1]], dtype=float)
    values = np.random.default_rng(1).normal(0, 0.3, (31, 37, 31)).astype(np.float32)
    nib.save(nib.Nifti1Image(values, affine), path)
    title = {"en": "Connectivity: both nuclei accumbens", "zh": "功能连接：双侧伏隔核"}
    told = {"Title": title, "Units": "Fisher z", "Seed": {"id": "accumbens"}, "EffectiveSamples": 60.0}
    path.with_name(path.name.removesuffix(".nii.gz") + ".json").write_text(json.dumps(told), encoding="utf-8")
    return path

"""Brain recordings in the clinician's letter: unit, interval, deviation and its basis, quality, contradictions."""

import re

import pytest

from backloop.letters import letter
from backloop.letters.wording import Words, read_words
from backloop.measure import Deviation, Measure, Measures, Recorded
from backloop.units import Absent, Interval, Scale, Text

LANGS = ("en", "zh")
TEXT = Text(en="Nothing survived correction (5075 people) [henn-2022]", zh="校正后未见差异（5075人）[henn-2022]")
VOLUME = Measure(
    id="nac-volume.left",
    book="nac-volume",
    session_id="ses-w12",
    title=Text(en="Nucleus accumbens volume: left", zh="伏隔核体积：左侧"),
    value=508.2,
    scale=Scale(low=0, unit="mm3", better="neither"),
    interval=Interval(low=490.1, high=526.3),
    origin="recorded",
    certainty="low",
    notes=(Text(en="Two runs.", zh="两次采集。"),),
    deviation=Deviation(z=-2.4, interval=Interval(low=-3.6, high=-1.2), basis="own controls", n_controls=12),
    recorded=Recorded(
        convention="FreeSurfer aseg.stats",
        n=1204,
        counted="voxels",
        quality={"surface_holes": 14.0, "unnamed": 3.0},
        contradicted_by=(TEXT,),
    ),
)
NAA = VOLUME.model_copy(
    update={
        "id": "acc-naa",
        "book": "acc-naa",
        "title": Text(en="NAA", zh="NAA值"),
        "value": 0.0843,
        "interval": None,
        "deviation": None,
        "recorded": Recorded(convention="LCModel"),
    }
)
FAILED = NAA.model_copy(
    update={"id": "p300", "value": None, "absent": Absent.ARTEFACT, "notes": (Text(en="too noisy", zh="噪声过大"),)}
)


@pytest.fixture
def with_recordings(measures) -> Measures:
    """The made-up person's measures with three recordings at the last visit."""
    return measures.model_copy(update={"measures": (*measures.measures, VOLUME, NAA, FAILED)})


def table(text: str) -> str:
    """Give the words of the table of recordings and what follows it in its section."""
    inside = text.partition('<table class="recorded">')[2].partition("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside))


@pytest.mark.parametrize("lang", LANGS)
def test_a_letter_with_recordings_shuts_nobody_out(with_recordings, profile, page, lang):
    """Structure and names hold for the new table, beside a profile or alone."""
    assert [] == page(letter([with_recordings, profile], reader="clinician", lang=lang)).faults()


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            ("508 mm³", "490 to 526", "−2.4 SD −3.6 to −1.2 12 own controls", "1,204 voxels", "14 surface holes",
             "Nothing survived correction (5075 people)", "0.0843", "no reference with numbers",
             "nothing found against it", "Recordings without a value: 1", "too noisy", "Two runs."),
        ),
        (
            "zh",
            ("508 mm³", "490 至 526", "−2.4 SD −3.6 至 −1.2 本地对照 12 人", "1,204 个体素", "表面孔洞 14",
             "校正后未见差异（5075人）", "0.0843", "无数值参照", "未见相反证据", "无数值的脑部记录：1 项",
             "噪声过大", "两次采集。"),
        ),
    ],
)  # fmt: skip
def test_the_clinician_reads_number_doubt_and_contradiction(with_recordings, lang, said):
    """Each recording stands with unit, interval, deviation with basis, quality and what contradicts it."""
    shown = table(letter(with_recordings, reader="clinician", lang=lang))

    assert [] == [words for words in said if words not in shown]


def test_what_contradicts_a_marker_leads_to_its_source(with_recordings):
    """The key of the study becomes a number in the list of sources; no key is printed in the table."""
    made = letter(with_recordings, reader="clinician")

    assert "[henn-2022]" not in made
    assert "Henn" in made.partition('id="sources"')[2]


def test_recordings_and_scores_have_tables_of_their_own(with_recordings, measures):
    """The table of scores is what it was without recordings."""
    before, after = (letter(each, reader="clinician") for each in (measures, with_recordings))

    assert '<table class="recorded">' not in before
    assert (
        before.partition('<table class="measures">')[2].partition("</table>")[0]
        == (after.partition('<table class="measures">')[2].partition("</table>")[0])
    )


def test_the_patient_is_not_shown_brain_numbers(with_recordings):
    """No marker of the brain is a test of one person, so none stands among the person's numbers."""
    assert "accumbens" not in letter(with_recordings, reader="patient")


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (9.0, "9"), (1058.2, "1058"), (9.434, "9.43"), (-0.0843, "−0.0843"), (0.000512, "0.000512")],
)
def test_recorded_numbers_keep_three_figures(value, written):
    """A share of 0.0843 is not written as 0.08, a volume not as 1.06e+03."""
    assert Words("en").figure(value) == written


def test_every_quality_has_words_with_its_value():
    """What is said of quality holds the number in both languages."""
    phrases = [text for key, text in read_words().items() if key.startswith("quality.")]

    assert all("{value}" in text.en and "{value}" in text.zh for text in phrases)

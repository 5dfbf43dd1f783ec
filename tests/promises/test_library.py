"""What every book of the library promises: it parses, it cites, it speaks two languages, its names exist."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from backloop.library import SHELVES, Book, Condition, Library, Quantity, Score, cited_keys
from backloop.tissues import Structures, read_structure_markers
from backloop.units import Frozen, Text

LIBRARY = Library.packaged()
BOOKS = [(name, book_id) for name in SHELVES for book_id in sorted(LIBRARY.shelf(name))]
CHINESE = re.compile(r"[㐀-鿿]")
OWN_RULES = {"backloop-convention", "backloop-unverified"}
NOBODY = Structures(person="nobody", volumes_mm3={}, cortex={}, files=())
SIDED = read_structure_markers(NOBODY, participant_id="sub-0", session_id="ses-0")
"""What is read of the structure of a brain: markers, and their sides as parts."""

EXPECTED = {
    "instruments": """nrs vas bpi rmdq odi frebaq tsk-17 tsk-13 tsk-11 fabq pcs pseq bbq back-paq-10 csi paindetect
        start-back orebro-short dass-21 hads phq-9 gad-7 isi psqi eq-5d-5l sf-12 promis-29 psfs gpe pgic ipaq-sf ceq
        wai-sr tms-screen handedness red-flags neuro-exam iasp-nociplastic peripheral-exam health-screen preferences
        clinic-resources treatment-decisions session-check""",
    "protocols": """two-point-lumbar tactile-localisation graphaesthesia left-right-trunk luomajoki ppt-lumbar
        ppt-remote temporal-summation wind-up-ratio cpm chair-stand-30s finger-floor biering-sorensen
        activity-tolerance""",
    "markers": """eeg-alpha-power eeg-theta-alpha-ratio eeg-peak-alpha nac-slow5 nac-volume nac-mpfc-connectivity
        s1-back-salience s1-back-dmn s1-back-fa visual-s1 mpfc-dmn amygdala-cen hippocampus-mpfc
        thalamocortical-dynamics acc-naa acc-glx acc-thickness vlpfc-thickness s1-alff acc-alff p300 pag-vmpfc
        frontal-pole-oxygenation eeg-theta-connectivity feedback-negativity balance-n1 somatosensory-evoked
        m1-alff paracentral-alff sma-alff insula-alff amygdala-alff hippocampus-alff thalamus-alff dmn-alff
        s1-reho acc-reho mpfc-salience mpfc-somatomotor mpfc-cen amygdala-dmn nac-dlpfc vta-mpfc vta-hippocampus
        sfg-thickness s1-thickness s1-volume acc-volume amygdala-volume hippocampus-volume slf-fa
        eeg-theta-power eeg-beta-power eeg-slope eeg-alpha-reactivity evoked-habituation
        acc-mi dlpfc-naa dlpfc-glucose m1-naa s1-naa s1-cho insula-naa thalamus-mi pag-glx-gaba""",
    "mechanisms": """cortical-map thalamocortical-dysrhythmia mesolimbic central-sensitisation network-reorganisation
        descending-inhibition neurometabolic threat-beliefs catastrophising low-self-efficacy low-mood anxiety
        poor-sleep motor-control trigger-points segmental-stiffness deconditioning nociceptive neuropathic
        nociplastic""",
    "interventions": """resolve pain-education graded-activity motor-control-exercise aerobic-exercise
        resistance-exercise mind-body-exercise postural-training slow-breathing inspiratory-muscle-training
        spinal-manipulation spinal-mobilisation trigger-point-compression wrist-ankle-acupuncture body-acupuncture
        tdcs-m1 tdcs-dlpfc tdcs-exercise rtms-m1 rtms-dlpfc pemf traction therapeutic-ultrasound tens lumbar-belt
        sham-laser sham-diathermy sham-stimulation""",
    "safety": """cauda-equina progressive-deficit upper-motor-neurone vascular-emergency infection malignancy fracture
        inflammatory-back-pain radiculopathy suicidal-thoughts single-red-flag""",
    "sessions": """new-emergency-signs leg-weakness chest-symptoms fever-or-illness fall-or-injury pain-acceptable
        pain-high pain-by-plan flare-over-a-day flare-plan-by-plan flare-plan-by-response broken-skin
        stimulation-new-risk task-upset missed-one missed-two away-two-weeks""",
    "claims": "review-claims",
    "limits": """rtms-trains rtms-trains-conservative rtms-train-intervals theta-burst tms-session-bounds
        visual-motor-threshold tdcs-bounds tdcs-current-density tms-medicines tms-contraindications
        tdcs-contraindications""",
    "checklists": "tms-reporting",
    "tasks": """left-right-judgement tactile-localisation-training two-point-training graphaesthesia-training
        imagined-movement precise-movement""",
}


def _inside(thing: object, kind: type[Frozen]) -> Iterator[Frozen]:
    """Find every part of one kind, however deep."""
    if isinstance(thing, kind):
        yield thing
    if isinstance(thing, Frozen):
        thing = tuple(getattr(thing, name) for name in type(thing).model_fields)
    elif isinstance(thing, dict):
        thing = tuple(thing.values())
    for part in thing if isinstance(thing, tuple) else ():
        yield from _inside(part, kind)


def _names(book: Book) -> set[str]:
    """Name everything that a condition may ask about in one book."""
    items = {item.id for item in getattr(book, "items", ())}
    return items | {score.id for score in _inside(book, Score)}


@pytest.fixture(params=BOOKS, ids="/".join)
def book(request) -> Book:
    """Open one book after the other."""
    shelf, book_id = request.param
    return LIBRARY.shelf(shelf)[book_id]


@pytest.fixture(scope="module")
def askable() -> set[str]:
    """Collect the ids of all items, scores and markers, and what programmes and protocols know of themselves."""
    shelves = ("instruments", "protocols")
    found = {name for shelf in shelves for book in LIBRARY.shelf(shelf).values() for name in _names(book)}
    known_of_itself = {"sessions.missed-in-a-row", "sessions.days-since-last", *get_args(Quantity)}
    return found | _asked_of_markers() | known_of_itself


def _asked_of_markers() -> set[str]:
    """Name every marker, the sides of those that are read on both, and how far each lies from healthy people."""
    markers = {*LIBRARY.shelf("markers"), *(reading.marker for reading in SIDED)}
    return markers | {f"{marker}.deviation{end}" for marker in markers for end in ("", "-low", "-high")}


@pytest.mark.parametrize("shelf", SHELVES)
def test_no_book_is_missing_from_a_shelf(shelf):
    """Every id that other rooms and clinics rely on is there."""
    assert set() == set(EXPECTED[shelf].split()) - set(LIBRARY.shelf(shelf))


def test_no_id_stands_on_two_shelves():
    """An id names one book, so it can be cited without its shelf; a mechanism and its measure differ."""
    ids = [book_id for _, book_id in BOOKS]

    assert sorted(set(ids)) == sorted(ids)


def test_the_library_finds_nothing_wrong_with_itself():
    """The check that clinics run over their own shelves passes on the packaged ones."""
    assert [] == LIBRARY.check()


def test_every_source_has_a_title():
    """A reference without a title cannot be looked up."""
    assert [] == [key for key, reference in LIBRARY.references.items() if not reference.title]


def test_every_reference_resolves(book):
    """What a book cites stands in the bibliography."""
    assert set() == set(cited_keys(book.model_dump())) - set(LIBRARY.references)


def test_every_book_cites(book):
    """No book speaks without a source."""
    assert list(cited_keys(book.model_dump()))


def test_own_rules_are_never_called_verified(book):
    """A convention of ours, or general knowledge, was not read in a source; own wording has no other author."""
    claims = [part for part in _inside(book, Frozen) if getattr(part, "reference", "") in OWN_RULES]
    kinds = {type(part).__name__ for part in claims if getattr(part, "verified", False)}

    assert set() == kinds - {"Licence"}


def test_both_languages_speak(book):
    """Chinese words hold Chinese characters, and English words hold none."""
    texts = list(_inside(book, Text))

    assert texts
    assert [] == [text.en for text in texts if CHINESE.search(text.en) or not text.en.strip()]
    assert [] == [text.en for text in texts if not CHINESE.search(text.zh) and any(map(str.isalpha, text.zh))]


def test_title_and_summary_differ_between_the_languages(book):
    """A title is translated, not copied."""
    assert CHINESE.search(book.title.zh)
    assert CHINESE.search(book.summary.zh)


def test_conditions_ask_for_what_exists(book, askable):
    """A condition on a misspelt id could never hold, and would look like good news."""
    asked = {name for condition in _inside(book, Condition) for name in condition.ids()}

    assert set() == asked - askable


def test_codes_seen_wrong_elsewhere_are_not_inherited():
    """A page numbers neuropathic pain MG30.4, and an implementation guide lists other PROMIS codes; neither is here."""
    wrong = re.compile(r"MG30\.4|617(?:58|59|60|61|62|63|64)-\d")
    paths = [LIBRARY.shelf(shelf).path(book_id) for shelf, book_id in BOOKS]

    assert [] == [path.name for path in paths if wrong.search(path.read_text(encoding="utf-8"))]

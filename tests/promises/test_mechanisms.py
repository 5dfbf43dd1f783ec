"""What every mechanism promises: clues from books that exist, asked of those books alone, and a way to settle it."""

import pytest

from backloop.library import Library, Mechanism

LIBRARY = Library.packaged()
SHELF = LIBRARY.shelf("mechanisms")
SOURCES = {name for shelf in ("instruments", "protocols", "markers") for name in LIBRARY.shelf(shelf)}
GROUPS = {
    "central": """cortical-map thalamocortical-dysrhythmia mesolimbic central-sensitisation network-reorganisation
        descending-inhibition neurometabolic""",
    "cognitive and affective": "threat-beliefs catastrophising low-self-efficacy low-mood anxiety poor-sleep",
    "peripheral": "motor-control trigger-points segmental-stiffness deconditioning",
    "pain type": "nociceptive neuropathic nociplastic",
}
WEAK = {"weak"}
CERTAINTIES = ("unrated", "very low", "low", "moderate", "high")


@pytest.fixture(params=sorted(SHELF))
def book(request) -> Mechanism:
    """Open one mechanism after the other."""
    return SHELF[request.param]


@pytest.mark.parametrize("group", GROUPS)
def test_the_groups_are_complete(group):
    """Central, cognitive, peripheral and pain type stand apart."""
    assert set(GROUPS[group].split()) == {name for name, book in SHELF.items() if book.group == group}


def test_every_clue_comes_from_a_book(book):
    """A clue names the instrument, protocol or marker that yields it."""
    assert set() == {clue.source for clue in book.clues} - SOURCES


def test_clues_have_ids_of_their_own(book):
    """No clue is told twice under one id."""
    ids = [clue.id for clue in book.clues]

    assert sorted(set(ids)) == sorted(ids)


def test_a_clue_asks_its_own_source_only(book):
    """What a clue asks is yielded by the book it names, so the right test is offered next."""
    for clue in book.clues:
        conditions = [each for each in (clue.speaks_for, clue.speaks_against) if each is not None]
        asked = {name for condition in conditions for name in condition.ids()}
        own = {name for name in asked if name == clue.source or name.startswith((f"{clue.source}.", f"{clue.source}_"))}

        assert asked == own


def test_something_can_speak_for_it(book):
    """A mechanism nothing could ever support would be a verdict in advance."""
    assert any(clue.speaks_for for clue in book.clues) or all(
        clue.source in LIBRARY.shelf("markers") for clue in book.clues
    )


def test_for_and_against_exclude_each_other(book):
    """No single value of a measure speaks for and against at once."""
    for clue in book.clues:
        if clue.speaks_for is None or clue.speaks_against is None:
            continue
        names = {*clue.speaks_for.ids(), *clue.speaks_against.ids()}
        for value in (*range(-100, 101), -0.5, 0.5, 1.5, 2.5):
            known = dict.fromkeys(names, float(value))

            assert not (clue.speaks_for.judge(known.get) and clue.speaks_against.judge(known.get))


def test_nothing_leans_on_a_conflicting_marker(book):
    """Where studies disagree on a marker, its clue stays weak."""
    markers = LIBRARY.shelf("markers")
    leaning = [clue for clue in book.clues if clue.source in markers and markers[clue.source].is_conflicting]

    assert {clue.strength for clue in leaning} <= WEAK


def test_a_marker_on_which_studies_disagree_has_no_limit(book):
    """What is never counted is not given a limit that looks as if it were."""
    markers = LIBRARY.shelf("markers")
    disputed = [clue for clue in book.clues if clue.source in markers and markers[clue.source].is_conflicting]

    assert {(clue.speaks_for, clue.speaks_against) for clue in disputed} <= {(None, None)}


def test_a_marker_speaks_through_its_deviation_only_and_no_louder_than_it_is_sure(book):
    """No value of a recording has a limit of its own; the limit is unverified, its weight the marker's certainty's."""
    markers = LIBRARY.shelf("markers")
    for clue in book.clues:
        questions = [each for each in (clue.speaks_for, clue.speaks_against) if each is not None]
        if clue.source not in markers or not questions:
            continue
        ends = {name.rpartition(".")[2] for question in questions for name in question.ids()}

        assert ends <= {"deviation", "deviation-low", "deviation-high"}
        assert not clue.verified
        assert clue.strength == "weak" or markers[clue.source].certainty in {"moderate", "high"}
        assert CERTAINTIES.index(clue.certainty) <= CERTAINTIES.index(markers[clue.source].certainty)
        assert "backloop-convention" in book.references


def test_it_says_what_would_settle_it(book):
    """A clinician learns what to test next, a patient what it means."""
    assert len(book.settles.en.split()) > 5
    assert len(book.plain.en.split()) > 10


def test_plain_words_do_not_frighten(book):
    """Words for patients carry no word that makes a back sound broken."""
    frightening = {"damage", "damaged", "degenerat", "broken", "abnormal", "disease"}

    assert set() == {word for word in frightening if word in book.plain.en.casefold()}

"""People who do not exist: made from a seed, for tests, demonstrations and teaching.

Decides how a made-up person answers any book; nothing here says how real people answer.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from backloop.errors import UnknownBook
from backloop.library import Instrument, Library, Protocol, TrialField
from backloop.record.leanings import ACTIVITIES, TRIALS, Leaning, TrialHabit, ladder_of, leaning_of, reported_ladder
from backloop.record.records import Observation, Origin, Participant, Record, Session, Value
from backloop.record.targets import require_target
from backloop.units import Frozen, Scale

__all__ = ["CLINIC_BOOKS", "Traits", "make_person"]

Floats = NDArray[np.float64]

CLINIC_BOOKS = (
    "nrs", "rmdq", "odi", "frebaq", "tsk-13", "fabq", "pcs", "pseq", "bbq", "phq-9", "gad-7", "isi", "csi",
    "paindetect", "start-back", "psfs", "red-flags", "neuro-exam", "iasp-nociplastic", "health-screen", "preferences",
    "clinic-resources", "peripheral-exam", "two-point-lumbar", "left-right-trunk", "luomajoki", "activity-tolerance",
)  # fmt: skip
"""What a made-up person is asked and tested with by default."""

_PACE_WEEKS = 10.0
_NAMED_ACTIVITIES = 3
_NOT_ASKED = frozenset({"psfs_08", "psfs_10"})
_REPORTED = Leaning(0.0, severity=0.5, mood=0.3)
_COMMON = 0.55
_SHARE_OF_WOMEN = 0.55
_SHARE_OF_CHINESE = 0.5


class Traits(Frozen):
    """What makes a made-up person: standard scores, 0 is the average person in a pain clinic, higher is worse.

    ``blur`` is how blurred the brain's map of the back is. A trait left out is drawn from the seed.

    Examples
    --------
    >>> Traits(severity=1.5).blur is None
    True
    """

    severity: float | None = None
    fear: float | None = None
    mood: float | None = None
    blur: float | None = None


def make_person(
    *,
    seed: int,
    weeks: Sequence[int] = (0,),
    books: Sequence[str] | None = None,
    library: Library | None = None,
    traits: Traits | Mapping[str, float] | None = None,
    answers: Mapping[str, Value] | None = None,
) -> Record:
    """Make up a person with low back pain who answers any questionnaires and tests.

    Parameters
    ----------
    seed : int
        Which person, from 0; the same seed is the same person, whatever the books and weeks.
    weeks : sequence of int
        The visits, counted in weeks from the first; most people slowly improve.
    books : sequence of str, optional
        Ids of instruments and tests; by default those of a clinic's first visit.
    library : Library, optional
        The books; the packaged ones by default.
    traits : Traits or dict, optional
        Severity, fear, mood and blur as standard scores, instead of those drawn from the seed.
    answers : dict, optional
        Answers by item id, given at every visit instead of made-up ones (``{"red-flags_01": 1}``).

    Returns
    -------
    Record
        Participant ``sub-madeup<seed>`` with visits ``ses-w00``, ``ses-w06`` …; `is_made_up` is True.

    Raises
    ------
    UnknownBook
        If there is no such instrument or test, or an answer belongs to none of the books.

    Notes
    -----
    Four correlated latent traits pull at every answer through a logistic curve, with a steady and a passing whim.
    All numbers were invented. Do not estimate, calibrate or validate anything on made-up people.

    Examples
    --------
    >>> person = make_person(seed=1, weeks=(0, 6), books=("nrs", "frebaq"), answers={"nrs_01": 7})
    >>> [visit.session_id for visit in person.sessions], person.observations[-1].value
    (['ses-w00', 'ses-w06'], 7)
    """
    shelf = library or Library.packaged()
    habits = _habits(shelf, tuple(sorted(set(CLINIC_BOOKS if books is None else books))))
    fixed = dict(answers or {})
    _check_answers(fixed, habits, shelf)
    rng = np.random.default_rng(seed)
    participant = _introduce(seed, rng)
    latent, gain = _latent(rng, Traits.model_validate(traits or {}))
    fixed = _activities(rng, participant.language) | fixed
    whims = [np.random.default_rng([seed, crc32(habit.book.encode())]) for habit in habits]
    steady = [
        rng.standard_normal(habit.groups.max() + 1)[habit.groups] for rng, habit in zip(whims, habits, strict=True)
    ]
    visits = tuple(
        Session(session_id=f"ses-w{week:02d}", order=place, week=week) for place, week in enumerate(weeks, 1)
    )
    seen: list[Observation] = []
    for visit, week in zip(visits, weeks, strict=True):
        now = latent - gain * (1.0 - np.exp(-week / _PACE_WEEKS))
        for habit, whim, own in zip(habits, whims, steady, strict=True):
            passing = whim.standard_normal(len(habit.groups))
            levels = habit.usual + habit.pulls @ now + habit.steady * own + habit.passing * passing
            seen += habit.observe(visit.session_id, levels, fixed)
    origin = Origin(name="backloop.make_person", format="made-up")
    return Record(participant=participant, sessions=visits, observations=tuple(seen), origin=origin)


class _Habit(ABC):
    """How people answer one book: for each answer its usual level, the pull of the traits, and two whims."""

    def __init__(self, book: str, leanings: Sequence[Leaning], groups: Sequence[int]) -> None:
        self.book = book
        self.usual = np.array([leaning.usual for leaning in leanings], dtype=float)
        self.pulls = np.array([leaning.pulls for leaning in leanings])
        self.steady = np.array([leaning.steady for leaning in leanings])
        self.passing = np.array([leaning.passing for leaning in leanings])
        self.groups = np.array(groups)

    @abstractmethod
    def observe(self, session_id: str, levels: Floats, fixed: Mapping[str, Value]) -> list[Observation]:
        """Turn levels into what is written down at one visit."""


class _Answering(_Habit):
    """How people answer an instrument: the level chooses a rung of each item's ladder."""

    def __init__(self, instrument: Instrument) -> None:
        items = instrument.items
        self.kind: Literal["response", "score"] = "response" if items else "score"
        leanings = [leaning_of(item) for item in items] or [_REPORTED] * len(instrument.scores)
        super().__init__(instrument.id, leanings, range(len(leanings)))
        self.ladders: list[tuple[str, tuple[Value, ...], Scale | None]] = [
            (item.id, () if item.id in _NOT_ASKED else ladder_of(instrument, item), None) for item in items
        ] or sorted((score.id, reported_ladder(score), score.scale) for score in instrument.scores)
        self.rungs = np.array([max(1, len(ladder)) for _, ladder, _ in self.ladders])

    def observe(self, session_id: str, levels: Floats, fixed: Mapping[str, Value]) -> list[Observation]:
        rungs = np.minimum((self.rungs / (1.0 + np.exp(-levels))).astype(int), self.rungs - 1)
        seen = []
        for (item, ladder, scale), rung in zip(self.ladders, rungs.tolist(), strict=True):
            value = fixed.get(item, ladder[rung] if ladder else None)
            if value is not None:
                seen.append(_write_down(session_id, self.kind, self.book, item, value=value, scale=scale))
        return seen


class _Performing(_Habit):
    """How people perform a test: the level becomes the number of each trial's field."""

    def __init__(self, protocol: Protocol) -> None:
        sites = [f"psfs_{2 * number + 1:02d}" for number in range(_NAMED_ACTIVITIES)]
        self.units = {field.id: field.unit for field in protocol.fields}
        habits = {field.id: TRIALS.get(f"{protocol.id}.{field.id}", _even(field)) for field in protocol.fields}
        self.slots = [
            (field, phase, site, trial)
            for phase in protocol.phases or ("",)
            for site in (sites if protocol.id == "activity-tolerance" else ("",))
            for trial in range(1, max(habit.trials for habit in habits.values()) + 1)
            for field in sorted(habits)
        ]
        own = [habits[field] for field, _, _, _ in self.slots]
        names = [(field, site, phase if habits[field].trials == 1 else "") for field, phase, site, _ in self.slots]
        super().__init__(
            protocol.id, [habit.leaning for habit in own], [list(dict.fromkeys(names)).index(n) for n in names]
        )
        self.usual += [(habit.phases or {}).get(slot[1], 0.0) for habit, slot in zip(own, self.slots, strict=True)]
        self.is_chance, self.is_log = (np.array([habit.how == how for habit in own]) for how in ("chance", "log"))
        self.step, self.low, self.high = (
            np.array(ends) for ends in zip(*((h.step, h.low, h.high) for h in own), strict=True)
        )

    def observe(self, session_id: str, levels: Floats, _fixed: Mapping[str, Value]) -> list[Observation]:
        numbers = np.where(self.is_log, np.exp(np.where(self.is_log, levels, 0.0)), levels)
        numbers = np.where(self.is_chance, levels > 0, numbers)
        numbers = np.clip(np.round(numbers / self.step) * self.step, self.low, self.high).round(3).tolist()
        kept = [int(number) if number.is_integer() else number for number in numbers]
        return [
            _write_down(
                session_id, "trial", self.book, field, value=number, place=(trial, phase, site), unit=self.units[field]
            )
            for (field, phase, site, trial), number in zip(self.slots, kept, strict=True)
        ]


@lru_cache(maxsize=16)
def _habits(library: Library, books: tuple[str, ...]) -> tuple[_Habit, ...]:
    found = [library.find(book) for book in books]
    answering = [_Answering(book) for book in found if isinstance(book, Instrument)]
    performing = [_Performing(book) for book in found if isinstance(book, Protocol)]
    if len(answering) + len(performing) < len(found):
        strange = [book.id for book in found if not isinstance(book, Instrument | Protocol)]
        message = f"{', '.join(strange)}: expected instruments and tests, made-up people have no other books"
        raise UnknownBook(message)
    return (*answering, *performing)


@lru_cache(maxsize=200_000, typed=True)  # 1 and 1.0 are written differently
def _write_down(
    session_id: str,
    kind: Literal["response", "trial", "score"],
    book: str,
    item: str,
    *,
    value: Value,
    place: tuple[int | None, str, str] = (None, "", ""),
    unit: str = "",
    scale: Scale | None = None,
) -> Observation:
    """Make an observation; people share the same frozen one where they answer the same."""
    trial, phase, site = place
    return Observation(
        session_id=session_id,
        kind=kind,
        book=book,
        item=item,
        value=value,
        unit=unit,
        trial=trial,
        phase=phase,
        site=site,
        scale=scale,
    )


def _even(field: TrialField) -> TrialHabit:
    low = field.low or 0.0
    high = low + 10.0 if field.high is None else field.high
    spread = (high - low) / 8
    return TrialHabit(
        Leaning((low + high) / 2, severity=spread / 2, steady=spread, passing=spread / 2),
        step=1.0 if field.whole else spread / 16,
        low=low,
        high=high,
    )


def _introduce(seed: int, rng: np.random.Generator) -> Participant:
    age, is_woman, speaks_chinese, years = rng.random(4)
    return Participant(
        participant_id=f"sub-madeup{seed}",
        age=float(20 + int(55 * age)),
        sex="female" if is_woman < _SHARE_OF_WOMEN else "male",
        language="zh-Hans" if speaks_chinese < _SHARE_OF_CHINESE else "en",
        attributes={"pain_years": 1 + int(20 * years**2)},
    )


def _latent(rng: np.random.Generator, traits: Traits) -> tuple[Floats, Floats]:
    """Draw the four traits, which share a common part, and how much each improves in the long run."""
    common, pace, *own = rng.standard_normal(6)
    drawn = _COMMON * common + np.sqrt(1 - _COMMON**2) * np.array(own)
    told = [traits.severity, traits.fear, traits.mood, traits.blur]
    latent = np.array([mine if given is None else given for mine, given in zip(drawn, told, strict=True)])
    return latent, np.array([0.8, 0.7, 0.5, 0.7]) + 0.6 * pace


def _activities(rng: np.random.Generator, language: str) -> dict[str, Value]:
    chosen = rng.permutation(len(ACTIVITIES))[:_NAMED_ACTIVITIES]
    words = [ACTIVITIES[number].say("zh" if language.startswith("zh") else "en") for number in chosen]
    return {f"psfs_{2 * place + 1:02d}": word for place, word in enumerate(words)}


def _check_answers(answers: Mapping[str, Value], habits: Sequence[_Habit], library: Library) -> None:
    books = {habit.book for habit in habits}
    for item in answers:
        if require_target(item, library).book not in books:
            message = f"the answer '{item}' belongs to none of the books asked for; add its book to `books`"
            raise UnknownBook(message)

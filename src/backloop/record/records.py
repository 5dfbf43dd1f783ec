"""What was observed about a person: who, when, which answer, trial or reported score.

Decides how an observation is written down; it neither scores nor judges one.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal, Self, overload

from pydantic import Field, model_validator

from backloop.errors import UnknownPerson
from backloop.units import Absent, Frozen, Language, Scale, Text

__all__ = ["Observation", "Origin", "Participant", "Problem", "Record", "Records", "Session", "Value"]

Value = int | float | str
"""What can be written down for an answer, a trial or a reported score."""


class Origin(Frozen):
    """Where a record was read from: the file's or folder's own name (never its path), format and content hash.

    Examples
    --------
    >>> Origin(name="tiny_bids", format="bids").sha256
    ''
    """

    name: str
    format: Literal["bids", "fhir", "json", "table", "made-up"]
    sha256: str = ""


class Participant(Frozen):
    """Who: an id, age in years, sex, the language of the questionnaires, and other attributes by name.

    Examples
    --------
    >>> Participant(participant_id="sub-01", age=46).sex is None
    True
    """

    participant_id: str = Field(pattern=r"^sub-[A-Za-z0-9]+$")
    age: float | None = Field(default=None, ge=0, le=120)
    sex: Literal["female", "male", "other"] | None = None
    language: str = "und"
    attributes: dict[str, Value] = {}


class Session(Frozen):
    """When: a visit with its place in time, counted in weeks from the first day of care where known.

    Examples
    --------
    >>> Session(session_id="ses-01", order=1, week=0).week
    0.0
    """

    session_id: str = Field(pattern=r"^ses-[A-Za-z0-9]+$")
    order: int
    week: float | None = None
    label: str = ""


class Observation(Frozen):
    """One thing written down: an answer, one field of a test's trial, or a score computed elsewhere.

    ``response``: `item` is the item's id and `value` the raw code, quantity or text. ``trial``: `item` is the
    protocol's field, `trial` counts from 1, `phase` and `unit` as entered. ``score``: `item` is the score's id and
    `scale` the ruler it was reported on. Exactly one of `value` and `absent` is present.

    Examples
    --------
    >>> nrs = Observation(session_id="ses-01", kind="response", book="nrs", item="nrs_01", value=6)
    >>> nrs.id
    'ses-01/nrs_01'
    """

    session_id: str
    kind: Literal["response", "trial", "score"]
    book: str
    item: str
    value: Value | None = None
    absent: Absent | None = None
    unit: str = ""
    trial: int | None = None
    phase: str = ""
    site: str = ""
    scale: Scale | None = None

    @property
    def id(self) -> str:
        """The observation's id within its person: session, item, and trial where there is one."""
        stem = (
            f"{self.session_id}/{self.item}" if self.kind != "trial" else f"{self.session_id}/{self.book}.{self.item}"
        )
        if self.trial is None and not self.phase and not self.site:
            return stem
        parts = (stem, self.phase, self.site, "" if self.trial is None else str(self.trial))
        return "/".join(part for part in parts if part)

    @model_validator(mode="after")
    def _value_or_reason(self) -> Self:
        if (self.value is None) == (self.absent is None):
            message = "an observation has either a value or a reason why it is absent"
            raise ValueError(message)
        return self


class Record(Frozen):
    """Everything observed about one person.

    Examples
    --------
    >>> from backloop.record import make_person
    >>> make_person(seed=1).is_made_up
    True
    """

    participant: Participant
    sessions: tuple[Session, ...] = Field(min_length=1)
    observations: tuple[Observation, ...] = ()
    origin: Origin

    @model_validator(mode="after")
    def _known_sessions(self) -> Self:
        known = {session.session_id for session in self.sessions}
        strangers = {seen.session_id for seen in self.observations} - known
        if strangers or len(known) != len(self.sessions):
            message = f"sessions must be unique and cover every observation; unknown: {sorted(strangers)}"
            raise ValueError(message)
        return self

    @property
    def participant_id(self) -> str:
        """The person's id."""
        return self.participant.participant_id

    @property
    def is_made_up(self) -> bool:
        """Whether the person was made by `make_person` and does not exist."""
        return self.origin.format == "made-up"

    def session(self, session_id: str) -> Session:
        """Give one visit by its id."""
        return next(visit for visit in self.sessions if visit.session_id == session_id)

    def by_book(self) -> dict[tuple[str, str], list[Observation]]:
        """Group the observations by session id and book id, in their order."""
        groups: dict[tuple[str, str], list[Observation]] = defaultdict(list)
        for seen in self.observations:
            groups[seen.session_id, seen.book].append(seen)
        return dict(groups)


class Problem(Frozen):
    """One thing that could not be read as it stands, said in both languages and without the person's data.

    Severity ``refused``: the row or value was left out. ``note``: it was left out on purpose or needs a look.
    As a string it is English.

    Examples
    --------
    >>> whole = Text(en="a whole number 0-10", zh="0-10 的整数")
    >>> correct = Text(en="correct the cell", zh="请更正该单元格")
    >>> str(Problem(file="a.csv", row=3, column="nrs_01", expected=whole, todo=correct))
    "a.csv, row 3, column 'nrs_01': expected a whole number 0-10; correct the cell"
    """

    file: str
    row: int | None = None
    column: str = ""
    expected: Text
    todo: Text
    severity: Literal["refused", "note"] = "refused"

    def __str__(self) -> str:
        return self.say("en")

    def say(self, lang: Language) -> str:
        """Give the place, what was expected there and what to do, as one sentence.

        Parameters
        ----------
        lang : {"en", "zh"}
            The language.

        Returns
        -------
        str
            Without the person's data.

        Examples
        --------
        >>> whole = Text(en="a whole number 0-10", zh="0-10 的整数")
        >>> correct = Text(en="correct the cell", zh="请更正该单元格")
        >>> Problem(file="a.csv", row=3, column="nrs_01", expected=whole, todo=correct).say("zh")
        'a.csv，第 3 行，“nrs_01”列：应为 0-10 的整数；请更正该单元格'
        """
        if lang == "zh":
            where = self.file + (f"，第 {self.row} 行" if self.row is not None else "")
            where += f"，“{self.column}”列" if self.column else ""
            gap = " " if self.expected.zh[0].isascii() else ""
            return f"{where}：应为{gap}{self.expected.zh}；{self.todo.zh}"
        where = self.file + (f", row {self.row}" if self.row is not None else "")
        where += f", column '{self.column}'" if self.column else ""
        return f"{where}: expected {self.expected.en}; {self.todo.en}"


class Records(Sequence[Record]):
    """The records of one source, in order, with everything that had to be refused.

    Examples
    --------
    >>> from backloop.record import make_person
    >>> people = Records([make_person(seed=1)])
    >>> people.only.participant_id
    'sub-madeup1'
    """

    def __init__(self, people: Sequence[Record], *, problems: Sequence[Problem] = ()) -> None:
        self._people = tuple(people)
        self.problems = tuple(problems)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Record, ...]: ...
    def __getitem__(self, index: int | slice) -> Record | tuple[Record, ...]:
        return self._people[index]

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._people)

    @property
    def only(self) -> Record:
        """The one record of a source that holds one person.

        Raises
        ------
        UnknownPerson
            If the source holds none or several.
        """
        if len(self) != 1:
            message = f"expected one person, the source holds {len(self)}; choose one with .person(participant_id)"
            raise UnknownPerson(message)
        return self._people[0]

    def person(self, participant_id: str) -> Record:
        """Give one person's record.

        Raises
        ------
        UnknownPerson
            If nobody has that id.
        """
        for record in self._people:
            if record.participant_id == participant_id:
                return record
        known = f"ids look like '{self._people[0].participant_id}'" if self._people else "there is nobody"
        message = f"nobody is called '{participant_id}' here; {known}"
        raise UnknownPerson(message)

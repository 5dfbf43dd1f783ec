"""The books of what is asked and tested: questionnaires, sensory and movement tests, brain markers.

Decides how such a book is written down; nothing is scored here.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from backloop.library.books import Book, Cited, Code, EvidenceDirection, Threshold
from backloop.library.guides import Guide, TrialField
from backloop.library.keys import Key, Missing
from backloop.units import Frozen, Scale, Text

__all__ = [
    "AnswerLabel",
    "Answers",
    "Band",
    "ImportantChange",
    "Instrument",
    "Item",
    "Licence",
    "Marker",
    "MarkerEvidence",
    "Norm",
    "OtherScale",
    "Precision",
    "Protocol",
    "Score",
    "SexFinding",
    "Translation",
]

TextStatus = Literal["shipped", "site-supplied", "absent"]


class AnswerLabel(Frozen):
    """The words of one answer; only where the instrument's text may ship.

    Examples
    --------
    >>> AnswerLabel(value=0, text=Text(en="no", zh="否")).value
    0.0
    """

    value: float
    text: Text


class Answers(Frozen):
    """The answers an instrument's items accept unless an item says otherwise.

    Examples
    --------
    >>> Answers(low=0, high=4).whole
    True
    """

    low: float
    high: float
    whole: bool = True
    labels: tuple[AnswerLabel, ...] = ()


class Item(Frozen):
    """One question: id, its topic in our own words, accepted answers, and how an answer becomes points.

    `kind` is ``code`` (a number from the answer list), ``number`` (a quantity with a unit), ``clock`` (hours after
    midnight, 0 to 24) or ``text``. `recode` maps raw codes to points before anything is added; `reversed` turns the
    points around within low..high. `original` names the item of the version that numbers it first.

    Examples
    --------
    >>> Item(id="nrs_01", topic=Text(en="average pain, past week", zh="过去一周平均疼痛")).kind
    'code'
    """

    id: str = Field(pattern=r"^[a-z0-9-]+_\d\d$")
    topic: Text
    topic_verified: bool = False
    kind: Literal["code", "number", "clock", "text"] = "code"
    low: float | None = None
    high: float | None = None
    whole: bool | None = None
    unit: str = ""
    labels: tuple[AnswerLabel, ...] = ()
    is_reversed: bool = False
    recode: dict[str, float] | None = None
    original: str = ""
    codes: tuple[Code, ...] = ()


class Band(Threshold):
    """A named stretch of a score that begins at `at_least`; bands of one `scheme` belong together.

    Examples
    --------
    >>> import backloop.library as library
    >>> library.Library.packaged().instrument("phq-9").scores[0].bands[0].scheme
    'kroenke-2001'
    """

    scheme: str
    at_least: float
    label: Text


class Precision(Threshold):
    """How exactly a score measures: SEM, SDC (95 %), test-retest ICC, in the score's unit.

    Examples
    --------
    >>> who = Text(en="105 adults with CLBP", zh="105例慢性腰痛成人")
    >>> Precision(sem=2.16, sdc=5.99, population=who, language="zh-Hans", reference="hu-2022", verified=True).sdc
    5.99
    """

    sem: float | None = Field(default=None, gt=0)
    sdc: float | None = Field(default=None, gt=0)
    icc: float | None = Field(default=None, ge=0, le=1)


class ImportantChange(Threshold):
    """The smallest change that matters to people: in points or in percent of the baseline.

    Examples
    --------
    >>> who = Text(en="adults with low back pain", zh="腰痛成人")
    >>> two = ImportantChange(value=2, population=who, language="any", reference="ostelo-2008", verified=True)
    >>> two.basis
    'points'
    """

    value: float = Field(gt=0)
    basis: Literal["points", "percent of baseline"] = "points"


class Norm(Threshold):
    """What a group of people scored: mean, SD, n, and who they were.

    Examples
    --------
    >>> who = {"population": Text(en="45 people with back pain", zh="45例腰背痛患者"), "language": "any"}
    >>> Norm(group="clbp", mean=61, sd=13, n=45, reference="luomajoki-2011", verified=True, **who).sd
    13.0
    """

    group: Literal["clbp", "healthy", "general population", "other"]
    mean: float
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None


class OtherScale(Cited):
    """Another ruler on which the same score circulates; the two are never mixed.

    Examples
    --------
    >>> OtherScale(scale=Scale(low=0, high=27, better="low"), reference="resolve-thesis", verified=True).scale.high
    27.0
    """

    scale: Scale


class Score(Frozen):
    """One number that an instrument or test yields.

    The id is the book's id, or the book's id, a dot and the part's name (``pcs``, ``pcs.rumination``).

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().instrument("pcs").scores[0].scale.high
    52.0
    """

    id: str = Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)?$")
    title: Text
    scale: Scale
    key: Key
    missing: Missing
    other_scales: tuple[OtherScale, ...] = ()
    bands: tuple[Band, ...] = ()
    precision: tuple[Precision, ...] = ()
    important_change: tuple[ImportantChange, ...] = ()
    norms: tuple[Norm, ...] = ()
    codes: tuple[Code, ...] = ()
    is_outcome: bool = False
    note: Text | None = None


class Licence(Cited):
    """Who may use the wording. Class A: the text ships. B: only with permission. C: never; the clinic supplies it.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().instrument("odi").licence.text
    'site-supplied'
    """

    class_: Literal["A", "B", "C"] = Field(alias="class")
    text: TextStatus
    holder: str
    terms: Text


class Translation(Cited):
    """One language version, with its own rights and its own validation.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().instrument("frebaq").translations[0].language
    'zh-Hans'
    """

    language: str
    name: str
    text: TextStatus
    validation: str = ""


class Instrument(Book):
    """A questionnaire or worksheet: items as topics in our own words, answers, scores, licence.

    Examples
    --------
    >>> from backloop.library import Library
    >>> len(Library.packaged().instrument("frebaq").items)
    9
    """

    domain: str
    recall: Text
    recall_verified: bool = False
    minutes: float = Field(gt=0)
    licence: Licence
    translations: tuple[Translation, ...] = ()
    answers: Answers
    items: tuple[Item, ...] = ()
    scores: tuple[Score, ...] = Field(min_length=1)
    cautions: tuple[Text, ...] = ()
    references: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _check_ids(self.id, [item.id for item in self.items], [score.id for score in self.scores])
        return self


class Protocol(Book):
    """A sensory or movement test: how it is done, what each trial records, what it yields.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().protocol("two-point-lumbar").fields[0].unit
    'mm'
    """

    domain: str
    procedure: Text
    equipment: Text
    minutes: float = Field(gt=0)
    fields: tuple[TrialField, ...] = Field(min_length=1)
    phases: tuple[str, ...] = ()
    guide: Guide | None = None
    scores: tuple[Score, ...] = Field(min_length=1)
    cautions: tuple[Text, ...] = ()
    references: tuple[str, ...] = Field(min_length=1)

    @property
    def written(self) -> tuple[TrialField, ...]:
        """Everything a trial may write down: the fields that are scored, then those of the guide."""
        return (*self.fields, *(self.guide.own_fields if self.guide else ()))

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _check_ids(self.id, [], [score.id for score in self.scores])
        names = [field.id for field in self.written]
        if len(set(names)) < len(names):
            message = f"fields must be unique, those of the guide included: {names}"
            raise ValueError(message)
        if self.guide and self.guide.field not in {field.id for field in self.fields}:
            message = f"the guide fills '{self.guide.field}', which is no field of the test"
            raise ValueError(message)
        if self.guide and self.guide.phases and tuple(each.id for each in self.guide.phases) != self.phases:
            message = f"the guide's parts must be the test's phases in their order: {self.phases}"
            raise ValueError(message)
        return self


class MarkerEvidence(Cited):
    """One study of a brain marker in CLBP: what it found, in how many, and whether that supports the claim.

    Examples
    --------
    >>> size = Text(en="76 studies", zh="76项研究")
    >>> raised = Text(en="raised", zh="升高")
    >>> MarkerEvidence(finding=raised, direction="for", n=size, reference="kim-2019", verified=True).n.en
    '76 studies'
    """

    finding: Text
    direction: EvidenceDirection
    n: Text | None = None


class SexFinding(Cited):
    """What a study found in one sex only; shown beside the marker, and never counted.

    Examples
    --------
    >>> from backloop.library import Library
    >>> [row.sex for row in Library.packaged().marker("nac-slow5").sex_findings]
    ['male']
    """

    sex: Literal["female", "male"]
    finding: Text
    n: Text | None = None


class Marker(Book):
    """A number computed from a brain recording: definition, unit, convention, evidence for and against.

    ``is_conflicting`` says that studies disagree on its direction; such a marker is shown but never leaned on.
    ``sex_findings`` are what was found in women or men only, of this marker or of the same place by another measure.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().marker("eeg-alpha-power").is_conflicting
    True
    """

    modality: Literal["bold", "eeg", "evoked", "mrs", "structure", "diffusion", "nirs"]
    definition: Text
    scale: Scale
    evidence: tuple[MarkerEvidence, ...] = Field(min_length=1)
    sex_findings: tuple[SexFinding, ...] = ()
    is_conflicting: bool
    references: tuple[str, ...] = Field(min_length=1)


def _check_ids(book: str, items: list[str], scores: list[str]) -> None:
    """Refuse items and scores that do not carry the book's id, or carry it twice."""
    strangers = [name for name in items if name.rpartition("_")[0] != book]
    strangers += [name for name in scores if name.partition(".")[0] != book]
    twice = sorted({name for name in [*items, *scores] if [*items, *scores].count(name) > 1})
    if strangers or twice:
        message = f"ids must begin with '{book}' and be unique; strangers: {strangers}, repeated: {twice}"
        raise ValueError(message)

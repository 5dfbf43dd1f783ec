"""What kinds of events there are, and the noun each carries.

Decides the form of every event's content; what it means for a person is decided by the core.
"""

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from backloop.measure import Drawing
from backloop.record import Observation, Participant, Session
from backloop.units import Frozen

__all__ = [
    "NOUNS",
    "AccessChanged",
    "Allocated",
    "ConsentGiven",
    "Correction",
    "Decision",
    "DoneSession",
    "Finding",
    "Harm",
    "IdentityChanged",
    "Kind",
    "Message",
    "Noun",
    "PersonFacts",
    "Recording",
    "code_of",
    "kind_of",
]

Kind = Literal[
    "person",
    "visit",
    "response",
    "observation",
    "drawing",
    "recording",
    "finding",
    "decision",
    "session",
    "harm",
    "consent",
    "correction",
    "allocation",
    "message",
    "identity",
    "access",
]
"""The kinds of events. ``response`` is an answer, ``observation`` a test's trial or a score, ``session`` a training.

``drawing`` is a pain drawing as it was made; its numbers are observations beside it.
"""


class PersonFacts(Frozen):
    """Who, without a name: age, sex, language; and whether the person is made up.

    Examples
    --------
    >>> PersonFacts(participant=Participant(participant_id="sub-K1", age=46)).made_up
    False
    """

    participant: Participant
    made_up: bool = False


class Recording(Frozen):
    """A file of the person (picture, curve, table): its name and fingerprint here, its bytes below `uploads`.

    Examples
    --------
    >>> Recording(name="rest.edf", modality="eeg", sha256="0" * 64, stored="K1/rest.edf", bytes=1024).session_id
    ''
    """

    name: str
    modality: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    stored: str
    bytes: int = Field(ge=0)
    session_id: str = ""


class Finding(Frozen):
    """Something computed or seen that somebody should know: a red flag, an alert, a reading of the panel.

    `noun` names the core's type where `content` is one of its nouns as JSON.

    Examples
    --------
    >>> Finding(about="red-flags_03", level="alert", session_id="ses-01").content
    {}
    """

    about: str
    level: Literal["note", "alert", "emergency"] = "note"
    session_id: str = ""
    noun: str = ""
    content: dict[str, Any] = {}


class Decision(Frozen):
    """What somebody decided and why: a plan signed, a line overridden, an alert closed.

    `about` names the thing decided on, `choice` what was chosen; `content` the noun it froze, as JSON.

    Examples
    --------
    >>> Decision(about="plan", choice="signed", reason="agreed with the patient").noun
    ''
    """

    about: str
    choice: str
    reason: str = ""
    session_id: str = ""
    noun: str = ""
    content: dict[str, Any] = {}


class DoneSession(Frozen):
    """One training session as it went: what was planned, how much was done, how it felt.

    Examples
    --------
    >>> DoneSession(planned="w01-d2-resolve", day="2026-12-08", done="partly").minutes is None
    True
    """

    planned: str
    day: dt.date
    done: Literal["done", "partly", "not"]
    minutes: float | None = Field(default=None, ge=0, le=600)
    pain_before: float | None = Field(default=None, ge=0, le=10)
    pain_after: float | None = Field(default=None, ge=0, le=10)
    content: dict[str, Any] = {}


class Harm(Frozen):
    """Something that hurt or went wrong, in the words of who reports it.

    Examples
    --------
    >>> Harm(words="sharp pain after lifting", severity="mild", began="2026-12-08").serious
    False
    """

    words: str = Field(min_length=1, max_length=4000)
    severity: Literal["mild", "moderate", "severe"]
    began: dt.date
    ended: dt.date | None = None
    serious: bool = False
    after: str = ""
    relatedness: Literal["", "unrelated", "unlikely", "possible", "probable", "definite"] = ""


class ConsentGiven(Frozen):
    """A yes or a no for one purpose, to one form of words; a later one replaces it.

    Examples
    --------
    >>> ConsentGiven(purpose="research", given=False, form="research-2026-1", study="resolve").given
    False
    """

    purpose: Literal["care", "research", "contact"]
    given: bool
    form: str
    study: str = ""


class Correction(Frozen):
    """An earlier event was wrong: what should have stood there, or nothing where it was entered in error.

    Examples
    --------
    >>> Correction(corrects=12).replacement is None
    True
    """

    corrects: int = Field(ge=1)
    replacement: dict[str, Any] | None = None


class Allocated(Frozen):
    """The arm a trial's concealed list gave.

    Examples
    --------
    >>> Allocated(study="resolve", arm="sham", line=3).arm
    'sham'
    """

    study: str
    arm: str
    line: int = Field(ge=1)


class Message(Frozen):
    """Words from the clinic to the patient or back.

    Examples
    --------
    >>> Message(to="patient", words="See you on Tuesday.").to
    'patient'
    """

    to: Literal["patient", "clinic"]
    words: str = Field(min_length=1, max_length=8000)


class IdentityChanged(Frozen):
    """That a direct identifier was entered, changed or removed; never what it says.

    Examples
    --------
    >>> IdentityChanged(field="phone", change="entered").field
    'phone'
    """

    field: str
    change: Literal["entered", "changed", "removed"]


class AccessChanged(Frozen):
    """That somebody got or lost a right: a role, a team, a helper, an invitation.

    Examples
    --------
    >>> AccessChanged(account="a1", what="role clinician at north", given=True).given
    True
    """

    account: str
    what: str
    given: bool


Noun = (
    PersonFacts
    | Session
    | Observation
    | Drawing
    | Recording
    | Finding
    | Decision
    | DoneSession
    | Harm
    | ConsentGiven
    | Correction
    | Allocated
    | Message
    | IdentityChanged
    | AccessChanged
)
"""What an event may carry."""

NOUNS: dict[str, type[Frozen]] = {
    "person": PersonFacts,
    "visit": Session,
    "response": Observation,
    "observation": Observation,
    "drawing": Drawing,
    "recording": Recording,
    "finding": Finding,
    "decision": Decision,
    "session": DoneSession,
    "harm": Harm,
    "consent": ConsentGiven,
    "correction": Correction,
    "allocation": Allocated,
    "message": Message,
    "identity": IdentityChanged,
    "access": AccessChanged,
}
"""The type behind each kind of event."""

_CODES = {
    "visit": "session_id",
    "response": "book",
    "observation": "book",
    "drawing": "session_id",
    "recording": "modality",
    "finding": "about",
    "decision": "about",
    "session": "planned",
    "harm": "severity",
    "consent": "purpose",
    "allocation": "study",
    "message": "to",
    "identity": "field",
    "access": "account",
}


def kind_of(noun: Noun) -> str:
    """Say which kind of event carries a noun.

    Parameters
    ----------
    noun : Noun
        What is to be written down.

    Returns
    -------
    str
        A `Kind`.

    Examples
    --------
    >>> kind_of(Observation(session_id="ses-01", kind="response", book="nrs", item="nrs_01", value=6))
    'response'
    """
    if isinstance(noun, Observation):
        return "response" if noun.kind == "response" else "observation"
    return next(kind for kind, form in NOUNS.items() if type(noun) is form)


def code_of(kind: str, noun: Noun) -> str:
    """Give the word an event is looked up by: the book of an answer, the purpose of a consent.

    Parameters
    ----------
    kind : str
        A `Kind`.
    noun : Noun
        What the event carries.

    Returns
    -------
    str
        At most 120 characters; empty for kinds that are not looked up.

    Examples
    --------
    >>> code_of("consent", ConsentGiven(purpose="care", given=True, form="care-1"))
    'care'
    """
    return str(getattr(noun, _CODES[kind]))[:120] if kind in _CODES else ""

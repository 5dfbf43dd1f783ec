"""What can be wrong with a call or a file, and how it is said.

Decides the one tree of exceptions; it decides nothing about a person: missing answers and red flags are results.

::

    BackloopError
    ├─ BookError      UnknownBook · InvalidBook · UncitedClaim
    ├─ RecordError    UnreadableSource · InvalidMapping · UnknownPerson · UnwritableRecord · InvalidStimulation
    ├─ MeasureError   UnitMismatch · ScaleMismatch
    ├─ TrialError
    └─ DoorError      UnknownReader · NothingToRead · InvalidSettings · UnreadableBackup

A message says what was expected, what came (file, row, item) and what to do. It never carries the person's data.
"""

__all__ = [
    "BackloopError",
    "BookError",
    "DoorError",
    "InvalidBook",
    "InvalidMapping",
    "InvalidSettings",
    "InvalidStimulation",
    "MeasureError",
    "NothingToRead",
    "RecordError",
    "ScaleMismatch",
    "TrialError",
    "UncitedClaim",
    "UnitMismatch",
    "UnknownBook",
    "UnknownPerson",
    "UnknownReader",
    "UnreadableBackup",
    "UnreadableSource",
    "UnwritableRecord",
]


class BackloopError(Exception):
    """Anything backloop raises on purpose.

    Examples
    --------
    >>> issubclass(UnknownBook, BackloopError)
    True
    """


class BookError(BackloopError):
    """A book of the library is missing or wrong.

    Examples
    --------
    >>> issubclass(InvalidBook, BookError)
    True
    """


class UnknownBook(BookError, LookupError):
    """No book of that id stands on the shelf.

    Examples
    --------
    >>> raise UnknownBook("no instrument 'rmqd'; did you mean 'rmdq'?")
    Traceback (most recent call last):
    backloop.errors.UnknownBook: no instrument 'rmqd'; did you mean 'rmdq'?
    """


class InvalidBook(BookError, ValueError):
    """A book's file does not follow its type: a misspelt key, a missing text, a wrong number.

    Examples
    --------
    >>> issubclass(InvalidBook, ValueError)
    True
    """


class UncitedClaim(BookError, ValueError):
    """A book names a reference that ``references.bib`` does not hold.

    Examples
    --------
    >>> issubclass(UncitedClaim, BookError)
    True
    """


class RecordError(BackloopError):
    """A record cannot be read or written.

    Examples
    --------
    >>> issubclass(UnreadableSource, RecordError)
    True
    """


class UnreadableSource(RecordError, ValueError):
    """The file or folder as a whole cannot be read (empty, wrong delimiter, unknown encoding).

    Examples
    --------
    >>> issubclass(UnreadableSource, ValueError)
    True
    """


class InvalidMapping(RecordError, ValueError):
    """A mapping file contradicts the table or the books.

    Examples
    --------
    >>> issubclass(InvalidMapping, ValueError)
    True
    """


class InvalidStimulation(RecordError, ValueError):
    """A stimulation protocol's file does not follow its type: a wrong unit, a misspelt field, a contradiction.

    Examples
    --------
    >>> issubclass(InvalidStimulation, ValueError)
    True
    """


class UnknownPerson(RecordError, LookupError):
    """No person of that ``participant_id`` is in the records.

    Examples
    --------
    >>> issubclass(UnknownPerson, LookupError)
    True
    """


class UnwritableRecord(RecordError, ValueError):
    """A record, or the place it should go to, does not allow writing without loss.

    Examples
    --------
    >>> issubclass(UnwritableRecord, RecordError)
    True
    """


class MeasureError(BackloopError):
    """A number cannot be computed or compared as asked.

    Examples
    --------
    >>> issubclass(ScaleMismatch, MeasureError)
    True
    """


class UnitMismatch(MeasureError, ValueError):
    """Two quantities do not share a dimension, or a unit is unknown.

    Examples
    --------
    >>> issubclass(UnitMismatch, ValueError)
    True
    """


class ScaleMismatch(MeasureError, ValueError):
    """Two scores are not on the same scale or version, so no change may be computed.

    Examples
    --------
    >>> issubclass(ScaleMismatch, ValueError)
    True
    """


class TrialError(BackloopError):
    """A trial's design or data do not allow the analysis asked for.

    Examples
    --------
    >>> issubclass(TrialError, BackloopError)
    True
    """


class DoorError(BackloopError):
    """A door (shell, letters, hospital, clinic) was used wrongly.

    Examples
    --------
    >>> issubclass(UnknownReader, DoorError)
    True
    """


class UnknownReader(DoorError, ValueError):
    """A letter was asked for a reader or language that does not exist.

    Examples
    --------
    >>> issubclass(UnknownReader, ValueError)
    True
    """


class NothingToRead(DoorError, ValueError):
    """A door was given nothing it could work on.

    Examples
    --------
    >>> issubclass(NothingToRead, ValueError)
    True
    """


class InvalidSettings(DoorError, ValueError):
    """A clinic's settings or keys are missing, wrong, or unsafe for real people.

    Examples
    --------
    >>> issubclass(InvalidSettings, DoorError)
    True
    """


class UnreadableBackup(DoorError, ValueError):
    """A backup is cut short, changed, or locked with another key.

    Examples
    --------
    >>> issubclass(UnreadableBackup, ValueError)
    True
    """

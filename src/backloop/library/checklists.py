"""The books of reporting: what a paper should tell, item by item, and where a protocol or record tells it.

Decides how such a checklist is written down; it is filled in the room `stimulation`.
"""

from typing import Literal

from pydantic import Field

from backloop.library.books import Book, BookId, Cited
from backloop.library.limits import Modality
from backloop.units import Text

__all__ = ["Checklist", "ChecklistItem"]


class ChecklistItem(Cited):
    """One thing to report and, where one can, to control.

    `told_by` names what answers it: a field of the protocol (``coil.type``), of the participant (``participant.age``),
    or an item or instrument of the record (``tms-screen_11``, ``handedness``); any of them is enough. `only_for`
    restricts it: potentials of a muscle are recorded, are the outcome, or pulses come in pairs.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().checklist("tms-reporting").items[0].told_by
    ('participant.age',)
    """

    id: BookId
    part: Literal["participant", "method", "paired pulses", "analysis"]
    what: Text
    told_by: tuple[str, ...] = ()
    only_for: Literal["any", "muscle recording", "muscle outcome", "paired pulses"] = "any"


class Checklist(Book):
    """A checklist of what studies should report, in our own words.

    Examples
    --------
    >>> from backloop.library import Library
    >>> Library.packaged().checklist("tms-reporting").modalities
    ('rTMS', 'iTBS', 'cTBS')
    """

    modalities: tuple[Modality, ...] = Field(min_length=1)
    items: tuple[ChecklistItem, ...] = Field(min_length=1)
    references: tuple[str, ...] = Field(min_length=1)

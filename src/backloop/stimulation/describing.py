"""A protocol told as a paper needs it: derived values, a checklist, and a paragraph of methods in both languages.

Decides the sentences; what is not stated is named, never filled in.
"""

from backloop.errors import InvalidStimulation
from backloop.library import Checklist, Library
from backloop.record import Record
from backloop.stimulation.checklist import ToldRow, fill_checklist
from backloop.stimulation.doses import DirectCurrentDose, MagneticDose, derive_dose
from backloop.stimulation.methods import methods_paragraph
from backloop.stimulation.protocols import DirectCurrentProtocol, MagneticProtocol
from backloop.units import Frozen, Text

__all__ = ["StimulationReport", "describe_stimulation"]


class StimulationReport(Frozen):
    """What a protocol amounts to, what a paper about it tells and leaves out, and its paragraph of methods.

    `checklist` is empty for direct current, for which the library holds no checklist.

    Examples
    --------
    >>> from backloop.stimulation import parse_protocol
    >>> usual = {"id": "a", "title": "a", "modality": "tDCS", "current_mA": 2, "duration_s": 1200}
    >>> describe_stimulation(parse_protocol(usual)).methods.en[:69]
    'Transcranial direct current stimulation was given at 2 mA for 20 min.'
    """

    protocol: str
    title: str
    dose: MagneticDose | DirectCurrentDose
    checklist: tuple[ToldRow, ...] = ()
    methods: Text
    edition: str


def describe_stimulation(
    protocol: MagneticProtocol | DirectCurrentProtocol,
    *,
    record: Record | None = None,
    library: Library | None = None,
) -> StimulationReport:
    """Derive a protocol's values, fill the reporting checklist and write the paragraph of methods.

    Parameters
    ----------
    protocol : MagneticProtocol or DirectCurrentProtocol
        What was or will be given.
    record : Record, optional
        Tells about the participant.
    library : Library, optional
        The books; the packaged ones if not given.

    Returns
    -------
    StimulationReport
        Nothing in it is a recommendation.

    Raises
    ------
    InvalidStimulation
        If the protocol's table `reporting` names an item that no checklist for its modality has.

    References
    ----------
    chipchase-2012

    Examples
    --------
    >>> from backloop.stimulation import parse_protocol
    >>> plain = parse_protocol({"id": "a", "title": "a", "modality": "rTMS", "timing": {}})
    >>> len(describe_stimulation(plain).checklist)
    30
    """
    library = library or Library.packaged()
    books = [book for book in library.shelf("checklists").values() if protocol.modality in book.modalities]
    _check_reporting(protocol, books)
    magnetic = protocol if isinstance(protocol, MagneticProtocol) else None
    rows = [row for book in books if magnetic for row in fill_checklist(book, magnetic, record)]
    dose = derive_dose(protocol)
    return StimulationReport(
        protocol=protocol.id,
        title=protocol.title,
        dose=dose,
        checklist=tuple(rows),
        methods=methods_paragraph(protocol, dose),
        edition=library.edition,
    )


def _check_reporting(protocol: MagneticProtocol | DirectCurrentProtocol, books: list[Checklist]) -> None:
    unknown = set(protocol.reporting) - {item.id for book in books for item in book.items}
    if unknown:
        message = (
            f"reporting.{min(unknown)}: expected an item of a checklist for {protocol.modality}, there is none of that "
            "id; correct the spelling or remove it"
        )
        raise InvalidStimulation(message)

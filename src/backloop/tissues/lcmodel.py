"""LCModel's result tables: the printed one, which also says how it was fitted, and the one for spreadsheets.

Decides what LCModel's columns are; other programs are read in `metabolite_tables`.
"""

import re

from backloop.errors import UnreadableSource
from backloop.recordings import TextFile, parse_number
from backloop.tissues.metabolites import Amount, MetaboliteTable, Scaling

__all__ = ["read_lcmodel_csv", "read_lcmodel_table"]

_ROW = re.compile(r"^\s*(\S+)\s+(\d+)%\s+(\S+)\s+(\S+)\s*$")
_QUALITY = re.compile(r"FWHM\s*=\s*(\S+)\s*ppm\s+S/N\s*=\s*(\S+)")
_INPUT = re.compile(r"^\s*(DOWS|WCONC|ATTH2O|ATTMET)\s*=\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_DENOMINATOR = "Cr+PCr"
_PLACE, _STRIDE = 2, 3


def read_lcmodel_table(file: TextFile) -> MetaboliteTable:
    r"""Read LCModel's printed table.

    Parameters
    ----------
    file : TextFile
        A ``.table`` file with ``$$CONC`` and ``$$MISC``.

    Returns
    -------
    MetaboliteTable
        Concentrations, water-scaled only where ``DOWS = T`` stands among the inputs, and ratios to Cr+PCr.

    Raises
    ------
    UnreadableSource
        If the ratios are to something else than Cr+PCr.

    References
    ----------
    lcmodel

    Examples
    --------
    >>> from backloop.recordings.readings import FileUsed
    >>> text = "$$CONC\n Conc. %SD /Cr+PCr Metabolite\n 7.9E-02 11% 0.318 NAA\n$$MISC\n FWHM = 0.04 ppm S/N = 13"
    >>> read_lcmodel_table(TextFile(FileUsed(name="a.table", sha256="0" * 64), text)).snr
    13.0
    """
    head = next((line for line in file.text.splitlines() if "%SD" in line and "Metabolite" in line), "")
    if f"/{_DENOMINATOR}" not in head:
        message = f"{file.name}: expected ratios to {_DENOMINATOR} under $$CONC, they are to something else; fit again"
        raise UnreadableSource(message)
    settings = {key.upper(): value.strip("',") for key, value in _INPUT.findall(file.text)}
    scaling = Scaling.MOLARITY if settings.get("DOWS", "F").upper().startswith("T") else Scaling.ARBITRARY
    rows = [match.groups() for line in file.text.splitlines() if (match := _ROW.match(line))]
    quality = _QUALITY.search(file.text)
    return MetaboliteTable(
        program="LCModel",
        amounts=tuple(amount for row in rows for amount in _amounts(row, scaling, file)),
        fwhm_ppm=float(quality[1]) if quality else None,
        snr=float(quality[2]) if quality else None,
        settings=settings,
        files=(file.used,),
    )


def read_lcmodel_csv(file: TextFile, *, row: int | None, scaling: Scaling | None) -> MetaboliteTable:
    r"""Read LCModel's table for spreadsheets: three columns a metabolite.

    Parameters
    ----------
    file : TextFile
        A ``.csv`` that begins with Row and Col.
    row : int or None
        Which spectrum, from 1, where there are several.
    scaling : Scaling or None
        What the concentrations are measured against; the file does not say, and without it they are unscaled.

    Returns
    -------
    MetaboliteTable
        Concentrations and ratios to Cr+PCr; line width and signal to noise are not in this file.

    References
    ----------
    lcmodel

    Examples
    --------
    >>> from backloop.recordings.readings import FileUsed
    >>> text = "Row, Col, NAA, NAA %SD, NAA/Cr+PCr\n 1, 1, 7.9E-02, 11, 0.318"
    >>> file = TextFile(FileUsed(name="a.csv", sha256="0" * 64), text)
    >>> read_lcmodel_csv(file, row=None, scaling=None).get("NAA", Scaling.RATIO).value
    0.318
    """
    header, *lines = file.rows(",")
    cells = file.choose(lines, row)
    groups = [(cells[at], cells[at + 1], cells[at + 2], header[at]) for at in range(_PLACE, len(header) - 2, _STRIDE)]
    amounts = [amount for group in groups for amount in _amounts(group, scaling or Scaling.ARBITRARY, file)]
    return MetaboliteTable(program="LCModel", amounts=tuple(amounts), files=(file.used,))


def _amounts(row: tuple[str, ...], scaling: Scaling, file: TextFile) -> tuple[Amount, ...]:
    """Read one metabolite: concentration, bound in percent, ratio, name."""
    *cells, name = row
    amount, percent, ratio = (parse_number(cell, name=file.name, row=0, column=name) for cell in cells)
    if amount is None or percent is None or ratio is None:
        message = f"{file.name}, '{name}': expected concentration, %SD and ratio, one is empty; export the table again"
        raise UnreadableSource(message)
    absolute = Amount.told(name, scaling, amount, percent=percent)
    return (
        absolute,
        Amount(metabolite=absolute.metabolite, scaling=Scaling.RATIO, value=ratio, is_detected=absolute.is_detected),
    )

"""Reading result tables of LCModel, FSL-MRS, Osprey, TARQUIN and spant; nothing is fitted again.

Decides which program wrote a table and on which scale its columns are; what becomes of the amounts is decided in
`spectroscopy`.
"""

import math
from collections.abc import Callable
from pathlib import Path

from backloop.errors import UnreadableSource
from backloop.recordings import TextFile, open_text, parse_number
from backloop.tissues.lcmodel import read_lcmodel_csv, read_lcmodel_table
from backloop.tissues.metabolites import Amount, MetaboliteTable, Scaling, Tissue, name_metabolite

__all__ = ["read_metabolites"]

_OSPREY = {
    "tCr": (Scaling.RATIO, Tissue.NONE),
    "rawWaterScaled": (Scaling.MOLARITY, Tissue.NONE),
    "CSFWaterScaled": (Scaling.MOLARITY, Tissue.FLUID),
    "TissCorrWaterScaled": (Scaling.MOLALITY, Tissue.FULL),
    "amplMets": (Scaling.ARBITRARY, Tissue.NONE),
}
_FSL = {
    "/": Scaling.RATIO,
    "mMol/kg": Scaling.MOLALITY,
    "mM": Scaling.MOLARITY,
    "Raw conc": Scaling.ARBITRARY,
    "internal": Scaling.RATIO,
    "molality": Scaling.MOLALITY,
    "molarity": Scaling.MOLARITY,
    "raw": Scaling.ARBITRARY,
}
_TARQUIN_BLOCKS = ("Signal amplitudes", "CRLBs (standard deviation)", "Fit diagnostics")
_CREATINE = {"/Cr+PCr", "/PCr+Cr", "internal"}


def read_metabolites(path: Path, *, row: int | None = None, scaling: Scaling | None = None) -> MetaboliteTable:
    r"""Read the result table of a program that fits spectra.

    Parameters
    ----------
    path : Path
        LCModel ``.table`` or ``.csv``; FSL-MRS ``summary.csv`` or ``concentrations.csv``; Osprey ``.tsv`` or ``.csv``,
        named by its quantification (``A_TissCorrWaterScaled_Voxel_1_Basis_1.tsv``); TARQUIN ``.csv``; a spant result
        table as ``.csv``.
    row : int, optional
        Which spectrum, from 1, where the table holds several.
    scaling : Scaling, optional
        What the amounts of spant, or of LCModel's ``.csv``, are measured against; those files do not say.

    Returns
    -------
    MetaboliteTable
        Every amount with its scale, bound and the spectrum's quality.

    Raises
    ------
    UnreadableSource
        If the file is none of these tables, holds no metabolite, holds several spectra and `row` is not given, or no
        metabolite at all was found (999 % in every row).

    Notes
    -----
    Layouts were read from the programs' own source code or from real files. LCModel's concentrations count as
    water-scaled only where the table says ``DOWS = T``; TARQUIN's only where its water amplitude is not 1.

    References
    ----------
    lcmodel, fsl-mrs, osprey, tarquin, spant

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "summary.csv"
    >>> _ = file.write_text("Metab,/Cr+PCr,/Cr+PCr CRLB,%CRLB,SNR,FWHM\nNAA,1.3,0.04,3,40,6\n", encoding="utf-8")
    >>> read_metabolites(file).get("NAA", Scaling.RATIO).percent
    3.0
    """
    file = open_text(path)
    table = _read(file, row=row, scaling=scaling)
    if not table.amounts:
        message = f"{file.name}: expected at least one metabolite, the table of {table.program} is empty; fit again"
        raise UnreadableSource(message)
    if not any(amount.is_detected for amount in table.amounts):
        message = (
            f"{file.name}: no metabolite was found in this spectrum (every bound is 999 % or endless); look at the "
            "spectrum, its frequency shift and the basis set"
        )
        raise UnreadableSource(message)
    return table


def _read(file: TextFile, *, row: int | None, scaling: Scaling | None) -> MetaboliteTable:
    """Recognise the program by how its file begins."""
    start = file.text.lstrip().replace('"', "")
    columns = file.rows()[0]
    quantified = next((name for name in _OSPREY if f"_{name}" in f"_{file.name}"), "")
    layouts: tuple[tuple[bool, Callable[[], MetaboliteTable]], ...] = (
        ("$$CONC" in file.text, lambda: read_lcmodel_table(file)),
        (columns[:2] == ["Row", "Col"], lambda: read_lcmodel_csv(file, row=row, scaling=scaling)),
        (start.startswith("Signal amplitudes"), lambda: _read_tarquin(file, row)),
        (columns[0] == "Metabs", lambda: _read_fsl_concentrations(file)),
        (columns[0] == "Metab", lambda: _read_fsl_summary(file)),
        ({"Dynamic", "Coil"} <= set(columns), lambda: _read_spant(file, row, scaling)),
        (bool(quantified), lambda: _read_osprey(file, row, quantified)),
    )
    for fits, reader in layouts:
        if fits:
            return reader()
    message = (
        f"{file.name}: expected a result table of LCModel (.table, .csv), FSL-MRS (summary or concentrations), Osprey "
        "(named by its quantification), TARQUIN (.csv) or spant (.csv), its layout is another; export one of these"
    )
    raise UnreadableSource(message)


def _number(file: TextFile, cells: dict[str, str], column: str) -> float | None:
    return parse_number(cells.get(column, ""), name=file.name, row=0, column=column)


def _read_fsl_summary(file: TextFile) -> MetaboliteTable:
    """One row a metabolite; each scale has a column and a bound beside it."""
    header, *lines = file.rows(",")
    scales = {name: _fsl_scale(name, file) for name in header if f"{name} CRLB" in header}
    scales |= {"Raw conc": Scaling.ARBITRARY} if "Raw conc" in header else {}
    rows = [dict(zip(header, line, strict=False)) for line in lines]
    amounts = [
        Amount.told(cells["Metab"], scaling, value, percent=_number(file, cells, "%CRLB")).with_bound(
            _number(file, cells, f"{column.removesuffix(' conc')} CRLB")
        )
        for cells in rows
        for column, scaling in scales.items()
        if (value := _number(file, cells, column)) is not None
    ]
    peak = next((cells for cells in rows if cells["Metab"] == "NAA"), {})
    return MetaboliteTable(
        program="FSL-MRS",
        amounts=tuple(amounts),
        tissue=Tissue.UNSTATED,
        fwhm_hz=_number(file, peak, "FWHM"),
        snr=_number(file, peak, "SNR"),
        files=(file.used,),
    )


def _fsl_scale(column: str, file: TextFile) -> Scaling:
    if column.startswith("/") and column not in _CREATINE:
        message = (
            f"{file.name}, column '{column}': expected ratios to total creatine (/Cr+PCr), they are to something else; "
            "fit with --internal_ref Cr PCr"
        )
        raise UnreadableSource(message)
    return Scaling.RATIO if column.startswith("/") else _FSL[column]


def _read_fsl_concentrations(file: TextFile) -> MetaboliteTable:
    """Two header lines: mean or std, then the scale; the internal reference is not named and taken as Cr+PCr."""
    kinds, scales, *lines = file.rows(",")
    columns = dict(enumerate(zip(kinds, scales, strict=True)))
    amounts = []
    for line in lines:
        cells = {f"{kind} {scale}": line[at] for at, (kind, scale) in columns.items()}
        for scale in dict.fromkeys(scales[1:]):
            value, sd = (_number(file, cells, f"{kind} {scale}") for kind in ("mean", "std"))
            if value is not None:
                percent = 100 * sd / abs(value) if sd is not None and value else math.inf
                amounts.append(Amount.told(line[0], _FSL[scale], value, percent=percent))
    return MetaboliteTable(
        program="FSL-MRS",
        amounts=tuple(amounts),
        tissue=Tissue.UNSTATED,
        settings={"internal_reference": "not named in the file; Cr+PCr is the program's default"},
        files=(file.used,),
    )


def _read_osprey(file: TextFile, row: int | None, quantified: str) -> MetaboliteTable:
    """One row a spectrum, or the older form with one row a metabolite; bounds stand in another file."""
    scaling, tissue = _OSPREY[quantified]
    header, *lines = file.rows()
    if "MetaboliteString" in header:
        value_at, name_at = header.index("ConC"), header.index("MetaboliteString")
        names = [line[name_at] for line in lines]
        spectra = [[line[value_at] for line in lines if line[name_at] == name] for name in dict.fromkeys(names)]
        header, lines = list(dict.fromkeys(names)), [list(cells) for cells in zip(*spectra, strict=True)]
    cells = dict(zip(header, file.choose(lines, row), strict=False))
    values = {name: _number(file, cells, name) for name in header}
    amounts = [Amount.told(name, scaling, value, percent=None) for name, value in values.items() if value is not None]
    return MetaboliteTable(program="Osprey", amounts=tuple(amounts), tissue=tissue, files=(file.used,))


def _read_spant(file: TextFile, row: int | None, scaling: Scaling | None) -> MetaboliteTable:
    """One row a spectrum; each signal has a column, and its bound a column with '.sd'."""
    header, *lines = file.rows()
    cells = dict(zip(header, file.choose(lines, row), strict=False))
    names = [name for name in header if f"{name}.sd" in header]
    amounts = _paired(file, cells, {name: f"{name}.sd" for name in names}, scaling or Scaling.ARBITRARY)
    width = next((name for name in ("tNAA_lw", "tCr_lw") if name in header), "")
    return MetaboliteTable(
        program="spant",
        amounts=amounts,
        tissue=Tissue.UNSTATED if scaling is Scaling.MOLALITY else Tissue.NONE,
        fwhm_ppm=_number(file, cells, width),
        snr=_number(file, cells, "SNR"),
        files=(file.used,),
    )


def _read_tarquin(file: TextFile, row: int | None) -> MetaboliteTable:
    """Three blocks of equal form: amplitudes, their bounds, diagnostics of the fit."""
    blocks = _tarquin_blocks(file)
    amplitudes, bounds, fit = (
        dict(zip(blocks[name][0], file.choose(blocks[name][1:], row), strict=False)) for name in _TARQUIN_BLOCKS
    )
    is_scaled = (_number(file, fit, "water amp") or 1.0) != 1.0
    scaling = Scaling.MOLARITY if is_scaled else Scaling.ARBITRARY
    both = amplitudes | {f"{name}.sd": bound for name, bound in bounds.items()}
    names = [name for name in amplitudes if name not in {"Row", "Col", "Slice"}]
    return MetaboliteTable(
        program="TARQUIN",
        amounts=_paired(file, both, {name: f"{name}.sd" for name in names}, scaling),
        fwhm_ppm=_number(file, fit, "metab FWHM (PPM)"),
        snr=_number(file, fit, "SNR"),
        files=(file.used,),
    )


def _tarquin_blocks(file: TextFile) -> dict[str, list[list[str]]]:
    blocks: dict[str, list[list[str]]] = {}
    title = ""
    for cells in file.rows(","):
        if len([cell for cell in cells if cell]) == 1:
            title = cells[0]
            blocks[title] = []
        else:
            blocks[title].append(cells)
    missing = [name for name in _TARQUIN_BLOCKS if not blocks.get(name)]
    if missing:
        message = f"{file.name}: expected TARQUIN's blocks, missing: {', '.join(missing)}; export it again"
        raise UnreadableSource(message)
    return blocks


def _paired(file: TextFile, cells: dict[str, str], pairs: dict[str, str], scaling: Scaling) -> tuple[Amount, ...]:
    """Read amounts and, where total creatine is among them, the ratios to it."""
    read = {name: (_number(file, cells, name), _number(file, cells, bound)) for name, bound in pairs.items()}
    creatine = next((value for name, (value, _) in read.items() if name_metabolite(name) == "tCr"), None)
    amounts = []
    for name, (value, sd) in read.items():
        if value is None:
            continue
        percent = None if sd is None else (100 * sd / abs(value) if value else math.inf)
        amounts.append(Amount.told(name, scaling, value, percent=percent))
        if creatine and scaling is not Scaling.RATIO:
            amounts.append(Amount.told(name, Scaling.RATIO, value / creatine, percent=None))
    return tuple(amounts)

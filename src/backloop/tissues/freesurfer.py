"""FreeSurfer's statistics: volumes and cortical thickness of one person's folder, or of a table over many people.

Decides how its files are read and that a structure has one name in every version; markers are made in `morphometry`.
"""

import re
from pathlib import Path

from backloop.errors import UnreadableSource
from backloop.recordings import FileUsed, TextFile, open_text, parse_number
from backloop.units import Frozen

__all__ = [
    "CorticalRegion",
    "StructureTable",
    "Structures",
    "name_structure",
    "read_freesurfer",
    "read_structure_table",
]

_ETIV = ("EstimatedTotalIntraCranialVol", "eTIV")
_PEOPLE = ("participant_id", "sub_id", "subject", "Measure:volume")
_CORTICAL = re.compile(r"^(lh|rh)_(.+)_(thickness|area|volume)$")
_OLD_THALAMUS = re.compile(r"^(Left|Right)-Thalamus-Proper\*?$")
_OF_NO_USE = re.compile(r"hypointensities|5th-Ventricle|vessel")


class CorticalRegion(Frozen):
    """One region of a parcellation: mean thickness (mm), and area (mm2), grey matter (mm3), vertices where reported.

    Examples
    --------
    >>> CorticalRegion(thickness_mm=2.956, area_mm2=636, vertices=934).thickness_mm
    2.956
    """

    thickness_mm: float
    area_mm2: float | None = None
    volume_mm3: float | None = None
    vertices: int | None = None


class Structures(Frozen):
    """What FreeSurfer measured in one person. Names are those of version 7; the hemisphere stands before the region.

    Examples
    --------
    >>> Structures(person="bert", volumes_mm3={"Left-Thalamus": 8066.3}, cortex={}, files=()).volumes_mm3
    {'Left-Thalamus': 8066.3}
    """

    person: str
    version: str = "not stated"
    volumes_mm3: dict[str, float]
    voxels: dict[str, int] = {}
    cortex: dict[str, CorticalRegion]
    etiv_mm3: float | None = None
    surface_holes: int | None = None
    files: tuple[FileUsed, ...]


class StructureTable(Frozen):
    """What FreeSurfer measured in many people, and the columns that are zero in everybody.

    Examples
    --------
    >>> StructureTable(people=(), left_out=("Left-Thalamus-Proper",)).left_out
    ('Left-Thalamus-Proper',)
    """

    people: tuple[Structures, ...]
    left_out: tuple[str, ...] = ()


def name_structure(name: str) -> str:
    """Give the name a structure has in FreeSurfer 7.

    Parameters
    ----------
    name : str
        The name of any version.

    Returns
    -------
    str
        ``Left-Thalamus`` for ``Left-Thalamus-Proper`` of version 6 and before; other names as they are.

    Examples
    --------
    >>> name_structure("Left-Thalamus-Proper")
    'Left-Thalamus'
    """
    return name.replace("-Proper", "").rstrip("*") if _OLD_THALAMUS.match(name) else name


def read_freesurfer(folder: Path) -> Structures:
    """Read ``aseg.stats``, ``lh.aparc.stats`` and ``rh.aparc.stats`` of one person.

    Parameters
    ----------
    folder : Path
        The person's ``stats`` folder, or the folder that holds it.

    Returns
    -------
    Structures
        Volumes, regions of the Desikan-Killiany parcellation, intracranial volume.

    Raises
    ------
    UnreadableSource
        If a file is missing or none of FreeSurfer's, holds no rows, or the files are of different people.

    References
    ----------
    freesurfer

    Examples
    --------
    >>> read_freesurfer(Path("nowhere"))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: aseg.stats: expected a file, there is none of that name; check the spelling
    """
    stats = folder / "stats" if (folder / "stats").is_dir() else folder
    aseg, left, right = (open_text(stats / name) for name in ("aseg.stats", "lh.aparc.stats", "rh.aparc.stats"))
    volumes = {name_structure(row["StructName"]): row for row in _table(aseg)}
    people = {_header(file, "subjectname") for file in (aseg, left, right)}
    if len(people) > 1:
        message = f"{aseg.name}: expected three files of one person, their subjectname differs; check the folder"
        raise UnreadableSource(message)
    measures = dict(re.findall(r"^# Measure (?:\S+), (\S+), .*, ([\d.]+), \S+\s*$", aseg.text, re.MULTILINE))
    return Structures(
        person=people.pop(),
        version=_header(aseg, "cvs_version"),
        volumes_mm3={name: _value(aseg, row, "Volume_mm3") for name, row in volumes.items()},
        voxels={name: int(_value(aseg, row, "NVoxels")) for name, row in volumes.items()},
        cortex=_cortex(left, "lh") | _cortex(right, "rh"),
        etiv_mm3=float(measures["eTIV"]) if "eTIV" in measures else None,
        surface_holes=int(float(measures["SurfaceHoles"])) if "SurfaceHoles" in measures else None,
        files=(aseg.used, left.used, right.used),
    )


def _header(file: TextFile, key: str) -> str:
    found = re.search(rf"^# {key} (.+)$", file.text, re.MULTILINE)
    return found[1].strip() if found else "not stated"


def _table(file: TextFile) -> list[dict[str, str]]:
    head = re.search(r"^# ColHeaders\s+(.+)$", file.text, re.MULTILINE)
    rows = [line.split() for line in file.text.splitlines() if line.strip() and not line.startswith("#")]
    if head is None or not rows:
        message = (
            f"{file.name}: expected FreeSurfer statistics with '# ColHeaders' and rows, found none; export it again"
        )
        raise UnreadableSource(message)
    return [dict(zip(head[1].split(), row, strict=False)) for row in rows]


def _cortex(file: TextFile, side: str) -> dict[str, CorticalRegion]:
    return {
        f"{side}.{row['StructName']}": CorticalRegion(
            thickness_mm=_value(file, row, "ThickAvg"),
            area_mm2=_value(file, row, "SurfArea"),
            volume_mm3=_value(file, row, "GrayVol"),
            vertices=int(_value(file, row, "NumVert")),
        )
        for row in _table(file)
    }


def _value(file: TextFile, row: dict[str, str], column: str) -> float:
    value = parse_number(row.get(column, ""), name=file.name, row=0, column=column)
    if value is None:
        message = f"{file.name}: expected a number under '{column}' for '{row.get('StructName', '')}'; export it again"
        raise UnreadableSource(message)
    return value


def read_structure_table(path: Path, *, may_repeat: bool = False) -> StructureTable:
    r"""Read a table with one row a person, as ``asegstats2table`` and ``aparcstats2table`` write it or joined.

    Parameters
    ----------
    path : Path
        A CSV or TSV. One of the columns participant_id, sub_id, subject or ``Measure:volume``, else the first, names
        the person; volumes carry FreeSurfer's names, the cortex ``lh_REGION_thickness``, ``_area`` and ``_volume``.
    may_repeat : bool
        Whether a person may stand there more than once, as after several scans.

    Returns
    -------
    StructureTable
        The people in order, and the columns left out because they are zero in everybody.

    Raises
    ------
    UnreadableSource
        If somebody stands there twice, or a subcortical structure is zero in everybody under all its names.

    Notes
    -----
    FreeSurfer 7 renamed Thalamus-Proper to Thalamus. Tables joined over both versions carry zeros under the name a
    person does not have, which would be read as a brain without a thalamus.

    References
    ----------
    freesurfer, braincharts

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "volumes.csv"
    >>> _ = file.write_text("sub_id,Left-Thalamus,Left-Thalamus-Proper\n1,8066,0\n2,7900,0\n", encoding="utf-8")
    >>> table = read_structure_table(file)
    >>> table.left_out, table.people[0].volumes_mm3
    (('Left-Thalamus-Proper',), {'Left-Thalamus': 8066.0})
    """
    file = open_text(path)
    header, *rows = file.rows()
    person = next((name for name in (*_PEOPLE, header[0]) if name in header), "")
    columns = {name: _column(file, rows, at, name) for at, name in enumerate(header) if _is_measure(name)}
    if not rows or not columns:
        message = f"{file.name}: expected people and columns named by FreeSurfer, found none; export the table again"
        raise UnreadableSource(message)
    names = [row[header.index(person)] for row in rows]
    if len(set(names)) < len(names) and not may_repeat:
        message = (
            f"{file.name}, column '{person}': expected one row a person, {len(names) - len(set(names))} repeat one; "
            "keep one of each, or say that people may repeat"
        )
        raise UnreadableSource(message)
    _refuse_lost(file, columns)
    people = (
        _person(name, {key: values[at] for key, values in columns.items()}, file) for at, name in enumerate(names)
    )
    empty = tuple(name for name, values in columns.items() if not any(values))
    return StructureTable(people=tuple(people), left_out=empty)


def _is_measure(name: str) -> bool:
    known = re.match(r"^(Left|Right)-[A-Z]|^Brain-Stem$|^CC_", name) and not _OF_NO_USE.search(name)
    return bool(known or _CORTICAL.match(name) or name in _ETIV)


def _column(file: TextFile, rows: list[list[str]], at: int, name: str) -> list[float | None]:
    cells = enumerate(rows, 2)
    return [parse_number(row[at], name=file.name, row=number, column=name) for number, row in cells]


def _refuse_lost(file: TextFile, columns: dict[str, list[float | None]]) -> None:
    """Refuse a subcortical structure nobody has, unless it stands there under its other name."""
    has = {name_structure(name) for name, values in columns.items() if any(values)}
    lost = sorted(name for name in columns if not _CORTICAL.match(name) and name_structure(name) not in has)
    if lost:
        message = (
            f"{file.name}, column '{lost[0]}': expected sizes above zero, it is zero in everybody; FreeSurfer 7 "
            "renamed structures (Thalamus-Proper became Thalamus), so take the column with the other name"
        )
        raise UnreadableSource(message)


def _person(name: str, cells: dict[str, float | None], file: TextFile) -> Structures:
    held = {key: value for key, value in cells.items() if value}
    cortex = {match.groups(): value for key, value in held.items() if (match := _CORTICAL.match(key))}
    return Structures(
        person=name,
        volumes_mm3={name_structure(key): held[key] for key in held if not _CORTICAL.match(key) and key not in _ETIV},
        cortex={
            f"{side}.{region}": CorticalRegion(
                thickness_mm=value,
                area_mm2=cortex.get((side, region, "area")),
                volume_mm3=cortex.get((side, region, "volume")),
            )
            for (side, region, kind), value in cortex.items()
            if kind == "thickness"
        },
        etiv_mm3=next((held[key] for key in _ETIV if key in held), None),
        files=(file.used,),
    )

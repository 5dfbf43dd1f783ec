"""From a table of tracts to readings: fractional anisotropy beside the back area of S1, and of association tracts.

Decides which column is the region and whether its numbers can be anisotropies; no tensor is fitted here.
"""

from importlib.metadata import version
from pathlib import Path

from backloop.errors import MeasureError, UnitMismatch, UnreadableSource
from backloop.recordings import Derivation, Reading, TextFile, open_text, parse_number
from backloop.units import Absent, Text

__all__ = ["read_tract_markers"]

_NAMES, _MEANS = ("tract", "region", "roi", "label"), ("fa", "mean_fa", "fa_mean", "mean")
_PUBLISHED = "FA_mean_of_"
# Not the white matter beside the back area itself: the nearest tract that published models know.
_NEAREST = {
    "s1-back-fa.superior-corona-radiata-left": "Superior_corona_radiata_L",
    "s1-back-fa.superior-corona-radiata-right": "Superior_corona_radiata_R",
}
_ASSOCIATION = {"slf-fa": "Superior_longitudinal_fasciculus_R", "slf-fa.left": "Superior_longitudinal_fasciculus_L"}
_NO_REGION = Text(
    en="No column was named as the white matter beside the back area of S1.",
    zh="未指明哪一列为S1背部区邻近白质。",
)
_NO_STANDARD = Text(
    en="There is no standard region for this marker; compare only people measured with the same one.",
    zh="该指标没有标准感兴趣区；只可与采用同一区域测量者比较。",
)
_WHOLE_TRACT = Text(
    en="The whole tract of the atlas; the study's finding lay in a part of it.",
    zh="此为图谱中的整条纤维束；研究所见仅位于其中一段。",
)
_NEARBY = Text(
    en="A neighbouring tract of the atlas, not the white matter beside the back area itself.",
    zh="此为图谱中的邻近纤维束，并非S1背部区邻近白质本身。",
)
_NOTES = dict.fromkeys(_NEAREST, _NEARBY) | dict.fromkeys(_ASSOCIATION, _WHOLE_TRACT)


def read_tract_markers(
    path: Path, *, participant_id: str, session_id: str, region: str | None = None, row: int | None = None
) -> tuple[Reading, ...]:
    r"""Read mean fractional anisotropies of one person.

    Parameters
    ----------
    path : Path
        A TSV or CSV: either one row a tract (columns tract and fa), or one row a person and one column a tract.
    participant_id, session_id : str
        Whose scan, when.
    region : str, optional
        The tract or region of interest that stands for the white matter beside the back area of S1.
    row : int, optional
        Which person, from 1, where there is one row a person and several people.

    Returns
    -------
    tuple of Reading
        ``s1-back-fa`` for the named region, else absent; then, where the table has them by the JHU atlas's names,
        neighbouring tracts and the superior longitudinal fasciculus (``slf-fa`` right, ``slf-fa.left``).

    Raises
    ------
    UnreadableSource
        If the table has neither form, or a tract stands there twice.
    MeasureError
        If the named region is not in the table.
    UnitMismatch
        If a value is not between 0 and 1.

    References
    ----------
    kim-2020, braincharts

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "tracts.tsv"
    >>> _ = file.write_text("tract\tfa\nS1back_L\t0.41\n", encoding="utf-8")
    >>> read_tract_markers(file, participant_id="sub-1", session_id="ses-1", region="S1back_L")[0].value
    0.41
    """
    file = open_text(path)
    held = _by_tract(file, row)
    if region is not None and region not in held:
        message = f"{file.name}: expected the region '{region}', it is not among the {len(held)} there; check the name"
        raise MeasureError(message)
    known = _NEAREST | _ASSOCIATION
    wanted = {"s1-back-fa": region or ""} | {marker: tract for marker, tract in known.items() if tract in held}
    return tuple(
        _reading(marker, tract, held.get(tract), file, participant_id=participant_id, session_id=session_id)
        for marker, tract in wanted.items()
    )


def _by_tract(file: TextFile, row: int | None) -> dict[str, float]:
    header, *rows = file.rows()
    lower = [name.lower() for name in header]
    name_at = next((lower.index(name) for name in _NAMES if name in lower), None)
    mean_at = next((lower.index(name) for name in _MEANS if name in lower), None)
    if name_at is not None and mean_at is not None:
        pairs = [(cells[name_at], cells[mean_at]) for cells in rows]
    elif rows and name_at is None:
        pairs = list(zip(header[1:], file.choose(rows, row)[1:], strict=False))
    else:
        message = f"{file.name}: expected columns 'tract' and 'fa', or one column a tract; export the table again"
        raise UnreadableSource(message)
    names = [name.removeprefix(_PUBLISHED) for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"{file.name}: expected each tract once, '{twice[0]}' stands there twice; keep one"
        raise UnreadableSource(message)
    values = [parse_number(cell, name=file.name, row=0, column=name) for name, cell in pairs]
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _reading(
    marker: str, tract: str, value: float | None, file: TextFile, *, participant_id: str, session_id: str
) -> Reading:
    if value is not None and not 0 < value < 1:
        message = (
            f"{file.name}, '{tract}': expected an anisotropy between 0 and 1, found another number; check its unit"
        )
        raise UnitMismatch(message)
    known = {"normative_region": f"{_PUBLISHED}{tract}"} if marker in _NOTES else {}
    because = Derivation(
        files=(file.used,), parameters={"region": tract, **known}, software={"backloop": version("backloop")}
    )
    return Reading(
        marker=marker,
        participant_id=participant_id,
        session_id=session_id,
        value=value,
        absent=Absent.NOT_ASKED if value is None else None,
        reason=_NO_REGION if value is None else None,
        unit="fraction",
        convention="mean fractional anisotropy, as the table gives it",
        notes=() if value is None else (_NOTES.get(marker, _NO_STANDARD),),
        because=because,
    )

"""From a fitted spectrum to readings: which amount answers which marker, with its bound and its quality.

Decides which scale a marker needs and what is said about quality; it never fits, and never mixes two scales.
"""

from importlib.metadata import version
from math import hypot
from typing import Literal, NamedTuple

from backloop.errors import MeasureError
from backloop.library import Cited
from backloop.recordings import Derivation, Reading
from backloop.tissues.metabolites import Amount, MetaboliteTable, Scaling, Tissue
from backloop.tissues.tissue import RELAXATION_3T, TissueCorrection, WaterScaling, correct_for_tissue
from backloop.units import Absent, Interval, Text

__all__ = ["QUALITY_GATES", "QualityGate", "Voxel", "read_spectrum_markers"]

_Z = 1.959964

Voxel = Literal[
    "anterior cingulate",
    "dorsolateral prefrontal",
    "primary motor",
    "primary somatosensory",
    "anterior insula",
    "thalamus",
    "periaqueductal grey",
]
"""Where a spectrum may have been measured; a table of results does not say it."""


class QualityGate(Cited):
    """A limit of quality: beyond it the reader is told; nothing is deleted.

    Examples
    --------
    >>> QUALITY_GATES[0].limit
    20.0
    """

    quantity: Literal["crlb_percent", "fwhm_ppm", "snr"]
    limit: float
    beyond: Literal["above", "below"]
    words: Text


QUALITY_GATES = (
    QualityGate(
        quantity="crlb_percent",
        limit=20,
        beyond="above",
        words=Text(
            en="The relative bound is above 20 %; it is large for small amounts too, so look at the absolute bound.",
            zh="相对CRLB高于20%；含量低时该值也会偏大，请同时参看绝对值。",
        ),
        reference="bonny-2018",
        verified=False,
        note="Abstract only; the conservative limit of rejection it advises.",
    ),
    QualityGate(
        quantity="fwhm_ppm",
        limit=0.1,
        beyond="above",
        words=Text(
            en="The lines are wider than 0.1 ppm; neighbouring metabolites run together.",
            zh="线宽大于0.1 ppm，相邻代谢物难以分开。",
        ),
        reference="backloop-unverified",
        verified=False,
        note="A usual limit at 3 T; no source was read.",
    ),
    QualityGate(
        quantity="snr",
        limit=5,
        beyond="below",
        words=Text(en="Signal to noise is below 5.", zh="信噪比低于5。"),
        reference="backloop-unverified",
        verified=False,
        note="A usual limit; no source was read. Programs define signal to noise differently.",
    ),
)
"""What the reader is told about; none was verified, so a spectrum within them is not thereby good."""


class _Part(NamedTuple):
    """Which amount, on which scale, answers a marker or a part of it; `over` names another divisor than creatine."""

    marker: str
    metabolite: str
    scaling: Scaling
    over: str = ""


def _concentration(marker: str, metabolite: str) -> tuple[_Part, ...]:
    """Give a marker that is a concentration, with the scales that are not the marker itself."""
    scales = {"": Scaling.MOLALITY, ".institutional": Scaling.MOLARITY, ".ratio": Scaling.RATIO}
    return tuple(_Part(marker + part, metabolite, scaling) for part, scaling in scales.items())


_PARTS: dict[Voxel, tuple[_Part, ...]] = {
    "anterior cingulate": (
        *_concentration("acc-naa", "NAA"),
        _Part("acc-glx", "Glx", Scaling.RATIO),
        _Part("acc-glx.glutamate-ratio", "Glu", Scaling.RATIO),
        _Part("acc-glx.glutamine-ratio", "Gln", Scaling.RATIO),
        _Part("acc-glx.molality", "Glx", Scaling.MOLALITY),
        _Part("acc-glx.glutamate-molality", "Glu", Scaling.MOLALITY),
        _Part("acc-glx.glutamine-molality", "Gln", Scaling.MOLALITY),
        _Part("acc-glx.inositol-ratio", "Glx", Scaling.RATIO, over="mI"),
        *_concentration("acc-mi", "mI"),
    ),
    "dorsolateral prefrontal": (*_concentration("dlpfc-naa", "NAA"), *_concentration("dlpfc-glucose", "Glc")),
    "primary motor": _concentration("m1-naa", "NAA"),
    "primary somatosensory": (*_concentration("s1-naa", "NAA"), *_concentration("s1-cho", "tCho")),
    "anterior insula": _concentration("insula-naa", "NAA"),
    "thalamus": _concentration("thalamus-mi", "mI"),
    "periaqueductal grey": (
        _Part("pag-glx-gaba", "Glx", Scaling.RATIO, over="GABA"),
        _Part("pag-glx-gaba.gaba", "GABA", Scaling.RATIO),
    ),
}
_NOT_REPORTED = Text(
    en="The table does not give this metabolite on the scale the marker needs; scales are never converted.",
    zh="结果表未按该指标所需的标度给出此代谢物；不同标度之间不作换算。",
)
_NOT_CORRECTED = Text(
    en="Water-scaled, but not corrected for tissue: give the tissue fractions, echo and repetition time.",
    zh="已按水参照定标，但未作组织校正：请提供组织分数、回波时间和重复时间。",
)
_NOT_FOUND = Text(
    en="The fit did not find this metabolite: its bound is 999 % or endless.",
    zh="拟合未检出该代谢物：CRLB为999%或无穷大。",
)
_TISSUE_UNSTATED = Text(
    en="The file does not say whether this was corrected for tissue.", zh="文件未说明是否已作组织校正。"
)
_LOWER_BOUND = Text(
    en="The interval comes from the Cramér-Rao bound, the least error there can be; the true one is larger.",
    zh="区间由Cramér-Rao下界得出，为误差的最小可能值；实际误差更大。",
)
_CORRECTED_ERROR = Text(
    en="The interval leaves out the errors of the segmentation and of the assumed relaxation times.",
    zh="区间未计入组织分割误差和所假定弛豫时间的误差。",
)


def read_spectrum_markers(
    table: MetaboliteTable,
    *,
    participant_id: str,
    session_id: str,
    voxel: Voxel,
    correction: TissueCorrection | None = None,
    water: WaterScaling | None = None,
) -> tuple[Reading, ...]:
    """Turn a fitted spectrum into the readings of the place it was measured at.

    Parameters
    ----------
    table : MetaboliteTable
        What a program found.
    participant_id, session_id : str
        Whose spectrum, when.
    voxel : Voxel
        Where it was measured: 'anterior cingulate', 'dorsolateral prefrontal', 'primary motor', 'primary
        somatosensory', 'anterior insula', 'thalamus' or 'periaqueductal grey'; the table does not say.
    correction : TissueCorrection, optional
        Tissue fractions and times (s), to turn water-scaled amounts that were not corrected into molality.
    water : WaterScaling, optional
        What the program scaled with, where not LCModel's defaults.

    Returns
    -------
    tuple of Reading
        Each marker of the place (of the cingulate ``acc-naa`` and ``acc-mi``, water-scaled molality, and ``acc-glx``,
        ratio to total creatine) with a value or the reason why not, and every part of them the table holds. Scales are
        never converted into each other.

    Raises
    ------
    MeasureError
        If no marker is of this place.
    UnitMismatch
        If the correction's numbers are in other units, or its fractions do not add up.

    Notes
    -----
    Interval: value plus and minus 1.96 absolute bounds. The bound of a ratio is put together from those of both
    amounts as if they were independent, unless the program gives one.

    References
    ----------
    bonny-2018, lin-2021, gasparovic-2006

    Examples
    --------
    >>> from backloop.recordings.readings import FileUsed
    >>> naa = Amount(metabolite="NAA", scaling=Scaling.RATIO, value=1.3, sd=0.1, percent=7.7)
    >>> table = MetaboliteTable(program="FSL-MRS", amounts=(naa,), files=(FileUsed(name="s.csv", sha256="0" * 64),))
    >>> found = read_spectrum_markers(table, participant_id="sub-1", session_id="ses-1", voxel="anterior cingulate")
    >>> [(reading.marker, reading.value) for reading in found]
    [('acc-naa', None), ('acc-naa.ratio', 1.3), ('acc-glx', None), ('acc-mi', None)]
    """
    if voxel not in _PARTS:
        message = f"no marker is of the place '{voxel}'; there are {', '.join(_PARTS)}"
        raise MeasureError(message)
    corrected = _correct(table, correction, water)
    because = Derivation(
        files=table.files,
        parameters={"voxel": voxel, **_parameters(table, correction if corrected is not table else None)},
        software={"backloop": version("backloop")},
    )
    who = {"participant_id": participant_id, "session_id": session_id, "because": because}
    return tuple(
        _read_part(part, corrected, who)
        for part in _PARTS[voxel]
        if "." not in part.marker or _amount(part, corrected) is not None
    )


def _correct(
    table: MetaboliteTable, correction: TissueCorrection | None, water: WaterScaling | None
) -> MetaboliteTable:
    """Add molalities to a table that holds water-scaled amounts without any correction."""
    if correction is None or table.tissue is not Tissue.NONE:
        return table
    told = water or _told_scaling(table)
    factor = correct_for_tissue(1.0, correction, scaling=told)
    added = [
        Amount.told(each.metabolite, Scaling.MOLALITY, each.value * factor, percent=each.percent)
        for each in table.amounts
        if each.scaling is Scaling.MOLARITY and each.is_detected
    ]
    update = {"amounts": (*table.amounts, *added), "tissue": Tissue.FULL}
    return table.model_copy(update=update) if added else table


def _told_scaling(table: MetaboliteTable) -> WaterScaling:
    usual = WaterScaling()
    return WaterScaling(
        concentration=float(table.settings.get("WCONC", usual.concentration)),
        attenuation=float(table.settings.get("ATTH2O", usual.attenuation)),
    )


def _parameters(table: MetaboliteTable, correction: TissueCorrection | None) -> dict[str, str | int | float | bool]:
    if correction is None:
        return dict(table.settings)
    return dict(table.settings) | correction.model_dump() | {"relaxation_constants": RELAXATION_3T.reference}


def _read_part(part: _Part, table: MetaboliteTable, who: dict[str, object]) -> Reading:
    amount = _amount(part, table)
    scale = f"ratio to {part.over}" if part.over else part.scaling
    about = who | {
        "marker": part.marker,
        "unit": part.scaling.unit,
        "convention": f"{table.program}, {scale}; tissue correction: {table.tissue}",
    }
    if amount is None:
        is_uncorrected = part.scaling is Scaling.MOLALITY and table.get(part.metabolite, Scaling.MOLARITY) is not None
        reason = _NOT_CORRECTED if is_uncorrected else _NOT_REPORTED
        return Reading.model_validate(about | {"absent": Absent.NOT_ASKED, "reason": reason})
    if not (amount.is_detected if part.over else _is_usable(amount, table)):
        return Reading.model_validate(about | {"absent": Absent.ARTEFACT, "reason": _NOT_FOUND})
    sd = amount.sd if amount.sd is not None or part.over else _ratio_bound(amount, table)
    quality = _quality(amount, sd, table)
    ends = None if sd is None else Interval(low=max(0.0, amount.value - _Z * sd), high=amount.value + _Z * sd)
    notes = _notes(part, table, quality, has_interval=ends is not None)
    return Reading.model_validate(about | {"value": amount.value, "quality": quality, "interval": ends, "notes": notes})


def _amount(part: _Part, table: MetaboliteTable) -> Amount | None:
    """Give the amount that answers a part; over another metabolite than creatine, from amounts on one scale."""
    if not part.over:
        return table.get(part.metabolite, part.scaling)
    for scaling in Scaling:
        above, below = table.get(part.metabolite, scaling), table.get(part.over, scaling)
        if above is not None and below is not None:
            return _quotient(above, below)
    return None


def _quotient(above: Amount, below: Amount) -> Amount:
    name = f"{above.metabolite}/{below.metabolite}"
    if not (above.is_detected and below.is_detected):
        return Amount(metabolite=name, scaling=Scaling.RATIO, value=0.0, is_detected=False)
    bounds = (above.percent, below.percent)
    percent = None if None in bounds else hypot(*(bound or 0.0 for bound in bounds))
    return Amount.told(name, Scaling.RATIO, above.value / below.value, percent=percent)


def _is_usable(amount: Amount, table: MetaboliteTable) -> bool:
    """Say whether the metabolite was found, and for a ratio the creatine too."""
    creatine = table.get("tCr", amount.scaling)
    return amount.is_detected and not (
        amount.scaling is Scaling.RATIO and creatine is not None and not creatine.is_detected
    )


def _ratio_bound(amount: Amount, table: MetaboliteTable) -> float | None:
    """Put the bound of a ratio together from the relative bounds of both amounts."""
    if amount.scaling is not Scaling.RATIO:
        return None
    for scaling in (Scaling.MOLARITY, Scaling.ARBITRARY):
        above, below = table.get(amount.metabolite, scaling), table.get("tCr", scaling)
        if above and below and above.percent is not None and below.percent is not None:
            return amount.value * hypot(above.percent, below.percent) / 100
    return None


def _quality(amount: Amount, sd: float | None, table: MetaboliteTable) -> dict[str, float]:
    percent = amount.percent if amount.percent is not None or sd is None else 100 * sd / amount.value
    held = {
        "crlb_percent": percent,
        "crlb_absolute": sd,
        "fwhm_ppm": table.fwhm_ppm,
        "fwhm_hz": table.fwhm_hz,
        "snr": table.snr,
    }
    return {name: value for name, value in held.items() if value is not None}


def _notes(part: _Part, table: MetaboliteTable, quality: dict[str, float], *, has_interval: bool) -> tuple[Text, ...]:
    def fails(gate: QualityGate) -> bool:
        value = quality.get(gate.quantity)
        return value is not None and (value > gate.limit if gate.beyond == "above" else value < gate.limit)

    is_molality = part.scaling is Scaling.MOLALITY
    said = (
        (has_interval, _LOWER_BOUND),
        (is_molality and table.tissue is Tissue.UNSTATED, _TISSUE_UNSTATED),
        (is_molality and table.tissue is Tissue.FULL and has_interval, _CORRECTED_ERROR),
        *((fails(gate), gate.words) for gate in QUALITY_GATES),
    )
    return tuple(words for holds, words in said if holds)

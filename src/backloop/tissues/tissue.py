"""Correcting a water-scaled amount for what the voxel holds: grey matter, white matter, fluid.

Decides the arithmetic and its constants, each with its source; which amounts may be corrected is decided in
`spectroscopy`.
"""

from math import exp

from pydantic import Field

from backloop.errors import MeasureError, UnitMismatch
from backloop.library import Cited
from backloop.units import Frozen

__all__ = ["RELAXATION_3T", "Relaxation", "TissueCorrection", "WaterScaling", "correct_for_tissue"]

_LONGEST_TE_S, _LONGEST_TR_S, _FIELD_TESLA = 0.5, 20.0, (2.8, 3.2)
_SUM_ERROR = 0.02


class Relaxation(Cited):
    """Relaxation times (s) of water in three tissues and of metabolites, the water in a volume of each, and pure water.

    Examples
    --------
    >>> RELAXATION_3T.t1_s["gm"]
    1.5
    """

    t1_s: dict[str, float]
    t2_s: dict[str, float]
    water: dict[str, float]
    pure_water_mmol_per_kg: float


RELAXATION_3T = Relaxation(
    t1_s={"wm": 0.97, "gm": 1.50, "csf": 4.47, "metabolite": 1.29},
    t2_s={"wm": 0.073, "gm": 0.088, "csf": 2.03, "metabolite": 0.194},
    water={"gm": 0.78, "wm": 0.65, "csf": 0.97},
    pure_water_mmol_per_kg=55.51e3,
    reference="fsl-mrs",
    verified=True,
    note="Read in that program's own list of constants for 3 T; one value for all metabolites.",
)
"""The constants FSL-MRS uses at 3 T."""


class WaterScaling(Cited):
    """What a program multiplied the ratio to water with: water's concentration (mmol/L) and its attenuation.

    The defaults are LCModel's.

    Examples
    --------
    >>> WaterScaling().concentration
    35880.0
    """

    concentration: float = Field(default=35880.0, gt=0)
    attenuation: float = Field(default=0.7, gt=0)
    reference: str = "lcmodel"
    verified: bool = True
    note: str = "Defaults as the documentation of spant states them."


class TissueCorrection(Frozen):
    """What the voxel holds (fractions that add up to 1) and how it was measured: echo and repetition time in seconds.

    Examples
    --------
    >>> TissueCorrection(gm=0.6, wm=0.3, csf=0.1, te_s=0.03, tr_s=2.0, field_tesla=3.0).csf
    0.1
    """

    gm: float
    wm: float
    csf: float
    te_s: float
    tr_s: float
    field_tesla: float


def correct_for_tissue(amount: float, correction: TissueCorrection, *, scaling: WaterScaling | None = None) -> float:
    """Turn a water-scaled amount into mmol per kg of tissue water, corrected for relaxation and fluid.

    Parameters
    ----------
    amount : float
        As the program printed it, in its institutional units.
    correction : TissueCorrection
        Tissue fractions, echo and repetition time (s), field strength (T).
    scaling : WaterScaling, optional
        What the program scaled with; LCModel's defaults without it.

    Returns
    -------
    float
        The molality, mmol/kg.

    Raises
    ------
    UnitMismatch
        If TE is 0.5 s or more, TR is 20 s or more (milliseconds given for seconds), or fractions are in percent.
    MeasureError
        If the fractions do not add up to 1, the voxel is fluid only, or the field is not 3 T.

    Notes
    -----
    The program's scaling is undone to get the ratio of signals per proton pair. Fractions of volume are weighted by
    their water; water is attenuated by exp(-TE/T2) (1 - exp(-TR/T1)) in each tissue, the metabolite likewise; fluid
    holds no metabolite. Do not use it on an amount that was already corrected.

    References
    ----------
    gasparovic-2006, fsl-mrs, lcmodel

    Examples
    --------
    >>> voxel = TissueCorrection(gm=0.6, wm=0.3, csf=0.1, te_s=0.03, tr_s=2.0, field_tesla=3.0)
    >>> round(correct_for_tissue(8.0, voxel), 1)
    15.5
    """
    _check(correction)
    known, told = RELAXATION_3T, scaling or WaterScaling()
    volumes = {"gm": correction.gm, "wm": correction.wm, "csf": correction.csf}
    water = {name: part * known.water[name] for name, part in volumes.items()}
    total = sum(water.values())
    seen = sum(part / total * _attenuation(name, correction) for name, part in water.items())
    tissue = (1.0 - water["csf"] / total) * _attenuation("metabolite", correction)
    return amount / (told.concentration * told.attenuation) * seen / tissue * known.pure_water_mmol_per_kg


def _attenuation(tissue: str, voxel: TissueCorrection) -> float:
    times = RELAXATION_3T
    return exp(-voxel.te_s / times.t2_s[tissue]) * (1.0 - exp(-voxel.tr_s / times.t1_s[tissue]))


def _check(voxel: TissueCorrection) -> None:
    for name, value, longest in (("TE", voxel.te_s, _LONGEST_TE_S), ("TR", voxel.tr_s, _LONGEST_TR_S)):
        if not 0 < value < longest:
            message = (
                f"{name} = {value:g}: expected seconds, between 0 and {longest:g}; this looks like milliseconds, "
                f"give {value / 1000:g}"
            )
            raise UnitMismatch(message)
    fractions = (voxel.gm, voxel.wm, voxel.csf)
    if max(fractions) > 1.0 + _SUM_ERROR:
        message = (
            "tissue: expected fractions of 1 for grey matter, white matter and fluid, these are percent; divide by 100"
        )
        raise UnitMismatch(message)
    if min(fractions) < 0 or abs(sum(fractions) - 1.0) > _SUM_ERROR or voxel.csf >= 1.0:
        message = (
            f"tissue: expected three fractions that add up to 1 with some tissue among them, they add up to "
            f"{sum(fractions):.2f}; check the segmentation of the voxel"
        )
        raise MeasureError(message)
    if not _FIELD_TESLA[0] <= voxel.field_tesla <= _FIELD_TESLA[1]:
        message = f"tissue: the constants hold at 3 T, the field is {voxel.field_tesla:g} T; correct it while fitting"
        raise MeasureError(message)

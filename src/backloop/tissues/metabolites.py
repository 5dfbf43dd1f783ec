"""What a program that fits spectra reports: amounts of metabolites, each on its own scale, with bounds and quality.

Decides the shape of such a table and one name a metabolite; files are read in `metabolite_tables`.
"""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from backloop.recordings import FileUsed
from backloop.units import Frozen

__all__ = ["UNDETECTED_PERCENT", "Amount", "MetaboliteTable", "Scaling", "Tissue", "name_metabolite"]
UNDETECTED_PERCENT = 999.0
"""What LCModel and FSL-MRS print where the bound is larger than can be shown: the metabolite was not found."""


class Scaling(StrEnum):
    """What an amount is measured against. Two scalings are never mixed.

    Examples
    --------
    >>> Scaling.MOLALITY.unit
    'mmol/kg'
    """

    RATIO = "ratio to total creatine"
    MOLALITY = "water-scaled molality"
    MOLARITY = "water-scaled, institutional units"
    ARBITRARY = "unscaled"

    @property
    def unit(self) -> str:
        """The unit of an amount on this scale."""
        return {"RATIO": "ratio", "MOLALITY": "mmol/kg", "MOLARITY": "i.u.", "ARBITRARY": "a.u."}[self.name]


class Tissue(StrEnum):
    """How far an amount was corrected for what the voxel holds.

    Examples
    --------
    >>> Tissue("not stated").value
    'not stated'
    """

    NONE = "none"
    FLUID = "cerebrospinal fluid only"
    FULL = "grey matter, white matter and fluid"
    UNSTATED = "not stated"


class Amount(Frozen):
    """One metabolite on one scale: value, and its Cramér-Rao bound in the same unit and in percent.

    `percent` is None where the metabolite was not found (999 %) or no bound is reported.

    Examples
    --------
    >>> Amount(metabolite="NAA", scaling=Scaling.RATIO, value=0.318, sd=0.035).percent is None
    True
    """

    metabolite: str
    scaling: Scaling
    value: float
    sd: float | None = Field(default=None, ge=0)
    percent: float | None = Field(default=None, ge=0)
    is_detected: bool = True

    @classmethod
    def told(cls, name: str, scaling: Scaling, value: float, *, percent: float | None) -> Self:
        """Make an amount from its bound in percent; at 999 % or without end the metabolite was not found."""
        found = value != 0 and (percent is None or percent < UNDETECTED_PERCENT)
        shown = percent if found else None
        sd = None if shown is None else abs(value) * shown / 100
        name = name_metabolite(name)
        return cls(metabolite=name, scaling=scaling, value=value, sd=sd, percent=shown, is_detected=found)

    def with_bound(self, sd: float | None) -> Self:
        """Replace the absolute bound by the one the program itself gives on this scale."""
        return self if sd is None or not self.is_detected else self.model_copy(update={"sd": sd})

    @model_validator(mode="after")
    def _bound_only_if_found(self) -> Self:
        if not self.is_detected and (self.sd is not None or self.percent is not None):
            message = f"{self.metabolite}: what was not found has no bound"
            raise ValueError(message)
        return self


class MetaboliteTable(Frozen):
    """All amounts one program found in one spectrum, with line width and signal to noise.

    `settings` holds what the program was told, as far as the file says.

    Examples
    --------
    >>> used = FileUsed(name="svs.table", sha256="0" * 64)
    >>> MetaboliteTable(program="LCModel", amounts=(), files=(used,)).get("NAA", Scaling.RATIO) is None
    True
    """

    program: str
    amounts: tuple[Amount, ...]
    tissue: Tissue = Tissue.NONE
    fwhm_ppm: float | None = None
    fwhm_hz: float | None = None
    snr: float | None = None
    settings: dict[str, str | int | float | bool] = {}
    files: tuple[FileUsed, ...]

    def get(self, metabolite: str, scaling: Scaling) -> Amount | None:
        """Give the amount of a metabolite on a scale, or None where it is not reported."""
        for amount in self.amounts:
            if amount.metabolite == metabolite and amount.scaling is scaling:
                return amount
        return None


# Spellings of the five programs; a sum's parts may stand in either order.
_NAMES = {
    "ins": "mI",
    "mi": "mI",
    "m-ins": "mI",
    "myo-ins": "mI",
    "tnaa": "tNAA",
    "tcr": "tCr",
    "tcho": "tCho",
    "glx": "Glx",
    "naa+naag": "tNAA",
    "cr+pcr": "tCr",
    "gpc+pch": "tCho",
    "gln+glu": "Glx",
}


def name_metabolite(spelling: str) -> str:
    """Give a metabolite's one name, whichever program wrote it.

    Parameters
    ----------
    spelling : str
        As it stands in the table: ``Glu+Gln``, ``Glu_Gln``, ``Glx``.

    Returns
    -------
    str
        The name used here; a name that is not known is returned as it is.

    Examples
    --------
    >>> name_metabolite("PCr_Cr"), name_metabolite("Ins"), name_metabolite("NAA")
    ('tCr', 'mI', 'NAA')
    """
    parts = spelling.strip().replace("_", "+").lower().split("+")
    return _NAMES.get("+".join(sorted(parts)), spelling.strip())

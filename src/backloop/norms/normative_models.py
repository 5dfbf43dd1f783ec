"""Lifespan normative models: where a number lies among healthy people of the same age and sex.

Decides the arithmetic of one model; where its file comes from is decided in `normative_archives`, what a clinic's own
controls add in `norms`. No number of any model ships with backloop.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from pydantic import Field
from scipy.interpolate import BSpline

from backloop.errors import MeasureError, UnreadableSource
from backloop.norms.unpickling import StandIn
from backloop.recordings import FileUsed
from backloop.units import Frozen

__all__ = ["NormativeModel", "ReferencePerson", "build_model"]

Floats = npt.NDArray[np.float64]

_SPLINES, _KNOTS, _DEGREE, _OLDEST = 7, np.linspace(-5.0, 110.0, 5), 3, 110.0
_PADDED = np.concatenate([[_KNOTS[0]] * _DEGREE, _KNOTS, [_KNOTS[-1]] * _DEGREE])
_COVARIATES = ("age_years", "sex_male", "mean_fd_mm")
_HYPERPARAMETERS, _TOLERANCE = 4, 1e-6
# The precision of the weights' prior, as a share of the intercept's: small, for there are thousands of people.
_PRIOR_SHARE = 1e-3


class ReferencePerson(Frozen):
    """What a reference needs to know about somebody: age in years, sex, and mean head motion where it counts.

    Examples
    --------
    >>> ReferencePerson(age_years=45, is_male=False).age_years
    45.0
    """

    age_years: float = Field(ge=0, le=_OLDEST)
    is_male: bool
    mean_fd_mm: float | None = Field(default=None, ge=0)


@dataclass(frozen=True)
class NormativeModel:
    """A warped Bayesian linear regression of one brain measure on age, sex and site.

    `weights` and `precision` are the posterior mean and precision (shapes (p,) and (p, p)) for the columns intercept,
    `covariates`, one per site, seven cubic splines of age. `noise_precision` is 1/variance within a site after the
    warp; `skew` and `tail` are the two parameters of the warp.

    Examples
    --------
    >>> import numpy as np
    >>> flat = NormativeModel(region="x", weights=np.zeros(11), precision=np.eye(11) * 1e6, noise_precision=4.0,
    ...     skew=0.0, tail=1.0, covariates=("age_years", "sex_male"), people=100,
    ...     used=FileUsed(name="x.pkl", sha256="0" * 64))
    >>> round(flat.deviation(1.0, ReferencePerson(age_years=40, is_male=True)), 1)
    2.0
    """

    region: str
    weights: Floats
    precision: Floats
    noise_precision: float
    skew: float
    tail: float
    covariates: tuple[str, ...]
    people: int
    used: FileUsed

    @property
    def site_weights(self) -> Floats:
        """The shift of each site the model was made with, in warped units, shape (sites,)."""
        return self.weights[1 + len(self.covariates) : -_SPLINES]

    @cached_property
    def site_sd(self) -> float:
        """How much sites differ, as a multiple of the spread between people within one site."""
        return float(self.site_weights.std() * np.sqrt(self.noise_precision))

    def warp(self, value: float) -> float:
        """Take a value to the scale on which people are normally distributed."""
        return float(np.sinh(self.tail * (np.arcsinh(value) + self.skew)))

    def unwarp(self, warped: float) -> float:
        """Take a warped value back to the unit of the measure."""
        return float(np.sinh(np.arcsinh(warped) / self.tail - self.skew))

    def deviation(self, value: float, person: ReferencePerson) -> float:
        """Give the deviation from a healthy person of that age and sex at a site with no shift of its own.

        Raises
        ------
        MeasureError
            If the model needs mean head motion and none is given.
        """
        columns = self._columns(person)
        spread = np.sqrt(1.0 / self.noise_precision + columns @ np.linalg.solve(self.precision, columns))
        return float((self.warp(value) - columns @ self.weights) / spread)

    def median(self, person: ReferencePerson) -> float:
        """Give the value in the middle of healthy people of that age and sex, in the unit of the measure."""
        return self.unwarp(float(self._columns(person) @ self.weights))

    def _columns(self, person: ReferencePerson) -> Floats:
        known = {"age_years": person.age_years, "sex_male": float(person.is_male), "mean_fd_mm": person.mean_fd_mm}
        told = [known[name] for name in self.covariates]
        if None in told:
            message = f"the model of '{self.region}' needs mean framewise displacement in mm; give mean_fd_mm"
            raise MeasureError(message)
        splines = BSpline.design_matrix([person.age_years], _PADDED, _DEGREE).toarray()[0]
        return np.concatenate([[1.0], np.array(told, dtype=np.float64), np.zeros(self.site_weights.size), splines])


def build_model(found: StandIn, *, region: str, used: FileUsed) -> NormativeModel:
    """Make a model from what a file of PCNtoolkit holds, after checking that its layout is the known one.

    Parameters
    ----------
    found : StandIn
        The outermost object of the pickle.
    region : str
        What the model is of.
    used : FileUsed
        The file it came from.

    Returns
    -------
    NormativeModel
        The model.

    Raises
    ------
    UnreadableSource
        If an attribute is missing, the warp is another one, or the columns do not add up to intercept, covariates,
        sites and splines.

    Notes
    -----
    The layout is checked by arithmetic: exp(hyp[0]) / tail**2 must be the noise precision, the block of the sites in
    the precision must be diagonal, and its counts must add up to the number of people.

    References
    ----------
    braincharts, pcntoolkit

    Examples
    --------
    >>> build_model(StandIn(), region="x", used=FileUsed(name="x.pkl", sha256="0" * 64))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: x.pkl: expected a warped Bayesian linear regression of PCNtoolkit (BLR,
    WarpSinArcsinh), it has no 'blr'; only models of that kind can be read
    """
    regression = _part(found, "blr", used)
    hyper, weights, precision = (_array(regression, name, used) for name in ("hyp", "m", "A"))
    noise = float(np.unique(_array(regression, "lambda_n_vec", used))[0])
    warp = _part(regression, "warp", used)
    tail = float(np.exp(hyper[2])) if hyper.size == _HYPERPARAMETERS else 0.0
    if warp.called != "WarpSinArcsinh" or not np.isclose(np.exp(hyper[0]), noise * tail**2, rtol=_TOLERANCE):
        raise _strange(used, "its warp is another one")
    if precision.shape != (weights.size, weights.size):
        raise _strange(used, "its weights and their precision do not fit together")
    return NormativeModel(
        region=region,
        weights=weights,
        precision=precision,
        noise_precision=noise,
        skew=float(hyper[1]),
        tail=tail,
        covariates=_COVARIATES[: _count_covariates(precision, used)],
        people=int(regression.get("N") or 0),
        used=used,
    )


def _count_covariates(precision: Floats, used: FileUsed) -> int:
    """Tell two covariates from three: sites exclude each other and together hold everybody."""
    for covariates in (2, 3):
        sites = precision[1 + covariates : -_SPLINES, 1 + covariates : -_SPLINES]
        everybody = np.isclose(precision[0, 1 + covariates : -_SPLINES].sum(), precision[0, 0], rtol=_PRIOR_SHARE)
        if sites.size and everybody and np.array_equal(sites, np.diag(np.diag(sites))):
            return covariates
    raise _strange(used, "its columns are not intercept, age, sex, sites and seven splines")


def _part(held: StandIn, name: str, used: FileUsed) -> StandIn:
    part = held.get(name)
    if not isinstance(part, StandIn):
        raise _strange(used, f"it has no '{name}'")
    return part


def _array(held: StandIn, name: str, used: FileUsed) -> Floats:
    array = held.get(name)
    if not isinstance(array, np.ndarray) or not array.size or not np.isfinite(array).all():
        raise _strange(used, f"it has no numbers '{name}'")
    return array


def _strange(used: FileUsed, why: str) -> UnreadableSource:
    message = (
        f"{used.name}: expected a warped Bayesian linear regression of PCNtoolkit (BLR, WarpSinArcsinh), {why}; "
        "only models of that kind can be read"
    )
    return UnreadableSource(message)

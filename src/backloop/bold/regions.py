"""The places that the markers of connectivity and amplitude speak of, read from `regions.toml`.

Decides which voxels or parcels stand for a place; it does not compute anything from them.
"""

import re
import tomllib
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from backloop.errors import InvalidBook
from backloop.library import BookId, Cited
from backloop.recordings import BoldSeries
from backloop.units import Frozen, Text

__all__ = ["MarkerPair", "MarkerPlace", "Region", "RegionAtlas", "find_columns", "load_regions"]


class Region(Cited):
    """A place in the brain: spheres in MNI152 space, and the names of parcels that stand for it.

    A region is averaged to one series; a network keeps one series a node.

    Examples
    --------
    >>> load_regions().region("accumbens-left").centres
    ((-12.5, 17.1, -4.5),)
    """

    id: BookId
    title: Text
    is_network: bool = False
    centres: tuple[tuple[float, float, float], ...]
    radius_mm: float = Field(gt=0)
    labels: tuple[str, ...] = ()


class MarkerPair(Frozen):
    """A marker of connectivity: the two places whose Fisher z it is.

    Examples
    --------
    >>> load_regions().pairs[0].marker
    's1-back-salience'
    """

    marker: str
    start: str = Field(alias="from")
    end: str = Field(alias="to")


class MarkerPlace(Frozen):
    """A marker of amplitude or homogeneity: the place whose voxels it is averaged over.

    Examples
    --------
    >>> load_regions().amplitudes[0].region
    'postcentral'
    """

    marker: str
    region: str


class RegionAtlas(Frozen):
    """All places, all pairs, and the places read by themselves.

    Examples
    --------
    >>> load_regions().region("salience").is_network
    True
    """

    regions: tuple[Region, ...]
    pairs: tuple[MarkerPair, ...] = ()
    amplitudes: tuple[MarkerPlace, ...] = ()
    homogeneities: tuple[MarkerPlace, ...] = ()

    def region(self, region_id: str) -> Region:
        """Give one place by its id."""
        for region in self.regions:
            if region.id == region_id:
                return region
        message = f"no region '{region_id}'; there are {', '.join(region.id for region in self.regions)}"
        raise InvalidBook(message)


def load_regions(path: Path | None = None) -> RegionAtlas:
    """Load the places that come with backloop, with a site's own ones in their stead where given.

    Parameters
    ----------
    path : Path, optional
        A TOML file of the same form; what has the same id or marker replaces the packaged one.

    Returns
    -------
    RegionAtlas
        Places, pairs, and the places read by themselves.

    Raises
    ------
    InvalidBook
        If the file does not follow the form.

    References
    ----------
    seitzman-2020

    Examples
    --------
    >>> len(load_regions().pairs)
    18
    """
    packaged = _parse("regions.toml", resources.files("backloop.bold").joinpath("regions.toml").read_text("utf-8"))
    if path is None:
        return packaged
    own = _parse(path.name, path.read_text("utf-8"))
    regions = {region.id: region for region in (*packaged.regions, *own.regions)}
    told = {
        table: tuple({row.marker: row for row in (*getattr(packaged, table), *getattr(own, table))}.values())
        for table in ("pairs", "amplitudes", "homogeneities")
    }
    return RegionAtlas(regions=tuple(regions.values()), **told)


def find_columns(region: Region, series: BoldSeries) -> list[NDArray[np.intp]]:
    """Find the columns of a series that stand for a place.

    Parameters
    ----------
    region : Region
        The place.
    series : BoldSeries
        Voxels (taken by sphere) or labelled regions (taken by name).

    Returns
    -------
    list of arrays of int
        One array for a region, one a node for a network; empty where the series does not cover the place.

    Examples
    --------
    >>> values = np.zeros((5, 2), dtype=np.float32)
    >>> series = BoldSeries(values, tr=2.0, kept=np.ones(5, bool), labels=("ACCUMBENS_LEFT", "THALAMUS_LEFT"))
    >>> find_columns(load_regions().region("accumbens"), series)
    [array([0])]
    """
    if series.grid is None:
        named = [place for place, label in enumerate(series.labels) if _is_called(region, label)]
        found = [np.array([place]) for place in named]
    else:
        found = [series.grid.sphere(centre, region.radius_mm) for centre in region.centres]
    found = [columns for columns in found if len(columns)]
    return found if region.is_network or not found else [np.unique(np.concatenate(found))]


def _is_called(region: Region, label: str) -> bool:
    return any(re.search(pattern, label) for pattern in region.labels)


def _parse(name: str, text: str) -> RegionAtlas:
    try:
        return RegionAtlas.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        message = f"{name}: expected [[regions]] and [[pairs]] as in the packaged regions.toml: {error}"
        raise InvalidBook(message) from error

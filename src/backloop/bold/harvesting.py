"""From one person's resting run to all that is taken from it: readings, pictures and maps.

Decides what is opened and in which order it is used; what is computed for which marker is in `bold`.
"""

from pathlib import Path

import numpy as np

from backloop.bold.bold import read_scan
from backloop.bold.confounds import CONFOUND_STRATEGIES, Nuisance, read_confounds
from backloop.bold.derivatives import BoldRun
from backloop.bold.maps import MapFolder, describe_dataset
from backloop.bold.overviews import connect_places, show_spectrum
from backloop.bold.scans import BoldPlan, BoldScan
from backloop.bold.volumes import read_bold
from backloop.recordings import BoldSeries, FrequencyBand, Harvest, Reading

__all__ = ["harvest_bold", "harvest_regions", "read_bold_markers", "read_region_markers"]


def read_bold_markers(run: BoldRun, plan: BoldPlan | None = None) -> tuple[Reading, ...]:
    """Read every BOLD marker from one preprocessed run of one person.

    Parameters
    ----------
    run : BoldRun
        The files, as `find_bold_runs` gives them.
    plan : BoldPlan, optional
        Strategy, convention, places and states.

    Returns
    -------
    tuple of Reading
        A value with its interval, or the reason why it is absent, for each marker.

    Raises
    ------
    UnreadableSource, MeasureError
        If a file cannot be read or the files do not belong together.

    Examples
    --------
    >>> from pathlib import Path
    >>> run = BoldRun("sub-01", "ses-01", bold=Path("b.nii.gz"), mask=Path("m.nii.gz"), confounds=Path("c.tsv"))
    >>> read_bold_markers(run)
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: c.tsv: expected a file, there is none of that name; check the spelling
    """
    return harvest_bold(run, plan).readings


def harvest_bold(run: BoldRun, plan: BoldPlan | None = None, *, maps: Path | None = None) -> Harvest:
    """Read every BOLD marker with its pictures, and write maps of the brain where a folder is given.

    Parameters
    ----------
    run : BoldRun
        The files, as `find_bold_runs` gives them.
    plan : BoldPlan, optional
        Strategy, convention, places and states.
    maps : Path, optional
        The root of a dataset of derivatives. ALFF and fALFF by band, ReHo where the plan has it, and the Fisher z of
        each place that begins a pair are written below it under BIDS names, each with a sidecar.

    Returns
    -------
    Harvest
        The readings of `read_bold_markers`, the spectrum of the nucleus accumbens, the connectivity of all places,
        and the maps written.

    Raises
    ------
    UnreadableSource, MeasureError
        If a file cannot be read or the files do not belong together.

    Notes
    -----
    The image is read once. Each map is written as soon as it is made and freed; none is held besides the series.

    Examples
    --------
    >>> run = BoldRun("sub-01", "ses-01", bold=Path("b.nii.gz"), mask=Path("m.nii.gz"), confounds=Path("c.tsv"))
    >>> harvest_bold(run, maps=Path("derivatives"))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: c.tsv: expected a file, there is none of that name; check the spelling
    """
    plan = plan or BoldPlan()
    nuisance = read_confounds(run.confounds, CONFOUND_STRATEGIES[plan.strategy])
    series = read_bold(run.bold, run.mask, tr=run.tr, kept=nuisance.kept)
    scan = BoldScan(series, nuisance, plan, participant_id=run.participant_id, session_id=run.session_id)
    if maps is None:
        return _gather(scan)
    describe_dataset(maps, source=run.dataset)
    return _gather(scan, MapFolder(maps, run, scan))


def read_region_markers(
    series: BoldSeries,
    *,
    participant_id: str,
    session_id: str,
    plan: BoldPlan | None = None,
    filtered: FrequencyBand | None = None,
) -> tuple[Reading, ...]:
    """Read the BOLD markers from region series that another program has cleaned.

    Parameters
    ----------
    series : BoldSeries
        From `read_region_table`, `read_region_matrix` or `read_cifti`.
    participant_id, session_id : str
        Whose and when.
    plan : BoldPlan, optional
        Convention, places and states; its strategy is not used.
    filtered : FrequencyBand, optional
        The band that the other program filtered to. Shares of the whole spectrum cannot be had from such a series.

    Returns
    -------
    tuple of Reading
        As `read_bold_markers`; markers whose place has no region are absent.

    Examples
    --------
    >>> values = np.random.default_rng(1).standard_normal((240, 2)).astype(np.float32)
    >>> series = BoldSeries(values, tr=2.0, kept=np.ones(240, bool), labels=("ACCUMBENS_LEFT", "ACCUMBENS_RIGHT"))
    >>> readings = read_region_markers(series, participant_id="sub-01", session_id="ses-01")
    >>> [reading.marker for reading in readings if reading.value is not None]
    ['nac-slow5', 'nac-slow5.left', 'nac-slow5.right']
    """
    return harvest_regions(
        series, participant_id=participant_id, session_id=session_id, plan=plan, filtered=filtered
    ).readings


def harvest_regions(
    series: BoldSeries,
    *,
    participant_id: str,
    session_id: str,
    plan: BoldPlan | None = None,
    filtered: FrequencyBand | None = None,
) -> Harvest:
    """Read the BOLD markers from region series that another program has cleaned, with their pictures.

    Parameters
    ----------
    series, participant_id, session_id, plan, filtered
        As `read_region_markers`.

    Returns
    -------
    Harvest
        The readings of `read_region_markers`, the spectrum of the nucleus accumbens, and the connectivity of all
        places.

    Examples
    --------
    >>> values = np.random.default_rng(1).standard_normal((240, 2)).astype(np.float32)
    >>> series = BoldSeries(values, tr=2.0, kept=np.ones(240, bool), labels=("ACCUMBENS_LEFT", "ACCUMBENS_RIGHT"))
    >>> harvest_regions(series, participant_id="sub-01", session_id="ses-01").curves[0].marker
    'nac-slow5'
    """
    nuisance = Nuisance(names=(), regressors=np.empty((series.volumes, 0)), kept=series.kept)
    plan = plan or BoldPlan()
    return _gather(
        BoldScan(series, nuisance, plan, participant_id=participant_id, session_id=session_id, filtered=filtered)
    )


def _gather(scan: BoldScan, folder: MapFolder | None = None) -> Harvest:
    """Take the pictures first: reading cleans the series in place."""
    curves, matrices = show_spectrum(scan, "nac-slow5", "accumbens"), connect_places(scan)
    readings = read_scan(scan, folder)
    return Harvest(readings, curves, matrices, maps=tuple(folder.written) if folder else ())

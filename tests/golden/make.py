"""Make the reference answers anew, wherever R is installed with the packages the scripts name (nlme, lme4, AER ...)."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = (
    "orthodont.R",
    "repeated.R",
    "pooling.R",
    "asymmetry.R",
    "networks.R",
    "structures.R",
    "modifiers.R",
    "shares.R",
    "mechanisms.R",
    "nested.R",
    "imputation.R",
    "boundaries.R",
)


def make() -> None:
    """Run each R script beside this file, in order: data first, then answers."""
    if shutil.which("Rscript") is None:
        sys.exit("Rscript is not installed; the answers beside this file stay as they are")
    for script in SCRIPTS:
        subprocess.run(["Rscript", script], cwd=HERE, check=True)


if __name__ == "__main__":
    make()

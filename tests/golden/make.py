"""Make the reference answers anew, wherever R with nlme, lme4, lmerTest, pbkrtest and metafor is installed."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = ("orthodont.R", "repeated.R", "pooling.R")


def make() -> None:
    """Run each R script beside this file, in order: data first, then answers."""
    if shutil.which("Rscript") is None:
        sys.exit("Rscript is not installed; the answers beside this file stay as they are")
    for script in SCRIPTS:
        subprocess.run(["Rscript", script], cwd=HERE, check=True)


if __name__ == "__main__":
    make()

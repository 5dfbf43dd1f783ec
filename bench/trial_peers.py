"""Fits the models of bench/trial.py with one Python package and prints one line of JSON, as bench/trial.R does.

Usage: PYTHON trial_peers.py PEER TASK FOLDER REPEATS, where PYTHON has the package; backloop is not needed there.
"""

import json
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

PACKAGES = {
    "statsmodels": ("statsmodels", "statsmodels.regression.mixed_linear_model"),
    "glmm": ("glmm", "glmm"),
    "lme": ("lme-python", "lme_python"),
    "lme_kr": ("lme-python", "lme_python"),
}


def fit_statsmodels(formula, data):
    from statsmodels.regression.mixed_linear_model import MixedLM

    seen = data.dropna(subset=[formula.split(" ~ ")[0]])
    model = MixedLM.from_formula(formula, seen, groups="id").fit(reml=True)
    return model.params["e2"], model.bse["e2"], None


def fit_glmm(formula, data):
    import glmm

    model = glmm.fit(data, f"{formula} + (1 | id)")
    place = model.names.index("e2")
    return model.beta[place], model.se[place], model.coef_df[place]


def fit_lme(formula, data, *, kenward_roger=False):
    import lme_python

    seen = data.drop_nulls(formula.split(" ~ ")[0])
    model = lme_python.lmer(f"{formula} + (1 | id)", data=seen)
    (model.with_kenward_roger if kenward_roger else model.with_satterthwaite)(seen)
    place = model.fixed_names.index("e2")
    df = (model.kenward_roger_dfs if kenward_roger else model.satterthwaite_dfs)[place]
    return model.coefficients[place], model.std_errors[place], df


def fit_lme_kr(formula, data):
    return fit_lme(formula, data, kenward_roger=True)


def read(peer, path):
    if peer.startswith("lme"):
        import polars as pl

        return pl.read_csv(path, schema_overrides={"id": pl.String})
    import pandas as pd

    return pd.read_csv(path, dtype={"id": str})


def peak_mb():
    """Peak memory of this process alone; what getrusage says would include the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return round(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def main(peer, task, folder, repeats):
    package, module = PACKAGES[peer]
    import_module(module)  # loading is not timed
    fit = globals()[f"fit_{peer}"]
    data = read(peer, Path(folder) / f"{task}.csv")
    formulas = (Path(folder) / f"{task}.txt").read_text(encoding="utf-8").splitlines()
    warnings.simplefilter("ignore")
    seconds = []
    for formula in formulas * int(repeats):
        outcome, terms = formula.split(" ~ ")
        rows = data[[outcome, *terms.split(" + "), "id"]]
        begun = time.perf_counter()
        found = fit(formula, rows)
        seconds.append(time.perf_counter() - begun)
    estimate, error, df = (None if value is None else float(value) for value in found)
    answer = {"seconds": seconds, "estimate": estimate, "standard_error": error, "df": df}
    print(json.dumps({**answer, "peak_mb": peak_mb(), "version": f"{package} {version(package)}"}))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ModuleNotFoundError:
        print(json.dumps({"left_out": "not installed"}))

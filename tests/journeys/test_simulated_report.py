"""A simulated trial of RESOLVE's size, through the planned analyses and the search for modifiers, equal to R."""

from pathlib import Path

import pytest

from backloop.learn import analyse_trial, trial_modifiers
from backloop.trial import open_trial

ROOT = Path(__file__).parents[2]
TABLE = ROOT.parent / "shared" / "data" / "trials" / "simulated276" / "trial.csv"
MODIFIERS = ("pse", "pcs", "tsk", "backbel", "backperc", "ltpain", "meds", "female")
VISITS = (0, 12, 18, 26, 52)

pytestmark = pytest.mark.skipif(not TABLE.exists(), reason="the simulated trial is not beside this checkout")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Plan and table of the simulated trial, with all eight modifiers."""
    folder = tmp_path_factory.mktemp("simulated")
    plan = (ROOT / "examples" / "08_trial" / "resolve.toml").read_text(encoding="utf-8")
    plan = plan[: plan.index("[[visits]]")]
    plan += "".join(f'[[visits]]\nid = "week-{week}"\nweek = {week}\n' for week in VISITS)
    for name, rank in (("pain", "primary"), ("rmdq", "secondary")):
        plan += f'[[outcomes]]\nid = "{name}"\ntitle = "{name}"\nrank = "{rank}"\nscale = {{ better = "low" }}\n'
        plan += f'[[estimands]]\nid = "{name}"\npopulation = "all"\narm = "retraining"\ncomparator = "sham"\n'
        plan += f'outcome = "{name}"\nweeks = [18, 52]\nsummary = "difference in means"\n'
        plan += 'intercurrent_events = [{ event = "stops early", strategy = "treatment policy" }]\n'
    plan += '[[analyses]]\nid = "primary"\nestimand = "pain"\nrank = "primary"\nmissing = "at random"\n'
    plan += 'model = "constrained longitudinal analysis"\ninference = "kenward-roger-linear"\n'
    for name in MODIFIERS:
        plan += f'[[modifiers]]\nid = "{name}"\ntitle = "{name}"\nvisit = "week-0"\nexpected = "not stated"\n'
    (folder / "trial.toml").write_text(plan, encoding="utf-8")
    mapping = '[people]\nperson = "id"\narms = { retraining = [1], sham = [0] }\n[visits]\ncolumn = "week"\n'
    (folder / "data.toml").write_text(mapping + '[outcomes]\npain = "pain"\nrmdq = "rmdq"\n', encoding="utf-8")
    return open_trial(folder / "trial.toml", folder / "data.toml", table=TABLE, exploratory=True)


def test_the_planned_answer_is_that_of_r(data):
    """Effect, error and df at week 18 are those of R's mmrm with the linear Kenward-Roger form."""
    found = analyse_trial(data).primary

    effect = found.effects[0].effect
    assert effect.estimate == pytest.approx(-0.801261849212, abs=1e-8)
    assert effect.standard_error == pytest.approx(0.255006730967, abs=1e-8)
    assert effect.df == pytest.approx(256.002610748, rel=1e-6)
    assert found.people == 276
    assert found.missing == 5 * 276 - 1292


def test_eight_modifiers_two_outcomes_two_weeks(data):
    """Thirty-two questions are judged together, each with what could have been detected."""
    search = trial_modifiers(data, draws=2000)

    assert len(search.effects) == 32
    assert {effect.questions for effect in search.effects} == {32}
    assert all(1.8 < effect.detectable.ratio < 2.3 for effect in search.effects)
    assert all(effect.p_max_t >= effect.per_unit.p - 0.05 for effect in search.effects)

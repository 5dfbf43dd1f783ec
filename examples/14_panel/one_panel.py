"""A panel of brain markers joins the scores: beside own controls a marker may speak, without them it never does."""

# %%
from pathlib import Path

from backloop import infer, letter, score
from backloop.library import Library
from backloop.norms import ReferencePerson, open_normative, read_controls
from backloop.panel import Panel, make_panel, save_panel
from backloop.profile import Profile
from backloop.record import make_person
from backloop.tissues import Structures, read_freesurfer, read_structure_markers

HERE = Path(__file__).parent
BRAIN = HERE.parents[2] / "shared" / "data" / "brain"
LIBRARY = Library.packaged()


def show(panel: Panel) -> None:
    """Print the accumbens of a panel, what it is held against and what contradicts it."""
    rows = [row for row in panel.rows if row.reading.marker.startswith("nac-volume.")]
    for row in rows:
        standing, ends = row.standing, row.standing.interval
        beside = f"{standing.z:+.1f} SD ({ends.low:+.1f} to {ends.high:+.1f})" if ends else "no deviation"
        print(f"  {row.title.en}: {row.reading.value:.0f} {row.reading.unit}, {standing.basis}, {beside}")
    print("  contradicted by:", rows[0].contradicted_by[0].en)


def speaks(profile: Profile) -> None:
    """Print which way the accumbens points, and the verdict on the reward circuit."""
    support = profile.support("mesolimbic")
    found = next(finding for finding in support.findings if finding.clue == "nac-volume")
    print("  it points:", found.direction, "–", found.remark.en if found.remark else f"counts as {found.counts_as}")
    print("  reward circuit:", support.verdict.text.en, f"({support.certainty.text.en} certainty)")


# %% A made-up person with a small accumbens, as FreeSurfer would have measured it.
person = make_person(seed=1)
sizes = {"Left-Accumbens-area": 215.0, "Right-Accumbens-area": 240.0}
made_up = Structures(person="made up", volumes_mm3=sizes, cortex={}, files=())
visit = {"participant_id": person.participant_id, "session_id": "ses-w00"}
readings = read_structure_markers(made_up, **visit)

# %% Without a reference there is a value and a direction from studies, and nothing to lean on.
who = ReferencePerson(age_years=48, is_male=True)
common = {"participant_id": person.participant_id, "library": LIBRARY, "person": who, "is_made_up": True}
print("Without a reference")
alone = make_panel(readings, **common)
show(alone)
speaks(infer(score(person, panel=alone)))

# %% Beside sixteen SIMULATED controls the whole interval lies below zero on both sides: the marker speaks, weakly.
print("Beside simulated controls")
panel = make_panel(readings, controls=read_controls(HERE / "simulated_controls.tsv"), **common)
show(panel)
measures = score(person, panel=panel)
profile = infer(measures)
speaks(profile)

# %% The clinician's letter has a table of the recordings; the panel itself is one file.
page = letter((measures, profile), reader="clinician")
Path("letter.html").write_text(page, encoding="utf-8")
print("Saved", save_panel(panel, Path("panel.json")), "and letter.html; at the shell: --panel panel.json")

# %% FreeSurfer's own subject beside a user's own copy of published models, where both are at hand.
models = BRAIN / "normative" / "lifespan_57K_82sites.zip"
if models.exists() and (BRAIN / "structure" / "bert").exists():
    print("FreeSurfer's bert (said to be 40, a man), scanner unknown to the models: the interval includes the scanner")
    bert = read_structure_markers(read_freesurfer(BRAIN / "structure" / "bert"), **visit)
    reference = ReferencePerson(age_years=40, is_male=True)
    archives = (open_normative(models),)
    beside = make_panel(
        bert, participant_id=person.participant_id, library=LIBRARY, person=reference, archives=archives
    )
    show(beside)
    speaks(infer(score(person, panel=beside)))
else:
    print("No copy of the published models is at hand; give your own archive to open_normative.")

"""What a dataset holds: every recording is found once, and what cannot be read says why."""

import json
from pathlib import Path
from typing import get_args

import pytest

from backloop.errors import InvalidMapping, MeasureError, UnknownPerson, UnreadableSource
from backloop.holdings import MODALITIES, PersonFiles, find_recordings, read_naming
from backloop.library import Marker

PREP = "derivatives/fmriprep/sub-01/ses-01/func/sub-01_ses-01_task-rest"
SPACE = "space-MNI152NLin2009cAsym"
XCP = "derivatives/xcp_d/sub-01/ses-01/func/sub-01_ses-01_task-rest"
STATS = ("aseg.stats", "lh.aparc.stats", "rh.aparc.stats")
VOLUMES = (
    f"{PREP}_{SPACE}_desc-preproc_bold.nii.gz",
    f"{PREP}_{SPACE}_desc-brain_mask.nii.gz",
    f"{PREP}_desc-confounds_timeseries.tsv",
)


def lay(root: Path, *names: str) -> Path:
    """Write files that only have a name."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"0")
    return root


def say(path: Path, **fields: object) -> None:
    """Write a sidecar."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fields), encoding="utf-8")


def only(root: Path, **options: object) -> PersonFiles:
    """Find the one person of a dataset."""
    (files,) = find_recordings(root, **options)
    return files


def kinds(files: PersonFiles) -> list[str]:
    """Name how each recording is read."""
    return [found.kind for found in files.recordings]


def reasons(files: PersonFiles) -> str:
    """Join the reasons of what cannot be read."""
    return " ".join(problem.reason.en for problem in files.problems)


def test_a_scan_is_read_from_its_volumes_once(tmp_path: Path):
    """Raw scan, preprocessed volumes and another program's regions are one scan; the volumes are read."""
    lay(tmp_path, *VOLUMES, "sub-01/ses-01/func/sub-01_ses-01_task-rest_bold.nii.gz")
    files = only(lay(tmp_path, f"{XCP}_{SPACE}_seg-4S156Parcels_stat-mean_timeseries.tsv"))

    assert kinds(files) == ["volumes"]
    assert [name.split("_")[-1] for name, _ in files.spare] == ["timeseries.tsv"]
    assert files.problems == ()


def test_volumes_come_with_mask_confounds_and_repetition_time(tmp_path: Path):
    """The files of one run are found by name, and the sidecar's repetition time is told."""
    say(lay(tmp_path, *VOLUMES) / f"{PREP}_{SPACE}_desc-preproc_bold.json", RepetitionTime=0.8)
    (found,) = only(tmp_path).recordings

    assert set(found.beside) == {"mask", "confounds", "sidecar"}
    assert found.told == {"tr": 0.8}
    assert (found.session_id, found.modality) == ("ses-01", "bold")


def test_the_folder_may_be_the_derivatives_themselves(tmp_path: Path):
    """Pointing to fMRIPrep's own folder finds the same."""
    lay(tmp_path, *VOLUMES)

    assert kinds(only(tmp_path / "derivatives" / "fmriprep")) == ["volumes"]


def test_the_first_known_space_is_read(tmp_path: Path):
    """A run in two template spaces is read in the preferred one."""
    other = [name.replace(SPACE, "space-MNI152NLin6Asym") for name in VOLUMES[:2]]
    (found,) = only(lay(tmp_path, *VOLUMES, *other)).recordings

    assert SPACE in found.name


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([name.replace(SPACE, "space-T1w") for name in VOLUMES], "none of the spaces"),
        (["sub-01/func/sub-01_task-rest_bold.nii.gz"], "run fMRIPrep first"),
        ([f"{PREP}_space-fsLR_den-91k_bold.dtseries.nii"], "without nuisance removed"),
        (VOLUMES[:1], "expected its brain mask beside it"),
        ([name.replace(SPACE, f"{SPACE}_res-{res}") for name in VOLUMES for res in (1, 2)], "same run twice"),
        (["sub-01/eeg/sub-01_task-rest_eeg.edf"], "eyes were open or closed"),
        ([f"sub-01/eeg/sub-01_task-restEC_eeg.{ending}" for ending in ("edf", "set")], "several formats"),
        (["derivatives/lcmodel/sub-01/sub-01_svs.table"], "where the spectrum was measured"),
        (["sourcedata/freesurfer/sub-01/stats/aseg.stats"], "lacks aseg.stats, lh.aparc.stats"),
        (["sub-01/nirs/sub-01_task-x_nirs.snirf"], "Raw light"),
        (["sub-01/nirs/sub-01_task-x_nirs.tsv"], "frontal pole"),
        (["sub-01/nirs/sub-01_task-x_acq-frontalpole_nirs.tsv"], "table of events"),
        (["sub-01/anat/sub-01_T1w.nii.gz"], "holds no recording"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, names: list[str], words: str):
    """Each lack has a reason of its own, and nothing of it is read."""
    files = only(lay(tmp_path, *names))

    assert files.recordings == ()
    assert words in reasons(files)


def test_two_runs_are_two_recordings(tmp_path: Path):
    """Runs of one visit are both read; they are combined later."""
    names = [name.replace("task-rest", f"task-rest_run-{run}") for name in VOLUMES for run in (1, 2)]

    assert kinds(only(lay(tmp_path, *names))) == ["volumes", "volumes"]


def test_other_tasks_are_not_rests(tmp_path: Path):
    """A task scan is not read as a rest."""
    files = only(lay(tmp_path, *(name.replace("task-rest", "task-pain") for name in VOLUMES)))

    assert files.recordings == ()


def test_several_parcellations_are_one_recording(tmp_path: Path):
    """XCP-D's tables of one scan are one recording; repetition time and filter stand beside the denoised image."""
    names = [f"{XCP}_{SPACE}_seg-{atlas}_stat-mean_timeseries.tsv" for atlas in ("4S156Parcels", "Tian")]
    lay(tmp_path, *names, f"{XCP}_outliers.tsv", f"{XCP}_motion.tsv")
    band = {"Bandpass filter": {"Low-pass cutoff (Hz)": 0.09, "High-pass cutoff (Hz)": 0.02, "Filter order": 2}}
    say(tmp_path / f"{XCP}_{SPACE}_desc-denoised_bold.json", RepetitionTime=2.2, SoftwareFilters=band)
    (found,) = only(tmp_path).recordings

    assert set(found.beside) == {"parcellation 2", "outliers", "motion"}
    assert found.told == {"tr": 2.2, "filtered_low": 0.02, "filtered_high": 0.09}


def test_without_a_word_xcpd_is_taken_as_filtered(tmp_path: Path):
    """XCP-D filters by default, so shares of the whole spectrum are not believed; an explicit null says it did not."""
    lay(tmp_path, f"{XCP}_{SPACE}_seg-Tian_stat-mean_timeseries.tsv")
    assert only(tmp_path).recordings[0].told["filtered_high"] == 0.08

    say(tmp_path / f"{XCP}_{SPACE}_desc-denoised_bold.json", SoftwareFilters=None)
    assert only(tmp_path).recordings[0].told == {}


def test_a_joined_series_is_not_read_beside_its_runs(tmp_path: Path):
    """XCP-D's series over all runs would count every run twice."""
    names = [f"{XCP}{run}_{SPACE}_seg-Tian_stat-mean_timeseries.tsv" for run in ("_run-1", "_run-2", "")]
    files = only(lay(tmp_path, *names))

    assert [found.name.split("_")[3] for found in files.recordings] == ["run-1", "run-2"]
    assert len(files.spare) == 1


@pytest.mark.parametrize(
    ("label", "eyes"),
    [("eyesclosed", "closed"), ("EyesOpen", "open"), ("restEC", "closed"), ("EO", "open")],
)
def test_eyes_are_told_by_the_task_label(tmp_path: Path, label: str, eyes: str):
    """The usual labels say how the eyes were."""
    (found,) = only(lay(tmp_path, f"sub-01/eeg/sub-01_task-{label}_eeg.edf")).recordings

    assert (found.kind, found.told) == ("rest", {"eyes": eyes})


def test_eyes_are_told_by_a_sidecar_above(tmp_path: Path):
    """A sidecar at the root holds for everybody; one beside the file wins."""
    lay(tmp_path, "sub-01/eeg/sub-01_task-rest_eeg.bdf")
    say(tmp_path / "task-rest_eeg.json", TaskDescription="Rest with eyes closed")
    assert only(tmp_path).recordings[0].told == {"eyes": "closed"}

    say(tmp_path / "sub-01/eeg/sub-01_task-rest_eeg.json", TaskDescription="Eyes were kept open.")
    assert only(tmp_path).recordings[0].told == {"eyes": "open"}


def test_a_sidecar_that_says_both_says_nothing(tmp_path: Path):
    """Where the words name both states, neither is guessed."""
    lay(tmp_path, "sub-01/eeg/sub-01_task-rest_eeg.edf")
    say(tmp_path / "task-rest_eeg.json", Instructions="One minute eyes open, one minute eyes closed")

    assert "eyes were open or closed" in reasons(only(tmp_path))


def test_evoked_tasks_are_known_by_their_label(tmp_path: Path):
    """A task of a known evoked potential is read as one; another task is left with a word."""
    files = only(lay(tmp_path, *(f"sub-01/eeg/sub-01_task-{task}_eeg.set" for task in ("oddball", "stroop"))))

    assert [(found.kind, found.told["components"]) for found in files.recordings] == [("evoked", "p300")]
    assert files.spare[0][0] == "sub-01_task-stroop_eeg.set"


def test_a_site_may_have_labels_of_its_own(tmp_path: Path):
    """A file of names changes what labels mean, and only those it gives."""
    names = tmp_path / "names.toml"
    names.write_text("[eeg]\nclosed = 'ruhe'\n[bold]\nspaces = ['T1w']\n", encoding="utf-8")
    lay(
        tmp_path / "bids",
        "sub-01/eeg/sub-01_task-Ruhe_eeg.edf",
        *(name.replace(SPACE, "space-T1w") for name in VOLUMES),
    )

    assert kinds(only(tmp_path / "bids", naming=read_naming(names))) == ["volumes", "rest"]


@pytest.mark.parametrize("text", ["[eeg]\nshut = 'x'\n", "[eeg]\nclosed = '('\n", "[eeg\n"])
def test_a_wrong_file_of_names_is_refused(tmp_path: Path, text: str):
    """A misspelt key, a broken pattern or no TOML is an error, not a silent default."""
    names = tmp_path / "names.toml"
    names.write_text(text, encoding="utf-8")

    with pytest.raises(InvalidMapping, match=r"names\.toml"):
        read_naming(names)


def test_the_fuller_table_of_a_spectrum_is_read(tmp_path: Path):
    """LCModel writes two tables of one spectrum; the one with line width and scaling is read."""
    names = [f"derivatives/lcmodel/sub-01/mrs/sub-01_voi-ACC_svs.{ending}" for ending in ("csv", "table")]
    files = only(lay(tmp_path, *names, names[0].replace("voi-ACC", "voi-foot")))

    assert [(found.name, found.told["voxel"]) for found in files.recordings] == [
        ("sub-01_voi-ACC_svs.table", "anterior cingulate")
    ]
    assert len(files.spare) == 2


def test_a_folder_may_name_the_place_of_a_spectrum(tmp_path: Path):
    """FSL-MRS writes files of fixed names into a folder; the folder's name tells whose and where."""
    folder = "derivatives/fsl-mrs/sub-01/ses-02/sub-01_ses-02_voi-dlPFC_svs"
    files = only(lay(tmp_path, *(f"{folder}/{name}" for name in ("summary.csv", "concentrations.csv", "qc.csv"))))

    assert [(found.name, found.session_id, found.told["voxel"]) for found in files.recordings] == [
        ("summary.csv", "ses-02", "dorsolateral prefrontal")
    ]


def test_osprey_writes_one_spectrum_as_several_tables(tmp_path: Path):
    """Its tables differ by scale and are read as one spectrum."""
    scales = ("tCr", "TissCorrWaterScaled")
    names = [f"derivatives/osprey/sub-01/mrs/sub-01_voi-ACC_A_{scale}_Voxel_1_Basis_1.tsv" for scale in scales]
    (found,) = only(lay(tmp_path, *names)).recordings

    assert len(found.files) == 2


@pytest.mark.parametrize(
    ("folder", "session_id"),
    [
        ("derivatives/freesurfer/sub-01", "ses-01"),
        ("sourcedata/freesurfer/sub-01_ses-02", "ses-02"),
        ("derivatives/fmriprep/sourcedata/freesurfer/sub-01", "ses-01"),
    ],
)
def test_freesurfer_is_found_where_it_is_usually_put(tmp_path: Path, folder: str, session_id: str):
    """Three usual places; a visit in the folder's name is the reading's visit."""
    (found,) = only(lay(tmp_path, *(f"{folder}/stats/{name}" for name in STATS))).recordings

    assert (found.kind, found.session_id) == ("structure", session_id)


def test_freesurfer_without_a_visit_belongs_to_the_first(tmp_path: Path):
    """In a dataset with visits, a structure of no visit does not make up a visit of its own."""
    names = [
        f"sourcedata/freesurfer/sub-01/stats/{name}" for name in ("aseg.stats", "lh.aparc.stats", "rh.aparc.stats")
    ]
    files = only(lay(tmp_path, *names, "sub-01/ses-w00/eeg/sub-01_ses-w00_task-restEC_eeg.edf"))

    assert {found.session_id for found in files.recordings} == {"ses-w00"}


def test_two_folders_of_freesurfer_are_a_problem(tmp_path: Path):
    """Which of two runs of FreeSurfer counts is not guessed."""
    places = ("derivatives/freesurfer", "sourcedata/freesurfer")
    files = only(lay(tmp_path, *(f"{place}/sub-01/stats/{name}" for place in places for name in STATS)))

    assert "several folders" in reasons(files)


def test_age_and_sex_come_from_participants(tmp_path: Path):
    """Who has both can be set beside a normative model; who lacks one cannot, and nothing is assumed."""
    lay(tmp_path, *(f"sub-{who}/eeg/sub-{who}_task-restEC_eeg.edf" for who in ("01", "02", "03")))
    rows = "participant_id\tage\tsex\tmade_up\nsub-01\t41.5\tFemale\tyes\nsub-02\tn/a\tM\tn/a\n"
    (tmp_path / "participants.tsv").write_text(rows, encoding="utf-8")
    first, second, third = find_recordings(tmp_path)

    assert (first.person.age_years, first.person.is_male, first.is_made_up) == (41.5, False, True)
    assert (second.person, third.person, second.is_made_up) == (None, None, False)


def test_people_and_modalities_can_be_chosen(tmp_path: Path):
    """A choice leaves out the rest; a name may stand with or without sub-."""
    lay(tmp_path, *VOLUMES, "sub-01/eeg/sub-01_task-restEC_eeg.edf", "sub-02/eeg/sub-02_task-restEC_eeg.edf")
    (files,) = find_recordings(tmp_path, participants=["01"], modalities=["eeg"])

    assert (files.participant_id, kinds(files)) == ("sub-01", ["rest"])


def test_modalities_are_those_of_the_books():
    """Whatever a marker's book may call its modality can be asked for."""
    known = get_args(Marker.model_fields["modality"].annotation)

    assert set(known) == set(MODALITIES)


def test_wrong_calls_are_refused(tmp_path: Path):
    """An unknown person, modality or folder is an error of the call."""
    lay(tmp_path, "sub-01/eeg/sub-01_task-restEC_eeg.edf")

    with pytest.raises(UnknownPerson, match="sub-07"):
        find_recordings(tmp_path, participants=["sub-07"])
    with pytest.raises(MeasureError, match="no modality 'meg'"):
        find_recordings(tmp_path, modalities=["meg"])
    with pytest.raises(UnreadableSource, match="folders named sub-"):
        find_recordings(tmp_path / "sub-01")
    with pytest.raises(UnreadableSource, match="none of that name"):
        find_recordings(tmp_path / "elsewhere")


def test_folders_that_link_to_themselves_end(tmp_path: Path):
    """A link back up is not followed forever."""
    lay(tmp_path, "sub-01/eeg/sub-01_task-restEC_eeg.edf")
    (tmp_path / "sub-01" / "again").symlink_to(tmp_path / "sub-01")

    assert kinds(only(tmp_path)) == ["rest"]

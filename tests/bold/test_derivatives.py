"""Finding a run's files by their BIDS names, and refusing the same run twice."""

from pathlib import Path

import pytest

from backloop.bold import find_bold_runs
from backloop.errors import UnreadableSource

SPACE = "space-MNI152NLin2009cAsym"


def _lay_out(folder: Path, *names: str, session: str = "") -> Path:
    func = folder / "sub-01" / session / "func"
    func.mkdir(parents=True, exist_ok=True)
    for name in names:
        (func / name).write_bytes(name.encode())
    return func


def _run(stem: str, *, space: str = SPACE, suffix: str = ".nii.gz") -> list[str]:
    return [
        f"{stem}_{space}_desc-preproc_bold{suffix}",
        f"{stem}_{space}_desc-brain_mask{suffix}",
        f"{stem}_desc-confounds_timeseries.tsv",
    ]


def test_the_made_up_person_is_found(made_brain):
    """Image, mask, confounds, session and repetition time come together."""
    (run,) = find_bold_runs(made_brain.folder, "sub-01")

    assert (run.bold, run.mask, run.confounds) == (made_brain.bold, made_brain.mask, made_brain.confounds)
    assert (run.participant_id, run.session_id, run.tr) == ("sub-01", "ses-02", 2.0)


def test_several_runs_keep_their_own_files(tmp_path: Path):
    """Two runs are two; a dataset without sessions has one session."""
    _lay_out(tmp_path, *_run("sub-01_task-rest_run-1"), *_run("sub-01_task-rest_run-2"))
    runs = find_bold_runs(tmp_path, "sub-01")

    assert [run.confounds.name for run in runs] == [
        f"sub-01_task-rest_run-{place}_desc-confounds_timeseries.tsv" for place in (1, 2)
    ]
    assert {run.session_id for run in runs} == {"ses-01"}


def test_other_tasks_and_spaces_are_left(tmp_path: Path):
    """Only the task and the template that were asked for are taken."""
    _lay_out(tmp_path, *_run("sub-01_task-nback"), *_run("sub-01_task-rest", space="space-T1w"))

    assert find_bold_runs(tmp_path, "sub-01") == ()


def test_older_names_of_the_confounds_are_known(tmp_path: Path):
    """Before version 1.6 fMRIPrep called the table regressors."""
    image, mask, _ = _run("sub-01_task-rest")
    _lay_out(tmp_path, image, mask, "sub-01_task-rest_desc-confounds_regressors.tsv")

    assert find_bold_runs(tmp_path, "sub-01")[0].confounds.name.endswith("regressors.tsv")


def test_a_run_in_two_resolutions_is_refused(tmp_path: Path):
    """The same run twice would count one person twice."""
    _lay_out(tmp_path, *_run("sub-01_task-rest"), *_run("sub-01_task-rest", space=f"{SPACE}_res-2"))

    with pytest.raises(UnreadableSource, match="are the same run twice"):
        find_bold_runs(tmp_path, "sub-01")


def test_a_copy_under_another_runs_name_is_refused(tmp_path: Path):
    """Two runs with the same bytes are one."""
    func = _lay_out(tmp_path, *_run("sub-01_task-rest_run-1"), *_run("sub-01_task-rest_run-2"))
    for path in func.glob("*_bold.nii.gz"):
        path.write_bytes(b"the same")

    with pytest.raises(UnreadableSource, match="hold the same bytes"):
        find_bold_runs(tmp_path, "sub-01")


@pytest.mark.parametrize(("left_out", "what"), [(1, "brain mask"), (2, "confounds")])
def test_a_missing_companion_is_named(tmp_path: Path, left_out: int, what: str):
    """An image without its mask or its confounds is not read."""
    names = _run("sub-01_task-rest")
    del names[left_out]
    _lay_out(tmp_path, *names)

    with pytest.raises(UnreadableSource, match=f"expected its {what} beside it"):
        find_bold_runs(tmp_path, "sub-01")

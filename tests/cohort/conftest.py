"""Small datasets for the panel's door: a few people with scans and tables, written once."""

from pathlib import Path
from types import ModuleType

import pytest

from backloop.cohort import PanelJob, PanelPlan

QUICK = PanelPlan(has_homogeneity=False, strategy="24P")


@pytest.fixture(scope="session")
def people(brain_cohort: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write three people with a coarse scan, FreeSurfer's statistics, a spectrum and tracts."""
    pytest.importorskip("nibabel", reason="the brain extra is not installed")
    folder = tmp_path_factory.mktemp("people")
    plan = brain_cohort.CohortPlan(people=3, voxel_mm=9.0, volumes=160, has_eeg=False)
    brain_cohort.make_cohort(folder, plan)
    return folder


@pytest.fixture
def quick():
    """Give a maker of jobs that leave out what takes long."""

    def make(dataset: Path, out: Path, **more: object) -> PanelJob:
        return PanelJob(dataset, out, **({"plan": QUICK} | more))

    return make

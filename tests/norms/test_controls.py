"""A clinic's own controls: the table is read as it is meant, and its mistakes are named."""

import pytest

from backloop.errors import UnreadableSource
from backloop.norms.controls import read_controls

HEAD = "participant_id\tage\tsex\tmean_fd_mm\tnac-volume.left"


def _write(tmp_path, *rows: str, head: str = HEAD):
    (tmp_path / "controls.tsv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return tmp_path / "controls.tsv"


def test_people_and_markers_are_read(tmp_path):
    """Age, sex, motion and markers arrive; an empty cell is somebody in whom it was not measured."""
    controls = read_controls(_write(tmp_path, "c1\t30\tM\t0.1\t500", "c2\t40\tfemale\t\t", "c3\t50\tF\t0.2\t520"))

    assert [each.person.is_male for each in controls.people] == [True, False, False]
    assert controls.values("nac-volume.left") == (500, 520)
    assert controls.people[1].person.mean_fd_mm is None
    assert len(controls.used[0].sha256) == 64


@pytest.mark.parametrize(
    ("rows", "head", "said"),
    [
        (["c1\t30\tM"], "participant_id\tage\tgender", "missing: sex"),
        (["c1\t\tM\t0.1\t500"], HEAD, "row 2: expected an age in years"),
        (["c1\t30\t2\t0.1\t500"], HEAD, "a sex of F or M"),
        (["c1\t30\tM\t0.1\t500", "c1\t30\tM\t0.1\t510"], HEAD, "1 rows repeat a participant_id"),
        (["c1\t30\tM\t0.1\t0", "c2\t31\tM\t0.1\t0"], HEAD, "all 2 are the same"),
        (["c1\t30\tM\t0.1\tlarge"], HEAD, "column 'nac-volume.left': expected a number"),
    ],
)
def test_each_mistake_has_its_message(tmp_path, rows, head, said):
    """Missing columns, ages, sexes, doubles, constant columns and words are told apart."""
    with pytest.raises(UnreadableSource, match=said):
        read_controls(_write(tmp_path, *rows, head=head))

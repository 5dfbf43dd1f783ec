"""FreeSurfer's statistics: real values arrive, both versions have one name, a lost thalamus is caught."""

from pathlib import Path

import pytest

from backloop.errors import UnreadableSource
from backloop.tissues.freesurfer import name_structure, read_freesurfer, read_structure_table

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "structure"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no FreeSurfer statistics here")

ASEG = """# Title Segmentation Statistics
# cvs_version 6.0
# subjectname {person}
# Measure EstimatedTotalIntraCranialVol, eTIV, Estimated Total Intracranial Volume, 1500000.5, mm^3
# ColHeaders  Index SegId NVoxels Volume_mm3 StructName normMean
  1  10  8000  8100.5  Left-Thalamus-Proper  89.4
  2  26  480  500.0  Left-Accumbens-area  75.0
"""
APARC = """# subjectname {person}
# ColHeaders StructName NumVert SurfArea GrayVol ThickAvg ThickStd
parsopercularis 2379 1636 5295 2.928 0.476
"""


def _write(tmp_path: Path, *, aseg: str = ASEG, right: str = APARC, person: str = "p1") -> Path:
    (tmp_path / "stats").mkdir()
    for name, text in (("aseg", aseg), ("lh.aparc", APARC), ("rh.aparc", right)):
        (tmp_path / "stats" / f"{name}.stats").write_text(text.format(person=person), encoding="utf-8")
    return tmp_path


@needs_data
def test_the_sample_subject_of_freesurfer():
    """Left accumbens 508.0 mm3, left rostral cingulate 2.956 mm, intracranial volume 1,520,021 mm3."""
    bert = read_freesurfer(DATA / "bert")

    assert bert.volumes_mm3["Left-Accumbens-area"] == 508.0
    assert bert.cortex["lh.rostralanteriorcingulate"].thickness_mm == 2.956
    assert round(bert.etiv_mm3) == 1_520_021
    assert (bert.person, bert.version, bert.surface_holes) == ("bert", "7.2.0-beta", 29)
    assert bert.volumes_mm3["Left-Thalamus"] == 8066.3
    assert len(bert.cortex) == 68


def test_version_6_has_the_names_of_version_7(tmp_path):
    """Thalamus-Proper is the thalamus; the folder above stats will do."""
    found = read_freesurfer(_write(tmp_path))

    assert found.volumes_mm3["Left-Thalamus"] == 8100.5
    assert found.etiv_mm3 == 1500000.5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"aseg": "no statistics\n"}, "expected FreeSurfer statistics"),
        ({"aseg": ASEG.replace("500.0", "")}, "expected a number"),
        ({"right": APARC.replace("{person}", "other")}, "subjectname differs"),
    ],
)
def test_each_mistake_has_its_message(tmp_path, change, said):
    """Something else, a missing number and files of two people are told apart."""
    with pytest.raises(UnreadableSource, match=said):
        read_freesurfer(_write(tmp_path, **change))


@pytest.mark.parametrize(
    ("name", "same"), [("Left-Thalamus-Proper*", "Left-Thalamus"), ("Right-Thalamus", "Right-Thalamus")]
)
def test_a_structure_has_one_name(name, same):
    """Names of versions 5, 6 and 7 are one."""
    assert name_structure(name) == same


@needs_data
def test_the_renamed_thalamus_of_436_people_is_caught():
    """The column Thalamus-Proper is zero in all of them and is left out; their thalami are not."""
    table = read_structure_table(DATA / "openneuro_freesurfer_436.csv", may_repeat=True)

    assert len(table.people) == 436
    assert {"Left-Thalamus-Proper", "Right-Thalamus-Proper"} <= set(table.left_out)
    assert min(person.volumes_mm3["Left-Thalamus"] for person in table.people) > 4000


@needs_data
def test_people_scanned_twice_are_not_taken_for_two():
    """Nineteen rows of that table repeat a person, which must be said."""
    with pytest.raises(UnreadableSource, match="19 repeat one"):
        read_structure_table(DATA / "openneuro_freesurfer_436.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sub_id,Left-Thalamus-Proper\n1,0\n2,0\n", "zero in everybody.*Thalamus-Proper became Thalamus"),
        ("sub_id,age\n1,30\n", "expected people and columns named by FreeSurfer"),
        ("sub_id,Left-Thalamus\n1,big\n", "row 2, column 'Left-Thalamus'"),
    ],
)
def test_each_mistake_of_a_table_has_its_message(tmp_path, text, said):
    """A structure nobody has, a table of something else, and words for numbers."""
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")

    with pytest.raises(UnreadableSource, match=said):
        read_structure_table(tmp_path / "t.csv")


def test_thickness_and_area_of_a_table_belong_together(tmp_path):
    """Columns of aparcstats2table make one region a side."""
    head = "participant_id\tlh_insula_thickness\tlh_insula_area\trh_insula_thickness"
    (tmp_path / "t.tsv").write_text(f"{head}\np1\t2.9\t2400\t3.0\n", encoding="utf-8")
    (person,) = read_structure_table(tmp_path / "t.tsv").people

    assert person.cortex["lh.insula"].area_mm2 == 2400
    assert person.cortex["rh.insula"].area_mm2 is None

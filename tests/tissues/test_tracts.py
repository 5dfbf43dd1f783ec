"""Anisotropy from tables of tracts: both forms, a named region, and numbers that cannot be."""

import pytest

from backloop.errors import MeasureError, UnitMismatch, UnreadableSource
from backloop.tissues.tracts import read_tract_markers
from backloop.units import Absent

LONG = "tract\tfa\nS1back_L\t0.41\nSuperior_corona_radiata_L\t0.48\n"


def _read(tmp_path, text: str, **how):
    (tmp_path / "tracts.tsv").write_text(text, encoding="utf-8")
    found = read_tract_markers(tmp_path / "tracts.tsv", participant_id="sub-1", session_id="ses-1", **how)
    return {reading.marker: reading for reading in found}


def test_the_named_region_answers_the_marker(tmp_path):
    """The region is among the grounds, and the reader is told that there is no standard one."""
    reading = _read(tmp_path, LONG, region="S1back_L")["s1-back-fa"]

    assert reading.value == 0.41
    assert reading.because.parameters["region"] == "S1back_L"
    assert "no standard region" in reading.notes[0].en


def test_without_a_region_only_neighbours_are_read(tmp_path):
    """A tract of the atlas never stands in for the marker itself."""
    found = _read(tmp_path, LONG)

    assert found["s1-back-fa"].absent is Absent.NOT_ASKED
    assert found["s1-back-fa.superior-corona-radiata-left"].value == 0.48


def test_one_row_a_person_is_read(tmp_path):
    """Columns named like the published models lead to them."""
    text = "id\tFA_mean_of_Superior_corona_radiata_L\tS1\np1\t0.47\t0.40\np2\t0.49\t0.39\n"
    reading = _read(tmp_path, text, row=2)["s1-back-fa.superior-corona-radiata-left"]

    assert reading.value == 0.49
    assert reading.because.parameters["normative_region"] == "FA_mean_of_Superior_corona_radiata_L"


def test_a_region_that_is_not_there_is_named(tmp_path):
    """A misspelt region is not silently absent."""
    with pytest.raises(MeasureError, match="expected the region 'S1back'"):
        _read(tmp_path, LONG, region="S1back")


def test_an_anisotropy_of_410_is_refused(tmp_path):
    """Values scaled by a thousand are not anisotropies."""
    with pytest.raises(UnitMismatch, match="between 0 and 1"):
        _read(tmp_path, LONG.replace("0.41", "410"), region="S1back_L")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tract\tmd\nS1\t0.1\n", "expected columns 'tract' and 'fa'"),
        (LONG + "S1back_L\t0.42\n", "stands there twice"),
        ("id\tS1\np1\t0.4\np2\t0.4\n", "holds 2; say which row"),
    ],
)
def test_each_mistake_has_its_message(tmp_path, text, said):
    """Another measure, a doubled tract and several people are told apart."""
    with pytest.raises(UnreadableSource, match=said):
        _read(tmp_path, text)


def test_the_longitudinal_fasciculus_is_read_by_side(tmp_path):
    """The right tract is the marker, the left its part; both may be held against published models."""
    text = "tract\tfa\nSuperior_longitudinal_fasciculus_R\t0.46\nSuperior_longitudinal_fasciculus_L\t0.44\n"
    found = _read(tmp_path, text)

    assert (found["slf-fa"].value, found["slf-fa.left"].value) == (0.46, 0.44)
    assert found["slf-fa"].because.parameters["normative_region"] == "FA_mean_of_Superior_longitudinal_fasciculus_R"
    assert "whole tract" in found["slf-fa"].notes[0].en

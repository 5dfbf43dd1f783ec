"""Direct identifiers: found by name or content, left out, listed."""

import pytest

from backloop.record.privacy import holds_identifiers, left_out, names_identifier


@pytest.mark.parametrize(
    "column",
    [
        "name", "Patient Name", "firstName", "phone_number", "e-mail", "Email", "address", "date_of_birth", "DOB",
        "birth-date", "ID number", "idcard", "MRN", "wechat", "姓名", "患者姓名", "联系电话", "手机号", "身份证号",
        "家庭住址",
        "出生日期", "住院号", "微信号", "initials", "postcode",
    ],
)  # fmt: skip
def test_names_of_identifiers_are_seen(column: str):
    """Columns of names, numbers, addresses and dates of birth are recognised in English and Chinese."""
    assert names_identifier(column)


@pytest.mark.parametrize(
    "column",
    ["age", "sex", "nrs_01", "pcs.rumination", "site_name", "drug_name", "id", "group", "年龄", "性别", "疼痛评分",
     "visit", "months_after_birth", "pain_avg", "phoneme_task"],
)  # fmt: skip
def test_other_columns_are_not(column: str):
    """Ordinary columns, and names of things rather than people, are left alone."""
    assert not names_identifier(column)


@pytest.mark.parametrize(
    "cells",
    [["13800000000"], ["+8613800000000", "x"], ["110101199003070011"], ["11010119900307001X"], ["a@example.org"]],
)
def test_contents_that_identify_are_seen(cells: list[str]):
    """Mobile numbers, Chinese identity numbers and e-mail addresses are recognised whatever the column is called."""
    assert holds_identifiers(cells)


@pytest.mark.parametrize("cells", [[], [""], ["12", "40"], ["1.5"], ["PRT"], ["20260101"], ["a@b"]])
def test_other_contents_are_not(cells: list[str]):
    """Scores, labels and short numbers are no identifiers."""
    assert not holds_identifiers(cells)


def test_one_stray_cell_in_a_column_of_words_does_not_count():
    """A column is left out for what fills it, not for one odd cell in twenty."""
    assert not holds_identifiers(["13800000000", *["walking"] * 19])


def test_what_is_left_out_is_listed():
    """The note names file and column and says what to do."""
    problem = left_out("visit.csv", "姓名")
    assert "visit.csv, column '姓名': expected no direct identifier; it was left out" in str(problem)
    assert "note" == problem.severity

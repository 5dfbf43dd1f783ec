"""Columns that would say who somebody is: found by their name or by what stands in them, left out, and listed.

Decides what looks like a direct identifier; it does not make a data set anonymous (rare combinations can still tell).
"""

import re
from collections.abc import Iterable

from backloop.record.records import Problem
from backloop.units import Text

__all__ = ["ALLOWED", "holds_identifiers", "left_out", "names_identifier"]

ALLOWED = frozenset({
    "arm_name", "book_name", "device_name", "drug_name", "file_name", "group_name", "hospital_name", "instrument_name",
    "medication_name", "protocol_name", "scale_name", "site_name", "study_name", "task_name", "test_name", "trial_name",
})  # fmt: skip
"""Column names that look like a person's name and are not."""

_WORDS = frozenset({
    "name", "names", "forename", "surname", "firstname", "lastname", "fullname", "nickname", "initials", "phone",
    "telephone", "tel", "mobile", "cellphone", "fax", "email", "mail", "address", "street", "postcode", "zipcode",
    "zip", "dob", "birthday", "birthdate", "ssn", "passport", "idcard", "mrn", "nhs", "wechat", "weixin", "qq",
    "signature",
})  # fmt: skip
_PAIRS = (
    {"birth", "date"}, {"birth", "day"}, {"e", "mail"}, {"id", "card"}, {"id", "number"}, {"id", "no"},
    {"national", "id"}, {"identity", "card"}, {"medical", "record"}, {"social", "security"}, {"phone", "number"},
)  # fmt: skip
_CHINESE = (
    "姓名", "名字", "电话", "手机", "联系方式", "联系人", "身份证", "证件", "住址", "地址", "邮箱", "邮件", "邮编",
    "出生日期", "出生年月", "生日", "微信", "护照", "病历号", "病案号", "住院号", "门诊号", "就诊卡", "医保",
    "社保", "签名",
)  # fmt: skip
_CONTENT = re.compile(r"[^@\s]+@[^@\s]+\.\w+|(\+?86)?1[3-9]\d{9}|\d{17}[\dXx]|\d{3}-\d{2}-\d{4}")
_SHARE = 0.2


def names_identifier(column: str) -> bool:
    """Say whether a column's name looks like a direct identifier.

    Parameters
    ----------
    column : str
        The name, in English or Chinese.

    Returns
    -------
    bool
        True for names, telephone and identity numbers, addresses, dates of birth, record numbers and the like.

    Examples
    --------
    >>> [names_identifier(column) for column in ("PatientName", "手机号", "date_of_birth", "site_name", "pain_avg")]
    [True, True, True, False, False]
    """
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower())
    if "_".join(words) in ALLOWED:
        return False
    return (
        not _WORDS.isdisjoint(words)
        or any(pair <= set(words) for pair in _PAIRS)
        or any(part in column for part in _CHINESE)
    )


def holds_identifiers(cells: Iterable[str]) -> bool:
    """Say whether the cells of a column look like e-mail addresses, mobile or identity numbers.

    Parameters
    ----------
    cells : iterable of str
        The texts of one column; empty ones do not count.

    Returns
    -------
    bool
        True if a fifth or more do.

    Examples
    --------
    >>> holds_identifiers(["13800000000", ""]), holds_identifiers(["3", "4"])
    (True, False)
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    return sum(1 for cell in filled if _CONTENT.fullmatch(cell)) >= max(1, _SHARE * len(filled))


def left_out(file: str, column: str) -> Problem:
    """Say that a column was left out because it looks like a direct identifier.

    Parameters
    ----------
    file, column : str
        Where it stands.

    Returns
    -------
    Problem
        A note.

    Examples
    --------
    >>> left_out("visit.csv", "姓名").severity
    'note'
    """
    expected = Text(en="no direct identifier", zh="不含直接身份标识的列")
    todo = Text(
        en="it was left out; delete it from the file, or rename it if it says nothing about who somebody is",
        zh="该列未读入；请从文件中删除，若其并不透露身份，请改用其他列名",
    )
    return Problem(file=file, column=column, expected=expected, todo=todo, severity="note")

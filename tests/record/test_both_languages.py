"""Everything that reading refuses or notes is said in Chinese as well as in English."""

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backloop import record, redcap
from backloop.cli import running
from backloop.library import Library
from backloop.record import Problem, Records, read
from backloop.record.columns import Column, refused
from backloop.record.sheets import Sheet
from backloop.record.targets import Refusal, accept_attribute, require_target, trial_target
from backloop.units import Scale, Text

FOLDER = {
    "dataset_description.json": '{"Name": "x", "BIDSVersion": "1.10.0"}',
    "participants.tsv": "participant_id age sex name|sub-01 46 F A|sub-01 4 F B|sub_2 1 F C|sub-03 old x D",
    "sub-01/sub-01_sessions.tsv": "session_id week|ses-a 0|ses-a 1|ses-b soon|visit_3 1",
    "sub-01/beh/sub-01_task-stroop_beh.tsv": "trial rt|1 2",
    "sub-01/ses-a/beh/sub-01_ses-a_task-twopointlumbar_beh.tsv": "trial distance distance_unit mood|x 40 mm 1|1 2 s 1",
    "sub-0_1/a.txt": "",
    "phenotype/nrs.tsv": "participant_id session_id nrs_01 nrs_01_absent mood|sub-01 ses-a 11 n/a 1"
    "|sub-01 ses-a 3 n/a 1|sub-03 ses-b n/a lost 1|sub-09 ses-a 3 n/a 1|sub-01 ses-z 3 n/a 1",
    "phenotype/nrs.json": "{",
    "phenotype/empty.tsv": "",
    "phenotype/strange.tsv": "subject nrs_01|sub-01 3",
    "phenotype/frebaq.tsv": "participant_id frebaq|sub-01 7",
    "phenotype/pcs.tsv": "participant_id pcs|sub-01 7",
    "phenotype/pcs.json": '{"pcs": {"Scale": {"low": "zero"}}}',
    "phenotype/odi.tsv": "participant_id odi|sub-01 7",
    "phenotype/odi.json": '{"odi": {"Scale": {"low": 0, "high": 7}}}',
}
TABLES = {
    "wrong cells": "participant_id,nrs_01,age\n1,11,4\n2,-9,4\n3,6.5,4\n4,2-Mar,4\n5,43891,4\n6,severe,4\n7,8,200\n",
    "decimal comma": 'participant_id,nrs_01\n1,"6,5"\n',
    "wrong rows": "participant_id,nrs_01\n1,6\n1,5\n,4\n4,5,6\n张三,3\nP-1,3\nP1,3\n",
    "wrong facts": "participant_id,session_id,age,sex,phone,weather,frebaq\n1,1,46,x,13800000000,1,7\n1,2,47,F,,1,7\n",
    "Chinese bytes": "participant_id,sex,nrs_01\n1,女,6\n".encode("gb18030"),
}
SEEN = {"session_id": "ses-a", "kind": "response", "book": "nrs", "item": "nrs_01", "value": 6}
PERSON = {
    "participant": {"participant_id": "sub-1", "attributes": {"phone": "13800000000"}},
    "sessions": [{"session_id": "ses-a", "order": 1}],
    "observations": [
        SEEN | change
        for change in (
            {"value": 11}, {"value": "1"}, {"item": "nrs_09"}, {"book": "pcs"}, {"kind": "score"},
            {"kind": "score", "book": "frebaq", "item": "frebaq"},
        )
    ],
    "origin": {"name": "elsewhere", "format": "json"},
}  # fmt: skip
PASSED_ON = {
    "an item, score or field and unit of the library": "知识库中的条目、分数，或字段及其单位",
    "a table": "表格",
    "a unit that converts to mm": "可换算为 mm 的单位",
}
"""Expectations whose advice is another exception's message, which is English in both languages for now."""


def _is_chinese(words: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in words)


def _check(problems: list[Problem]) -> None:
    """Every sentence is Chinese, and so is each of its parts, save for messages that are passed on."""
    for problem in problems:
        parts = [problem.expected] + [problem.todo] * (problem.expected.en not in PASSED_ON)
        assert [] == [part for part in parts if not _is_chinese(part.zh) or part.en == part.zh or _is_chinese(part.en)]
        assert f"{problem.expected.zh}；{problem.todo.zh}" in problem.say("zh")
        assert str(problem) == problem.say("en") != problem.say("zh")


def test_a_damaged_folder(tmp_path: Path):
    """Each of the wrong files, rows and cells of a BIDS folder has Chinese words."""
    for name, content in FOLDER.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = content if path.suffix == ".json" else content.replace(" ", "\t").replace("|", "\n")
        path.write_text(rows, encoding="utf-8")

    problems = read(tmp_path).problems

    assert 22 <= len({problem.expected.en for problem in problems})
    _check([*problems])


@pytest.mark.parametrize("name", TABLES)
def test_a_damaged_table(read_text: Callable[..., Records], name: str):
    """Each kind of wrong row and cell of a clinic's table has Chinese words."""
    problems = read_text(TABLES[name]).problems

    assert problems
    _check([*problems])


def test_a_table_with_a_mapping(read_text: Callable[..., Records]):
    """Rows passed over, visits nobody declared, weeks not told and scores of a stated scale have Chinese words."""
    people = read_text(
        "participant_id,visit,arm,back\n1,1,A,30\n1,2,A,1\n1,9,A,1\n2,1,B,1\n",
        '[table]\nsession = "visit"\ninclude = { column = "arm", equals = "A" }\n'
        '[sessions.1]\nsession_id = "ses-1"\n[sessions.2]\nsession_id = "ses-2"\n'
        '[columns.back]\nscore = "frebaq"\nscale = { low = 0, high = 27 }',
    )
    assert {"'A'", "the week of every visit", "a visit that [sessions] declares", "a number 0-27"} == {
        problem.expected.en for problem in people.problems
    }
    _check([*people.problems])


def test_a_damaged_document(tmp_path: Path):
    """Each observation, record and attribute that a JSON file may not hold has Chinese words."""
    (tmp_path / "a.json").write_text(json.dumps([PERSON, PERSON, PERSON | {"mood": 1}]), encoding="utf-8")

    problems = read(tmp_path / "a.json").problems

    assert 7 <= len({problem.expected.en for problem in problems})
    _check([*problems])


def test_companions_that_are_wrong(packaged: Library):
    """A reason, a unit, the name of a scale and the number of a trial that are none have Chinese words."""
    score = Column(
        at=0, name="frebaq", target=require_target("frebaq", packaged), beside={"absent": 1, "scale": 2},
        scales={"1": Scale(low=0, high=27, better="low")},
    )  # fmt: skip
    trial = Column(
        at=0, name="d", target=trial_target("two-point-lumbar", "distance", packaged), beside={"unit": 1, "trial": 2}
    )
    rows = [(score, ["9", "n/a", "2"]), (score, ["n/a", "lost", "1"]), (trial, ["5", "s", "2"])]
    found = [column.read(cells, "ses-01") for column, cells in [*rows, (trial, ["5", "mm", "x"])]]

    refusals = [refusal for refusal in found if isinstance(refusal, Refusal)]
    assert 4 == len({refusal.expected.en for refusal in refusals})
    _check([refused(Sheet("a.tsv", [], [], "", []), 2, "x", refusal) for refusal in refusals])


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("nrs_01", "0-10 的整数"), ("psqi_01", "0-24 h 的小时数（或如 22:30 的时间）"),
        ("ipaq-sf_02", "0-1440 min/day 的数值"), ("psfs", "0-10 的数值（版本“1”）"), ("psfs_01", "文字"),
    ],
)  # fmt: skip
def test_what_is_expected_in_chinese(packaged: Library, item: str, words: str):
    """The expectation names range, unit, kind and version in the order of a Chinese sentence."""
    assert words == require_target(item, packaged).expected.zh


def test_an_age_is_counted_in_chinese_years():
    """What an age may be is said with the Chinese word for years."""
    refusal = accept_attribute("age", "200")
    assert isinstance(refusal, Refusal)
    assert "0-120 岁 的数值" == refusal.expected.zh


def test_every_item_and_field_says_what_it_expects(packaged: Library):
    """No item and no field of a test expects something that is said in English only."""
    items = [item.id for book in packaged.shelf("instruments").values() for item in book.items]
    targets = [require_target(item, packaged) for item in items]
    books = [book for book in packaged.shelf("protocols").values() if hasattr(book, "written")]
    targets += [trial_target(book.id, field.id, packaged) for book in books for field in book.written]

    assert [] == [target.item for target in targets if not _is_chinese(target.expected.zh)]


def test_a_place_is_said_in_chinese():
    """File, row and column are named in Chinese; a space parts Chinese from what is not."""
    expected, todo = Text(en="a whole number 0-10", zh="0-10 的整数"), Text(en="correct it", zh="请更正")
    problem = Problem(file="a.csv", row=3, column="nrs_01", expected=expected, todo=todo)
    assert "a.csv，第 3 行，“nrs_01”列：应为 0-10 的整数；请更正" == problem.say("zh")
    words = problem.model_copy(update={"row": None, "column": "", "expected": Text(en="words", zh="文字")})
    assert ("a.csv：应为文字；请更正", "a.csv: expected words; correct it") == (words.say("zh"), str(words))


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """Give the English and the Chinese of every `Text` made in a module, as they stand in its source."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            words = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            yield words["en"], words["zh"]


def test_no_words_of_ours_are_english_only():
    """Every pair of words in the source has Chinese in it; only another exception's message is passed on as it is."""
    rooms = [Path(room.__file__).parent.glob("*.py") for room in (record, redcap)]
    files = [Path(running.__file__), *(path for room in rooms for path in room)]
    english = [pair for path in files for pair in _texts(path) if not _is_chinese(pair[1])]

    assert {("str(error)", "str(error)"), ("said", "said")} == {*english}

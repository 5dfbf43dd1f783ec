"""REDCap gets two tables that it can read and that tell nothing about each other."""

import csv
import io
from collections import Counter

import pytest

from backloop.errors import TrialError
from backloop.trial import AllocationScheme, Factor, PermutedBlocks, draw_list, redcap_tables

SITE = Factor(id="site", levels=("1", "2"))
SCHEME = AllocationScheme(arms=("retraining", "sham"), rule=PermutedBlocks(sizes=(4, 6)), factors=(SITE,))
CODES = {"retraining": "1", "sham": "2"}
SEED = "0123456789abcdef" * 4


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_an_open_table_has_the_columns_redcap_asks_for():
    """The arm's column has REDCap's own name, the strata have their fields' names and raw codes."""
    rows = _rows(redcap_tables(SCHEME, SEED, codes=CODES, per_stratum=30).production)

    assert list(rows[0]) == ["redcap_randomization_group", "site"]
    assert Counter(row["site"] for row in rows) == {"1": 30, "2": 30}
    assert {row["redcap_randomization_group"] for row in rows} == {"1", "2"}


def test_production_is_the_concealed_list():
    """The production table holds the list that the seed was committed to, in its order."""
    rows = _rows(redcap_tables(SCHEME, SEED, codes=CODES, per_stratum=30).production)
    lines = draw_list(SCHEME, SEED, trial="demo", per_stratum=30).entries

    assert [row["redcap_randomization_group"] for row in rows] == [CODES[line.arm] for line in lines]


def test_development_differs():
    """Testing in development shows nothing of the real list."""
    tables = redcap_tables(SCHEME, SEED, codes=CODES, per_stratum=30)

    assert tables.development != tables.production
    assert len(_rows(tables.development)) == len(_rows(tables.production))


def test_a_blinded_table_shows_numbers_only():
    """A blinded table holds distinct numbers and no arm; the key turns them into the same list."""
    tables = redcap_tables(SCHEME, SEED, codes=CODES, per_stratum=30, blinded=True)
    rows = _rows(tables.production)
    key = {row["redcap_randomization_number"]: row["arm_code"] for row in _rows(tables.key)}
    lines = draw_list(SCHEME, SEED, trial="demo", per_stratum=30).entries

    assert list(rows[0]) == ["redcap_randomization_number", "site"]
    assert len({row["redcap_randomization_number"] for row in rows}) == len(rows)
    assert [key[row["redcap_randomization_number"]] for row in rows] == [CODES[line.arm] for line in lines]


@pytest.mark.parametrize("codes", [{"retraining": "1"}, {"retraining": "1", "sham": "1"}, {"a": "1", "sham": "2"}])
def test_every_arm_has_its_own_code(codes):
    """An arm without a code, or two with the same, are refused."""
    with pytest.raises(TrialError, match="a code of its own for each arm"):
        redcap_tables(SCHEME, SEED, codes=codes, per_stratum=30)


def test_too_many_rows_for_numbers_are_refused():
    """A blinded table has no more rows than there are four-digit numbers."""
    with pytest.raises(TrialError, match="at most 9000 rows"):
        redcap_tables(SCHEME, SEED, codes=CODES, per_stratum=4501, blinded=True)

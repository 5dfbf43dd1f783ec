"""Tables of studies as people keep them: what is read, and what is refused in words."""

import numpy as np
import pandas as pd
import pytest

from backloop.errors import TrialError
from backloop.synthesis import read_network, read_studies

HEAD = "study,estimate,standard_error\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("study;estimate;standard_error\na;-1.5;0.5\n", "commas between them"),
        ("study;estimate;standard_error\na;-1,5;0,5\n", "decimals with a point"),
        (HEAD + "a,-1,0.5,\nb,-2,0.6,\n", "more cells than the heading"),
        ("study,estimate,estimate,standard_error\na,-1,-2,0.5\n", "'estimate' is there twice"),
        (HEAD + "a,-1,0.5\na ,-2,0.6\n", r"row 2 \('a'\), column 'study': this study was named before"),
        (HEAD + " ,-1,0.5\n", "row 1, column 'study': expected a name"),
        (HEAD + 'a,"-1,5",0.5\n', "such as -1.5, with a point"),
        (HEAD + "a,-1,True\n", "got text"),
        (HEAD + "a,1e300,0.5\n", "expected a finite number"),
    ],
)
def test_a_table_kept_another_way_is_refused(text, said, tmp_path):
    """Semicolons, decimal commas, stray commas, doubled columns and names are never read as something else."""
    (tmp_path / "trials.csv").write_text(text, encoding="utf-8")

    with pytest.raises(TrialError, match=said):
        read_studies(tmp_path / "trials.csv", better="low")


def test_numbers_a_sum_would_lose_are_refused():
    """A slip of decimals or units is named, before weights become infinite."""
    frame = pd.DataFrame({"study": ["A", "B"], "estimate": [1.0, -1.0], "standard_error": [1e-9, 1.0]})
    network = frame.assign(treatment=["walk", "swim"], comparator="rest")

    for read in (read_studies, read_network):
        with pytest.raises(TrialError, match="millionfold apart"):
            read(frame if read is read_studies else network, better="low")


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path):
    """What a spreadsheet program saves as UTF-8 is read as it is, blanks around names aside."""
    (tmp_path / "trials.csv").write_bytes(
        ("\ufeff" + HEAD + "研究甲 ,-1,0.5\n\nb,-2,0.6\n").replace("\n", "\r\n").encode()
    )

    studies = read_studies(tmp_path / "trials.csv", better="low")

    assert ("研究甲", "b") == studies.labels
    assert np.array_equal([-1.0, -2.0], studies.estimate)

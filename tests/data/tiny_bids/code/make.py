"""Make this folder anew: three people who do not exist, each seen at weeks 0 and 18.

Run ``python tests/data/tiny_bids/code/make.py`` after a book or the way people are made up has changed.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from backloop.record import Record, make_person, write
from backloop.units import Absent

HERE = Path(__file__).parents[1]


def people() -> list[Record]:
    """Give the three people; the second preferred not to answer one question at the first visit."""
    first, second, third = (make_person(seed=seed, weeks=(0, 18)) for seed in (1, 2, 3))
    seen = [
        one.model_copy(update={"value": None, "absent": Absent.DECLINED}) if one.id == "ses-w00/odi_08" else one
        for one in second.observations
    ]
    return [first, second.model_copy(update={"observations": tuple(seen)}), third]


def make(target: Path) -> Path:
    """Write the folder."""
    return write(people(), target)


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        made = make(Path(scratch) / HERE.name)
        for old in HERE.iterdir():
            if old.name != "code":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(made, HERE, dirs_exist_ok=True)

"""Who is in the demonstration: a dozen made-up people, how far each has come, and what happened to them.

Decides the cast's stories as one table; nobody in it exists.
"""

import datetime as dt

from pydantic import Field

from backloop.units import Frozen

__all__ = ["CHARACTERS", "FAR_AWAY", "Character"]


class Character(Frozen):
    """One made-up person.

    `seed` makes the record, `week` is how long ago care began. `visits` are the weeks that were assessed, where
    `books` names what was answered if not everything that was due. `signed` has a plan with its programme; of its
    sessions the share `done` was done, and none of the last `missed`. `state` and `reason` are the place in the trial.
    Who `draws` has a pain drawing at every visit.

    Examples
    --------
    >>> Character(name="Made-up Person", seed=131, week=0).visits
    ()
    """

    name: str
    seed: int
    week: int
    teams: tuple[str, ...] = ("one",)
    visits: tuple[int, ...] = ()
    books: tuple[str, ...] = ()
    answers: dict[str, float] = {}
    signed: bool = False
    done: float = Field(default=0.8, ge=0, le=1)
    missed: int = 0
    worse: bool = False
    state: str = ""
    reason: str = ""
    words: str = ""
    harm: str = ""
    draws: bool = False

    def began(self, today: dt.date) -> dt.date:
        """Give the day of the first visit."""
        return today - dt.timedelta(weeks=self.week)


CHARACTERS: dict[str, Character] = {
    "mine": Character(
        name="王小明", seed=139, week=6, visits=(0,), signed=True, state="allocated",
        words="做得很好，请继续。第 6 周的问卷已经开放，请在来诊前填写。",
    ),
    "other_team": Character(name="李晓红", seed=137, week=4, teams=("two",), visits=(0,), signed=True),
    "flag": Character(
        name="赵国强", seed=161, week=0, teams=("one", "two"), visits=(0,), answers={"red-flags_03": 1},
        state="excluded", reason="safety",
    ),
    "harm": Character(
        name="陈淑芬", seed=263, week=8, visits=(0, 6), signed=True, done=0.7, state="allocated",
        harm="练习后右侧腰部刺痛，持续两天，第二天无法弯腰穿鞋",
    ),
    "new": Character(name="刘洋", seed=155, week=0, state="screened"),
    "begun": Character(
        name="Anna Example", seed=135, week=0, visits=(0,), books=("red-flags", "nrs", "rmdq", "psfs"),
        state="eligible",
    ),
    "first_week": Character(
        name="孙丽", seed=152, week=1, visits=(0,), signed=True, state="consented",
        words="欢迎！第一周请以熟悉动作为主。",
    ),
    "missing": Character(name="周建国", seed=160, week=3, visits=(0,), signed=True, missed=3, state="allocated"),
    "twelve": Character(
        name="Ben Sample", seed=131, week=13, visits=(0, 6, 12), signed=True, done=0.9, state="allocated", draws=True
    ),
    "worse": Character(
        name="吴桂英", seed=146, week=19, teams=("one", "two"), visits=(0, 6, 12, 18), signed=True, done=0.5,
        worse=True, state="withdrawn", reason="burden",
    ),
    "half_year": Character(
        name="郑浩", seed=251, week=27, teams=("two",), visits=(0, 6, 12, 18, 26), signed=True, state="allocated"
    ),
    "year": Character(
        name="Clara Nobody", seed=228, week=52, visits=(0, 6, 12, 18, 26, 52), signed=True, done=0.95,
        state="completed", words="Thank you for a whole year. We wish you well.",
    ),
}  # fmt: skip
"""The dozen of the north clinic."""

FAR_AWAY = Character(name="Far Person", seed=133, week=2, teams=("far",), visits=(0,))
"""One person of the south clinic, whom nobody of the north reaches."""

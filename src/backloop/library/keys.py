"""How a score is made from answers or trials, as data: one small declaration per method.

Decides which scoring methods exist and what each needs to be told; the arithmetic is in the room `measure`.
"""

from typing import Annotated, Literal

from pydantic import Field

from backloop.library.conditions import Condition
from backloop.units import Frozen, Text

__all__ = [
    "Bin",
    "Binned",
    "Combination",
    "Count",
    "Decision",
    "Key",
    "Laterality",
    "Mean",
    "MetActivity",
    "MetMinutes",
    "Missing",
    "Percent",
    "Reported",
    "Rule",
    "SleepEfficiency",
    "Sum",
    "Table",
    "Term",
    "TrialContrast",
    "TrialSummary",
    "ValueSet",
]


class Missing(Frozen):
    """What happens when items are missing.

    ``none``: one missing item, no score. ``prorate``: the person's mean stands in, from `at_least` answers on.
    ``answered``: only the answered items count (a percentage or mean over what is there), from `at_least` answers on.

    Examples
    --------
    >>> Missing(rule="none", reference="backloop-convention", verified=False).rule
    'none'
    """

    rule: Literal["none", "prorate", "answered"]
    at_least: int | None = Field(default=None, ge=1)
    reference: str
    verified: bool


class Sum(Frozen):
    """Add the items' scored values, then multiply.

    Examples
    --------
    >>> Sum(method="sum", items=("rmdq_01", "rmdq_02")).multiply
    1.0
    """

    method: Literal["sum"]
    items: tuple[str, ...] = Field(min_length=1)
    multiply: float = 1.0


class Mean(Frozen):
    """Average the items' scored values.

    Examples
    --------
    >>> Mean(method="mean", items=("psfs_02", "psfs_04")).method
    'mean'
    """

    method: Literal["mean"]
    items: tuple[str, ...] = Field(min_length=1)


class Percent(Frozen):
    """Give the items' sum as a percentage of the most that the answered items allow.

    Examples
    --------
    >>> Percent(method="percent", items=("odi_01",)).method
    'percent'
    """

    method: Literal["percent"]
    items: tuple[str, ...] = Field(min_length=1)


class ValueSet(Frozen):
    """Start from a value and subtract a decrement per item and level; level 1 subtracts nothing.

    `decrements` holds, per item, the values for levels 2, 3, 4 and 5.

    Examples
    --------
    >>> ValueSet(method="value-set", start=1.0, decrements={"eq-5d-5l_01": (0.066, 0.158, 0.287, 0.345)}).start
    1.0
    """

    method: Literal["value-set"]
    start: float
    decrements: dict[str, tuple[float, ...]]


class Table(Frozen):
    """Add the items, then look the raw sum up in a table that begins at `first`; complete sets only.

    Examples
    --------
    >>> Table(method="table", items=("x_01",), first=1, values=(40.0, 50.0)).values[0]
    40.0
    """

    method: Literal["table"]
    items: tuple[str, ...] = Field(min_length=1)
    first: int
    values: tuple[float, ...] = Field(min_length=2)


class Term(Frozen):
    """One weighted part of a combination: a score of the same instrument, or an item.

    Examples
    --------
    >>> Term(of="promis-29.pf-raw", weight=-1).weight
    -1.0
    """

    of: str
    weight: float = 1.0


class Combination(Frozen):
    """Weigh and add other scores or items of the instrument, plus a constant; all must be present.

    Examples
    --------
    >>> Combination(method="combination", terms=(Term(of="a"), Term(of="b", weight=-1)), constant=24).constant
    24.0
    """

    method: Literal["combination"]
    terms: tuple[Term, ...] = Field(min_length=1)
    constant: float = 0.0


class Laterality(Frozen):
    """Give 100 (R - L) / (R + L) from the right and left items' sums; undefined when both are zero.

    Examples
    --------
    >>> Laterality(method="laterality", right=("h_01",), left=("h_02",)).method
    'laterality'
    """

    method: Literal["laterality"]
    right: tuple[str, ...] = Field(min_length=1)
    left: tuple[str, ...] = Field(min_length=1)


class Count(Frozen):
    """Count the items whose scored value is at least `at_least`.

    Examples
    --------
    >>> Count(method="count", items=("luomajoki_01",), at_least=1).at_least
    1.0
    """

    method: Literal["count"]
    items: tuple[str, ...] = Field(min_length=1)
    at_least: float


class Rule(Frozen):
    """One line of a decision: when it holds, the result has this value and label.

    Examples
    --------
    >>> Rule(when=Condition(of="a_01", at_least=1), value=1, label=Text(en="yes", zh="是")).value
    1.0
    """

    when: Condition
    value: float
    label: Text


class Decision(Frozen):
    """Take the first rule that holds; an unknown answer before it makes the result unknown.

    Rules may ask about items and earlier scores of the same instrument.

    Examples
    --------
    >>> yes = Rule(when=Condition(of="a_01", at_least=1), value=1, label=Text(en="yes", zh="是"))
    >>> Decision(method="decision", rules=(yes,), otherwise=0, otherwise_label=Text(en="no", zh="否")).otherwise
    0.0
    """

    method: Literal["decision"]
    rules: tuple[Rule, ...] = Field(min_length=1)
    otherwise: float
    otherwise_label: Text


class Bin(Frozen):
    """A step of a binned score: at or above (or strictly above) a limit, the value applies.

    Examples
    --------
    >>> Bin(above=7, value=0).value
    0.0
    """

    at_least: float | None = None
    above: float | None = None
    value: float


class Binned(Frozen):
    """Add items or earlier scores, then take the value of the first bin that holds the sum.

    Examples
    --------
    >>> Binned(method="binned", of=("psqi_04",), bins=(Bin(above=7, value=0),), otherwise=3).otherwise
    3.0
    """

    method: Literal["binned"]
    of: tuple[str, ...] = Field(min_length=1)
    bins: tuple[Bin, ...] = Field(min_length=1)
    otherwise: float


class SleepEfficiency(Frozen):
    """Give 100 x hours slept / hours in bed from two clock items (hours, 0 to 24); midnight is wrapped.

    Examples
    --------
    >>> SleepEfficiency(method="sleep-efficiency", to_bed="psqi_01", rise="psqi_03", hours="psqi_04").rise
    'psqi_03'
    """

    method: Literal["sleep-efficiency"]
    to_bed: str
    rise: str
    hours: str


class MetActivity(Frozen):
    """One kind of activity: the items that hold days a week and minutes a day, and its MET.

    Examples
    --------
    >>> MetActivity(days="ipaq-sf_05", minutes="ipaq-sf_06", met=3.3).met
    3.3
    """

    days: str
    minutes: str
    met: float = Field(gt=0)


class MetMinutes(Frozen):
    """Add MET x minutes x days over the kinds of activity, each cut at `cap_minutes` a day.

    Bouts under `shortest_bout` minutes count as none; days of zero need no minutes; a day of more than
    `longest_day` minutes in all makes the score unknown.

    Examples
    --------
    >>> walk = MetActivity(days="ipaq-sf_05", minutes="ipaq-sf_06", met=3.3)
    >>> MetMinutes(method="met-minutes", activities=(walk,), cap_minutes=180, shortest_bout=10, longest_day=960).method
    'met-minutes'
    """

    method: Literal["met-minutes"]
    activities: tuple[MetActivity, ...] = Field(min_length=1)
    cap_minutes: float
    shortest_bout: float
    longest_day: float


class Reported(Frozen):
    """Accept the score as somebody else computed it; it is never made from items here.

    Examples
    --------
    >>> Reported(method="reported").method
    'reported'
    """

    method: Literal["reported"]


class TrialSummary(Frozen):
    """Summarise one field of a test's trials: mean, median, sum, lowest, highest or last; `drop_first` are left out.

    `phase` restricts to trials of that phase. After the first trials are dropped, `only_if` keeps the trials whose
    field of that name is 1 (reaction times of correct answers), and `keep_low` and `keep_high` keep values between
    those limits, ends included. `at_least` is the fewest trials left that give a value.

    Examples
    --------
    >>> TrialSummary(method="trials", field="distance", summary="mean", drop_first=1, at_least=2).drop_first
    1
    >>> TrialSummary(method="trials", field="rt", summary="median", only_if="correct", keep_low=0.3).only_if
    'correct'
    """

    method: Literal["trials"]
    field: str
    summary: Literal["mean", "median", "sum", "lowest", "highest", "last"]
    phase: str | None = None
    drop_first: int = Field(default=0, ge=0)
    only_if: str | None = None
    keep_low: float | None = None
    keep_high: float | None = None
    at_least: int = Field(default=1, ge=1)
    multiply: float = 1.0


class TrialContrast(Frozen):
    """Compare the means of one field between two phases: difference, percentage change or ratio.

    ``difference`` is `phase` minus `reference_phase`; ``percent`` divides that by the mean of `reference_phase`,
    times 100; ``ratio`` is mean of `phase` over mean of `reference_phase`, undefined at zero.

    Examples
    --------
    >>> TrialContrast(method="trial-contrast", field="rating", how="ratio", phase="train", reference_phase="single").how
    'ratio'
    """

    method: Literal["trial-contrast"]
    field: str
    how: Literal["difference", "percent", "ratio"]
    phase: str
    reference_phase: str
    at_least: int = Field(default=1, ge=1)


Key = Annotated[
    Sum
    | Mean
    | Percent
    | ValueSet
    | Table
    | Combination
    | Laterality
    | Count
    | Decision
    | Binned
    | SleepEfficiency
    | MetMinutes
    | Reported
    | TrialSummary
    | TrialContrast,
    Field(discriminator="method"),
]
"""Any scoring method; the field ``method`` says which."""

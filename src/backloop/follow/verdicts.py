"""The words for a change, one sentence a case.

Decides how a judged change reads, in both languages; the judging is in `change`.
"""

from backloop.units import Text

__all__ = ["word_change"]

_SAME = Text(en="No change.", zh="无变化。")
_CANNOT_SAY = Text(
    en="Cannot say: a value is missing, or neither end of the scale is the better one.",
    zh="尚无法判断：缺少数值，或该量尺两端无好坏之分。",
)

# By direction, then whether it is real, then whether it is important.
_CASES: dict[tuple[str, str, str], Text] = {
    ("better", "yes", "yes"): Text(
        en="Better, by more than measurement error and by an amount that usually matters.",
        zh="好转：变化超过测量误差，并达到通常有意义的幅度。",
    ),
    ("better", "yes", "no"): Text(
        en="Better, by more than measurement error but by less than usually matters.",
        zh="好转：变化超过测量误差，但未达到通常有意义的幅度。",
    ),
    ("better", "yes", "not known"): Text(
        en="Better, by more than measurement error; what amount matters is not known yet.",
        zh="好转：变化超过测量误差；多大幅度才有意义目前尚不清楚。",
    ),
    ("better", "no", "yes"): Text(
        en="Better by an amount that may matter, but within measurement error; measure again to be sure.",
        zh="好转：幅度可能有意义，但仍在测量误差之内；宜复测以确认。",
    ),
    ("better", "no", "no"): Text(
        en="Slightly better, within measurement error and by less than usually matters.",
        zh="略有好转：变化在测量误差之内，且未达到通常有意义的幅度。",
    ),
    ("better", "no", "not known"): Text(
        en="Better, but within measurement error; what amount matters is not known yet.",
        zh="好转：变化在测量误差之内；多大幅度才有意义目前尚不清楚。",
    ),
    ("better", "not known", "yes"): Text(
        en="Better by an amount that usually matters; the measurement error is unknown.",
        zh="好转：达到通常有意义的幅度；测量误差目前尚不清楚。",
    ),
    ("better", "not known", "no"): Text(
        en="Slightly better, by less than usually matters; the measurement error is unknown.",
        zh="略有好转：未达到通常有意义的幅度；测量误差目前尚不清楚。",
    ),
    ("better", "not known", "not known"): Text(
        en="Better; neither the measurement error nor what amount matters is known yet.",
        zh="好转；测量误差和有意义的幅度目前均不清楚。",
    ),
    ("worse", "yes", "yes"): Text(
        en="Worse, by more than measurement error and by an amount that usually matters. Look for the reason together.",
        zh="加重：变化超过测量误差，并达到通常有意义的幅度。请一起查找原因。",
    ),
    ("worse", "yes", "no"): Text(
        en="Worse, by more than measurement error but by less than usually matters.",
        zh="加重：变化超过测量误差，但未达到通常有意义的幅度。",
    ),
    ("worse", "yes", "not known"): Text(
        en="Worse, by more than measurement error; what amount matters is not known yet. Look for the reason together.",
        zh="加重：变化超过测量误差；多大幅度才有意义目前尚不清楚。请一起查找原因。",
    ),
    ("worse", "no", "yes"): Text(
        en="Worse by an amount that may matter, but within measurement error; measure again soon.",
        zh="加重：幅度可能有意义，但仍在测量误差之内；宜尽早复测。",
    ),
    ("worse", "no", "no"): Text(
        en="Slightly worse, within measurement error and by less than usually matters.",
        zh="略有加重：变化在测量误差之内，且未达到通常有意义的幅度。",
    ),
    ("worse", "no", "not known"): Text(
        en="Worse, but within measurement error; what amount matters is not known yet.",
        zh="加重：变化在测量误差之内；多大幅度才有意义目前尚不清楚。",
    ),
    ("worse", "not known", "yes"): Text(
        en="Worse by an amount that usually matters; the measurement error is unknown. Look for the reason together.",
        zh="加重：达到通常有意义的幅度；测量误差目前尚不清楚。请一起查找原因。",
    ),
    ("worse", "not known", "no"): Text(
        en="Slightly worse, by less than usually matters; the measurement error is unknown.",
        zh="略有加重：未达到通常有意义的幅度；测量误差目前尚不清楚。",
    ),
    ("worse", "not known", "not known"): Text(
        en="Worse; neither the measurement error nor what amount matters is known yet.",
        zh="加重；测量误差和有意义的幅度目前均不清楚。",
    ),
}


def word_change(direction: str, *, is_real: str, is_important: str) -> Text:
    """Give the sentence for one judged change.

    Parameters
    ----------
    direction : {"better", "worse", "same", "cannot say"}
        In the person's interest.
    is_real, is_important : {"yes", "no", "not known"}
        Whether the change exceeds measurement error, and whether it reaches the smallest important one.

    Returns
    -------
    Text
        One or two sentences.

    Examples
    --------
    >>> word_change("better", is_real="no", is_important="yes").en[:47]
    'Better by an amount that may matter, but within'
    """
    if direction == "same":
        return _SAME
    return _CASES.get((direction, is_real, is_important), _CANNOT_SAY)

"""What a sidecar says of the eyes during a rest, and which labels of a name may say it.

Decides which words mean open and which mean closed; what follows where they contradict is decided by whoever asks.
"""

import re
from collections.abc import Mapping
from typing import Any

from backloop.eeg.eeg import EYES, Eyes

__all__ = ["EYES_LABELS", "said_of_eyes"]

EYES_LABELS = ("task", "acq", "cond", "desc", "recording")
"""The BIDS entities whose labels may say how the eyes were."""

_FIELDS = ("TaskName", "TaskDescription", "Instructions", "Eyes", "EyesState")
_WORDS = {
    state: re.compile(
        rf"eyes?(\W+(are|were|kept|stay\w*|remain\w*))*\W*{state}|{state}\W*eyes?|^{state}$|{chinese}", re.IGNORECASE
    )
    for state, chinese in (("open", "睁眼"), ("closed", "闭眼"))
}


def said_of_eyes(told: Mapping[str, Any]) -> set[Eyes]:
    """Give the states of the eyes that a sidecar speaks of.

    Parameters
    ----------
    told : mapping
        The sidecar's fields: the words of the task, its description and instructions, or ``EyesOpen``/``EyesClosed`` as
        true or false.

    Returns
    -------
    set of str
        ``open``, ``closed``, both, or neither.

    Examples
    --------
    >>> said_of_eyes({"Instructions": "Keep your eyes closed"}), said_of_eyes({"EyesOpen": True})
    ({'closed'}, {'open'})
    >>> said_of_eyes({"TaskDescription": "rest"})
    set()
    """
    words = [str(told.get(field, "")) for field in _FIELDS]
    found = {state for state in EYES if any(_WORDS[state].search(word) for word in words)}
    for state in EYES:
        flag = told.get(f"Eyes{state.capitalize()}")
        if isinstance(flag, bool):
            found.add(state if flag else next(other for other in EYES if other != state))
    return found

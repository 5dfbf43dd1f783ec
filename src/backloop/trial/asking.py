"""Who guessed which arm, round by round, as a trial's mapping says where guesses stand.

Decides which people a round takes; what a small table may hold is decided in `rounds`.
"""

from backloop.errors import TrialError
from backloop.trial.blinding import GuessTable, count_guesses
from backloop.trial.guesses import UNKNOWN, GuessSource, guess_name
from backloop.trial.rounds import read_guess_counts
from backloop.trial.tables import TrialData

__all__ = ["count_rounds"]

_STRANGE = "no code of an arm"


def count_rounds(data: TrialData) -> tuple[GuessTable, ...]:
    """Count who guessed which arm in each round that the mapping names.

    Parameters
    ----------
    data : TrialData
        Plan and table.

    Returns
    -------
    tuple of GuessTable
        Early rounds first, as the mapping has them.

    Raises
    ------
    TrialError
        If the mapping names no guesses, a guess is no code of an arm, or there are several arms to tell apart.

    Examples
    --------
    >>> from pathlib import Path
    >>> from backloop.trial import open_trial
    >>> folder = Path("examples/11_trial_report")
    >>> data = open_trial(folder / "trial.toml", folder / "data.toml", exploratory=True)
    >>> [each.asked for each in count_rounds(data)]
    ['participants, week 6']
    """
    sources = data.mapping.blinding
    if not sources:
        message = "blinding needs [blinding] in the mapping: column and unknown, or counts (arm, guess, people)"
        raise TrialError(message)
    tables: list[GuessTable] = []
    for place, source in enumerate(sources):
        pair, codes = _pair(data, source), _codes(data)
        if source.counts:
            file = data.folder / source.counts
            tables += read_guess_counts(file, pair, codes=codes, unknown=source.unknown, asked=source.asked)
        else:
            tables.append(_counted(data, source, pair, place=place))
    return tuple(tables)


def _pair(data: TrialData, source: GuessSource) -> tuple[str, str]:
    arms = [arm.id for arm in data.trial.arms]
    if source.arms is None and len(arms) > 2:  # noqa: PLR2004 - two arms need no choice
        message = f"the plan has {len(arms)} arms; name the two told apart as arms under [blinding] in the mapping"
        raise TrialError(message)
    return source.arms or (arms[0], arms[1])


def _codes(data: TrialData) -> dict[str, str]:
    coded = data.mapping.people.arms
    return {code: arm.id for arm in data.trial.arms for code in coded.get(arm.id, (arm.id,))}


def _counted(data: TrialData, source: GuessSource, pair: tuple[str, str], *, place: int) -> GuessTable:
    meaning = _codes(data) | {source.unknown: UNKNOWN}
    arm = data.answers.groupby("participant_id")["arm"].first()
    guess = data.facts[guess_name(place)].dropna()
    people = [(arm[str(person)], meaning.get(word, _STRANGE)) for person, word in guess.items()]
    told = [(allocated, guessed) for allocated, guessed in people if allocated in pair]
    return count_guesses(pair, told, asked=source.asked or source.visit)

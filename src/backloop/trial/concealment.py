"""Keeping the next allocation secret, and proving afterwards that nobody changed it: the seed and the list.

Decides what is published before the first person and what only the allocating service may read; `auditing` opens lines.
"""

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

from pydantic import Field, ValidationError

from backloop.errors import TrialError
from backloop.trial.allocation import AllocationScheme
from backloop.trial.sequencing import allocate
from backloop.units import Frozen

__all__ = [
    "AllocationEntry",
    "AllocationList",
    "SeedCommitment",
    "check_list",
    "commit_seed",
    "draw_list",
    "make_seed",
    "read_list",
    "write_list",
]

_LEAST_SEED = 32  # hexadecimal digits, 128 bits: a shorter seed could be found from its hash by trying


class SeedCommitment(Frozen):
    """The fingerprint of a secret seed: published before the first person, it proves later which seed was used.

    Examples
    --------
    >>> commit_seed("0123456789abcdef0123456789abcdef").sha256[:16]
    '3eb1bd439947eb76'
    """

    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class AllocationEntry(Frozen):
    """One line of a concealed list: the arm of the next person of a stratum, sealed.

    Examples
    --------
    >>> AllocationEntry(stratum=("A",), number=1, arm="sham", seal="0f").arm
    'sham'
    """

    stratum: tuple[str, ...]
    number: int = Field(ge=1)
    arm: str
    seal: str


class AllocationList(Frozen):
    """A concealed list of allocations, with the scheme and the commitment it was drawn under.

    Examples
    --------
    >>> AllocationList.model_fields["entries"].is_required()
    True
    """

    trial: str
    scheme: AllocationScheme
    commitment: SeedCommitment
    entries: tuple[AllocationEntry, ...]


def make_seed() -> str:
    """Draw a secret seed from the operating system; keep it away from everybody who recruits.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> len(make_seed())
    64
    """
    return secrets.token_hex(32)


def commit_seed(seed: str) -> SeedCommitment:
    """Give the fingerprint of a secret seed, to be published before the first person is allocated.

    Parameters
    ----------
    seed : str
        The secret, at least 32 characters; best from `make_seed`.

    Returns
    -------
    SeedCommitment
        Its SHA-256; the seed cannot be found from it.

    Raises
    ------
    TrialError
        If the seed is so short that it could be found by trying.

    Examples
    --------
    >>> seed = make_seed()
    >>> commit_seed(seed) == commit_seed(seed)
    True
    """
    if len(seed) < _LEAST_SEED:
        message = f"expected a seed of at least {_LEAST_SEED} characters; got {len(seed)}; draw one with make_seed()"
        raise TrialError(message)
    return SeedCommitment(sha256=_sha256(seed))


def draw_list(scheme: AllocationScheme, seed: str, *, trial: str, per_stratum: int) -> AllocationList:
    """Draw a concealed list of allocations from a secret seed.

    Parameters
    ----------
    scheme : AllocationScheme
        Arms, rule and factors; minimisation cannot be listed.
    seed : str
        The secret.
    trial : str
        What the trial is called.
    per_stratum : int
        Lines of every stratum: the people expected there and a fifth more.

    Returns
    -------
    AllocationList
        The same whenever it is drawn again.

    Raises
    ------
    TrialError
        If the seed is too short, there is no line, or the rule needs the people before.

    Examples
    --------
    >>> from backloop.trial import PermutedBlocks
    >>> scheme = AllocationScheme(arms=("retraining", "sham"), rule=PermutedBlocks(sizes=(4,)))
    >>> [entry.arm for entry in draw_list(scheme, "s" * 32, trial="demo", per_stratum=4).entries]
    ['sham', 'retraining', 'sham', 'retraining']
    """
    if not scheme.is_listable:
        message = "minimisation needs the people before; allocate one by one with allocate() instead of a list"
        raise TrialError(message)
    if per_stratum < 1:
        message = f"expected at least one line a stratum; got {per_stratum}"
        raise TrialError(message)
    commitment = commit_seed(seed)
    people = [
        dict(zip((factor.id for factor in scheme.factors), stratum, strict=True))
        for stratum in scheme.strata
        for _ in range(per_stratum)
    ]
    entries = []
    for place, (person, arm) in enumerate(zip(people, allocate(scheme, people, seed), strict=True)):
        stratum, number = tuple(person.values()), place % per_stratum + 1
        entries.append(_sealed(seed, stratum, number=number, arm=arm))
    return AllocationList(trial=trial, scheme=scheme, commitment=commitment, entries=tuple(entries))


def check_list(concealed: AllocationList, seed: str) -> None:
    """Check, once the seed is revealed, that a list follows from the seed that was committed to.

    Parameters
    ----------
    concealed : AllocationList
        The list that was used.
    seed : str
        The revealed seed.

    Returns
    -------
    None
        Where everything agrees.

    Raises
    ------
    TrialError
        If the seed is not the one committed to, or a line of the list differs from what it gives.

    Examples
    --------
    >>> from backloop.trial import SimpleRandomisation
    >>> scheme = AllocationScheme(arms=("retraining", "sham"), rule=SimpleRandomisation())
    >>> check_list(draw_list(scheme, "s" * 32, trial="demo", per_stratum=9), "s" * 32)
    """
    if commit_seed(seed) != concealed.commitment:
        message = "this is not the seed that was committed to before the first person"
        raise TrialError(message)
    length = len(concealed.entries) // len(concealed.scheme.strata)
    drawn = draw_list(concealed.scheme, seed, trial=concealed.trial, per_stratum=length)
    wrong = [line for line, again in zip(concealed.entries, drawn.entries, strict=False) if line != again]
    if wrong or len(drawn.entries) != len(concealed.entries):
        message = f"{len(wrong)} line(s) of the list do not follow from the seed; the list was changed"
        raise TrialError(message)


def write_list(concealed: AllocationList, path: Path) -> None:
    """Write a concealed list to a file that only its owner may read; a list is never written over another.

    Parameters
    ----------
    concealed : AllocationList
        The list.
    path : Path
        A new file, away from where people are recruited.

    Returns
    -------
    None
        The file holds the list as JSON.

    Raises
    ------
    TrialError
        If there is a file already.

    Examples
    --------
    >>> import tempfile
    >>> from backloop.trial import SimpleRandomisation
    >>> scheme = AllocationScheme(arms=("retraining", "sham"), rule=SimpleRandomisation())
    >>> file = Path(tempfile.mkdtemp()) / "concealed.json"
    >>> write_list(draw_list(scheme, "s" * 32, trial="demo", per_stratum=9), file)
    >>> len(read_list(file).entries)
    9
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        message = f"{path.name}: there is a list already; a concealed list is never replaced"
        raise TrialError(message) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(concealed.model_dump_json(indent=1))


def read_list(path: Path) -> AllocationList:
    """Read a concealed list.

    Parameters
    ----------
    path : Path
        A file that `write_list` wrote.

    Returns
    -------
    AllocationList
        The list; whether it is the right one is checked with `check_list`.

    Raises
    ------
    TrialError
        If there is no such list.

    Examples
    --------
    >>> read_list(Path("nowhere.json"))
    Traceback (most recent call last):
    backloop.errors.TrialError: nowhere.json: expected a concealed list; check the name
    """
    try:
        return AllocationList.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        message = f"{path.name}: expected a concealed list; check the name"
        raise TrialError(message) from None


def _sealed(seed: str, stratum: tuple[str, ...], *, number: int, arm: str) -> AllocationEntry:
    words = json.dumps([*stratum, number, arm], ensure_ascii=False)
    seal = hmac.new(seed.encode(), words.encode(), hashlib.sha256).hexdigest()
    return AllocationEntry(stratum=stratum, number=number, arm=arm, seal=seal)


def _sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()

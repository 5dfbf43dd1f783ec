"""Reading a trial's plan, and freezing it by its hash before anybody is unblinded.

Decides whether a plan is still the one that was frozen; amendments are added with their reason, never hidden.
"""

import datetime as dt
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from backloop.errors import TrialError
from backloop.trial.blueprints import Trial
from backloop.units import Frozen

__all__ = ["Freeze", "FreezeHistory", "check_frozen", "freeze", "frozen_file", "read_trial", "trial_hash"]


class Freeze(Frozen):
    """One fingerprint of a plan: when, why, and of what.

    Examples
    --------
    >>> Freeze(sha256="0" * 64, on=dt.date(2026, 12, 7), reason="before the first person").on.year
    2026
    """

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    on: dt.date
    reason: str = Field(min_length=1)


class FreezeHistory(Frozen):
    """Every fingerprint of a plan, the first and its amendments.

    Examples
    --------
    >>> FreezeHistory.model_fields["freezes"].is_required()
    True
    """

    trial: str
    freezes: tuple[Freeze, ...] = Field(min_length=1)


def read_trial(path: Path) -> Trial:
    """Read a trial's plan from a TOML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Trial
        What it says.

    Raises
    ------
    TrialError
        If the file is missing, is not TOML, or contradicts itself; every fault is listed.

    Examples
    --------
    >>> read_trial(Path("nowhere.toml"))
    Traceback (most recent call last):
    backloop.errors.TrialError: nowhere.toml: expected a trial's plan, there is no such file; check the name
    """
    try:
        return Trial.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except ValidationError as error:
        faults = [_explain(fault) for fault in error.errors(include_url=False, include_input=False)]
        message = f"{path.name}: {'; '.join(faults)}"
    except OSError:
        message = f"{path.name}: expected a trial's plan, there is no such file; check the name"
    except UnicodeDecodeError:
        message = f"{path.name}: a plan is UTF-8 text; save it so"
    except tomllib.TOMLDecodeError as error:
        message = f"{path.name}: not TOML: {error}; correct the line"
    except (ValueError, RecursionError):
        message = f"{path.name}: a number is too long or the nesting too deep to be read; correct it"
    raise TrialError(message)


def trial_hash(trial: Trial) -> str:
    """Give the fingerprint of a plan: the same for the same content, however its file is laid out.

    Parameters
    ----------
    trial : Trial
        The plan.

    Returns
    -------
    str
        SHA-256 of its content in a fixed order, without what is left at its default.

    Examples
    --------
    >>> plan = read_trial(Path("examples/08_trial/resolve.toml"))
    >>> len(trial_hash(plan))
    64
    """
    content = trial.model_dump(mode="json", exclude_defaults=True)
    words = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def frozen_file(path: Path) -> Path:
    """Give the file that holds the fingerprints of a plan, beside it.

    Parameters
    ----------
    path : Path
        The plan.

    Returns
    -------
    Path
        The same name with ``.frozen.json``.

    Examples
    --------
    >>> frozen_file(Path("resolve.toml")).name
    'resolve.frozen.json'
    """
    return path.with_suffix(".frozen.json")


def freeze(path: Path, on: dt.date, *, reason: str) -> str:
    """Freeze a plan: write its fingerprint beside it, or add an amendment's.

    Parameters
    ----------
    path : Path
        The plan.
    on : datetime.date
        The day.
    reason : str
        Why it is frozen now; for an amendment what changed and why.

    Returns
    -------
    str
        The fingerprint, to be registered or sent to somebody outside the trial.

    Raises
    ------
    TrialError
        If the plan cannot be read, its history belongs to another trial, it is frozen already as it stands, or there
        is no reason.

    Examples
    --------
    >>> import shutil, tempfile
    >>> file = Path(shutil.copy("examples/08_trial/resolve.toml", tempfile.mkdtemp()))
    >>> found = freeze(file, dt.date(2026, 12, 7), reason="before unblinding")
    >>> found == trial_hash(check_frozen(file))
    True
    """
    trial = read_trial(path)
    now = trial_hash(trial)
    if not reason.strip():
        message = f"{path.name}: expected the reason why it is frozen now; say it in a few words"
        raise TrialError(message)
    earlier = _earlier(path, trial)
    if earlier and earlier[-1].sha256 == now:
        message = f"{path.name}: frozen already on {earlier[-1].on}, and not changed since"
        raise TrialError(message)
    history = FreezeHistory(trial=trial.id, freezes=(*earlier, Freeze(sha256=now, on=on, reason=reason)))
    frozen_file(path).write_text(history.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return now


def check_frozen(path: Path) -> Trial:
    """Read a plan that was frozen, and refuse one that was changed since.

    Parameters
    ----------
    path : Path
        The plan.

    Returns
    -------
    Trial
        The plan as it was frozen last.

    Raises
    ------
    TrialError
        If it was never frozen, or differs from what was.

    Examples
    --------
    >>> check_frozen(Path("examples/08_trial/nowhere.toml"))
    Traceback (most recent call last):
    backloop.errors.TrialError: nowhere.toml: expected a trial's plan, there is no such file; check the name
    """
    trial = read_trial(path)
    if not frozen_file(path).exists():
        message = f"{path.name}: never frozen; freeze it before anybody is unblinded"
        raise TrialError(message)
    last = _history(path).freezes[-1]
    if trial_hash(trial) != last.sha256:
        message = (
            f"{path.name}: changed since it was frozen on {last.on}; undo the change, or freeze it as an amendment"
        )
        raise TrialError(message)
    return trial


def _earlier(path: Path, trial: Trial) -> tuple[Freeze, ...]:
    if not frozen_file(path).exists():
        return ()
    history = _history(path)
    if history.trial != trial.id:
        message = f"{path.name}: its fingerprints are those of the trial '{history.trial}'; give this plan its own file"
        raise TrialError(message)
    return history.freezes


def _history(path: Path) -> FreezeHistory:
    try:
        return FreezeHistory.model_validate_json(frozen_file(path).read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValidationError):
        message = f"{frozen_file(path).name}: expected the fingerprints of a plan; restore the file"
        raise TrialError(message) from None


def _explain(fault: Any) -> str:  # noqa: ANN401 - one of pydantic's error details
    place = ".".join(str(part) for part in fault["loc"])
    words = "there is no such key" if fault["type"] == "extra_forbidden" else fault["msg"].removeprefix("Value error, ")
    return f"{place}: {words[0].lower()}{words[1:]}" if place else words

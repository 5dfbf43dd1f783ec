"""A trial's design and allocation at the shell: plans told and frozen, lists drawn and opened.

Decides what is printed, where files lie, and that secrets are written for their owner alone.
"""

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from backloop.cli.exits import ALL_DONE, refuse
from backloop.errors import BackloopError, TrialError
from backloop.trial import (
    AuditLog,
    Trial,
    allocate_next,
    check_frozen,
    check_list,
    check_log,
    commit_seed,
    diagnose_allocation,
    draw_list,
    freeze,
    frozen_file,
    make_seed,
    read_list,
    read_trial,
    redcap_tables,
    trial_hash,
    write_list,
)
from backloop.units import Language, Text

__all__ = ["Drawing", "draw_concealed", "open_line", "show_design"]

_SPARE = 1.2  # lines a stratum for one person expected, because a list cannot be made longer later
_HEADS = {
    "estimands": Text(en="What is asked", zh="估计目标"),
    "analyses": Text(en="How it is answered", zh="分析方法"),
    "modifiers": Text(en="Modifiers, with what was expected", zh="效应修饰因素及事先预期"),
    "allocation": Text(en="Allocation, simulated", zh="随机分配模拟"),
}
_FROZEN = Text(en="frozen, and not changed since", zh="已锁定，此后未改动")
_WORDS = {
    "fingerprint": Text(en="fingerprint", zh="指纹"),
    "guessed": Text(en="allocations guessed rightly", zh="分配被猜中的比例"),
    "certain": Text(en="allocations somebody could be sure of", zh="可被确知的分配比例"),
    "imbalance": Text(en="difference between arms at the end, in people", zh="结束时组间人数差"),
    "false": Text(en="false positives that selection could bring", zh="选择偏倚可致的假阳性率"),
}


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Where a concealed list and what belongs to it are written."""

    concealed: Path
    per_stratum: int | None
    seed_file: Path | None
    redcap: Path | None


def show_design(path: Path, *, freezing: tuple[dt.date, str] | None, simulate: int, seed: int, lang: Language) -> int:
    """Print what a plan asks, freeze it if told to, and give the exit code."""
    try:
        trial = read_trial(path)
        if freezing is not None:
            freeze(path, freezing[0], reason=freezing[1] or _no_reason())
        standing = _standing(path, lang)
        drawn = (
            diagnose_allocation(trial.scheme, trial.people, np.random.default_rng(seed), trials=simulate)
            if simulate
            else None
        )
    except BackloopError as error:
        return refuse(error)
    console = Console()
    console.print(f"\n[bold]{trial.title}[/bold]  [dim]{trial.id}[/dim]", highlight=False)
    console.print(f"{standing}\n{_WORDS['fingerprint'].say(lang)}: {trial_hash(trial)}", highlight=False)
    _show_parts(trial, console, lang)
    if drawn is not None:
        table = _table(_HEADS["allocation"].say(lang))
        table.add_row(_WORDS["guessed"].say(lang), f"{drawn.guessed_share:.1%}")
        table.add_row(_WORDS["certain"].say(lang), f"{drawn.certain_share:.1%}")
        table.add_row(_WORDS["imbalance"].say(lang), f"{drawn.imbalance_mean:.2f}")
        table.add_row(_WORDS["false"].say(lang), f"{drawn.false_positives:.1%} ({drawn.monte_carlo_error:.1%})")
        console.print(table)
    return ALL_DONE


def draw_concealed(path: Path, drawing: Drawing, *, codes: Sequence[str]) -> int:
    """Draw a concealed list (and REDCap's tables), and give the exit code."""
    try:
        trial = read_trial(path)
        strata = len(trial.scheme.strata)
        lines = drawing.per_stratum or ceil(_SPARE * trial.people / strata)
        seed = _seed(drawing.seed_file or drawing.concealed.with_suffix(".seed"))
        if drawing.concealed.exists():
            check_list(read_list(drawing.concealed), seed)
        else:
            write_list(draw_list(trial.scheme, seed, trial=trial.id, per_stratum=lines), drawing.concealed)
        if drawing.redcap is not None:
            _write_redcap(trial, seed, drawing.redcap, codes=codes, lines=lines)
    except BackloopError as error:
        return refuse(error)
    typer.echo(f"{drawing.concealed}")
    typer.echo(f"sha256 of the seed, to be published first: {commit_seed(seed).sha256}")
    return ALL_DONE


def open_line(concealed: Path, person: str, *, stratum: tuple[str, ...], at: str, by: str, log: Path | None) -> int:
    """Open the next line of a list for a person, log it, print the arm, and give the exit code."""
    where = log or concealed.with_suffix(".log.json")
    try:
        found = read_list(concealed)
        before = AuditLog.model_validate_json(where.read_text(encoding="utf-8")) if where.exists() else AuditLog()
        check_log(before, found)
        arm, after = allocate_next(found, before, person, stratum=stratum, at=at, by=by or _no_name())
    except BackloopError as error:
        return refuse(error)
    where.write_text(after.model_dump_json(indent=1), encoding="utf-8")
    typer.echo(arm)
    return ALL_DONE


def _show_parts(trial: Trial, console: Console, lang: Language) -> None:
    parts: dict[str, list[tuple[str, str]]] = {
        "estimands": [(each.id, each.words) for each in trial.estimands],
        "analyses": [
            (
                f"{each.id} ({each.rank})",
                "; ".join(filter(None, (each.model, each.missing, ", ".join(each.covariance)))),
            )
            for each in trial.analyses
        ],
        "modifiers": [(each.title, each.expected) for each in trial.modifiers],
    }
    for name, rows in parts.items():
        table = _table(_HEADS[name].say(lang))
        for row in rows:
            table.add_row(*row)
        if rows:
            console.print(table)


def _table(title: str) -> Table:
    return Table(
        title=f"\n{title}", title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False
    )


def _standing(path: Path, lang: Language) -> str:
    if not frozen_file(path).exists():
        return Text(en="not frozen yet", zh="尚未锁定").say(lang)
    check_frozen(path)
    return _FROZEN.say(lang)


def _seed(path: Path) -> str:
    """Read a secret seed, or draw one and write it for its owner alone."""
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    seed = make_seed()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(seed + "\n")
    return seed


def _write_redcap(trial: Trial, seed: str, folder: Path, *, codes: Sequence[str], lines: int) -> None:
    given = dict(code.partition("=")[::2] for code in codes)
    tables = redcap_tables(trial.scheme, seed, codes=given, per_stratum=lines)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("development", "production"):
        (folder / f"{name}.csv").write_text(getattr(tables, name), encoding="utf-8")


def _no_reason() -> str:
    message = "a plan is frozen for a reason; give it with --reason"
    raise TrialError(message)


def _no_name() -> str:
    message = "the log needs to know who asks; give a name with --by"
    raise TrialError(message)

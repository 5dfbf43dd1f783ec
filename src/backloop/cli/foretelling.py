"""The power of a planned trial at the shell: a world simulated, its figures printed and drawn.

Decides what is printed and how a command ends; simulation and words come from the rooms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import typer
from pydantic import ValidationError

from backloop.cli.exits import ALL_DONE, refuse
from backloop.cli.tabling import show_progress, show_tables
from backloop.errors import BackloopError
from backloop.letters import lay_tables, power_page
from backloop.power import ModelAnalysis, Simulation, World, read_world, simulate
from backloop.units import Language

__all__ = ["Forecast", "print_power"]


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What is to be simulated, how, and where it goes."""

    world: Path
    trials: int
    seed: int
    analysis: Mapping[str, object]
    modifiers: tuple[str, ...]
    people: int | None
    null: bool
    alpha: float
    jobs: int
    scheduler: str
    resume: Path | None
    out: Path | None
    lang: Language
    form: str


def print_power(asked: Forecast) -> int:
    """Simulate a world, print what its analysis finds, and give the exit code."""
    try:
        world = _world(asked)
        analysis = ModelAnalysis.model_validate({**asked.analysis, "modifiers": _modifiers(asked, world)})
        with show_progress("trials") as tell:
            found = simulate(
                world,
                analysis,
                trials=asked.trials,
                seed=asked.seed,
                alpha=asked.alpha,
                workers=asked.jobs,
                scheduler=asked.scheduler,
                folder=asked.resume,
                progress=tell,
            )
    except BackloopError as error:
        return refuse(error)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_url=False)]
        return refuse("; ".join(faults))
    _tell(found, world, asked)
    return ALL_DONE


def _world(asked: Forecast) -> World:
    world = read_world(asked.world)
    world = world if asked.people is None else world.with_people(asked.people)
    return world.without_effect() if asked.null else world


def _modifiers(asked: Forecast, world: World) -> tuple[str, ...]:
    return tuple(modifier.id for modifier in world.modifiers) if asked.modifiers == ("all",) else asked.modifiers


def _tell(found: Simulation, world: World, asked: Forecast) -> None:
    if asked.form == "json":
        typer.echo(found.model_dump_json(indent=2))
    else:
        show_tables(lay_tables(found, lang=asked.lang))
        typer.echo(found.text.say(asked.lang))
    if asked.out is not None:
        asked.out.write_text(power_page(found, title=world.title or world.id, lang=asked.lang), encoding="utf-8")
        typer.echo(str(asked.out))

"""The tour: one made-up person walks the house in the terminal, and two letters are written.

Decides the order of the tour; everything shown is computed on the way.
"""

import datetime as dt
from pathlib import Path
from time import perf_counter

from rich.console import Console

from backloop.cli.printing import show, version_line
from backloop.cli.walking import walk, write_files
from backloop.library import Library
from backloop.record import make_person
from backloop.units import Language, Text

__all__ = ["tour"]

_OPENING = Text(
    en="One made-up person, no real patient. Seven steps: read, score, infer, prescribe, schedule, follow, explain.",
    zh="以下为一位虚构人物，并非真实患者。七个步骤：读取、计分、推断、制定方案、排期、随访、解释。",
)
_CLOSING = Text(
    en="Two letters, for the patient and for the clinician, and all files are in",
    zh="给患者和给临床人员的两封信，以及全部文件位于",
)
_FIRST_DAY = dt.date(2026, 12, 7)
_WALKERS: dict[Language, int] = {"en": 131, "zh": 18}


def tour(*, seed: int | None, lang: Language, out: Path) -> tuple[Path, Path]:
    """Walk one made-up person through the house and give the paths of the two letters."""
    console = Console()
    console.print(f"[bold]backloop[/bold]  [dim]{version_line()}[/dim]")
    console.print(_OPENING.say(lang))
    library = Library.packaged()
    begun = perf_counter()
    person = make_person(seed=_WALKERS[lang] if seed is None else seed, weeks=(0, 6, 12, 18), library=library)
    steps = walk(person, session="first", start=_FIRST_DAY, library=library)
    seconds = perf_counter() - begun
    show(steps.measures, lang=lang, console=console, session=steps.profile.session_id)
    for noun in (steps.profile, steps.plan, steps.programme, steps.course):
        show(noun, lang=lang, console=console)
    folder = out / person.participant_id
    write_files(steps, folder, lang=lang, library=library)
    console.print(f"\n{_CLOSING.say(lang)} {folder}  [dim]({seconds * 1000:.0f} ms)[/dim]")
    return folder / "letter-patient.html", folder / "letter-clinician.html"

"""Tables and progress of the trial commands at the terminal.

Decides layout alone; captions, heads and cells come from the letters.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text as Styled

from backloop.letters import PageTable

__all__ = ["show_progress", "show_tables"]


def show_tables(tables: Iterable[PageTable]) -> None:
    """Print tables one below the other, each with the line that says what it rests on."""
    console = Console()
    for table in tables:
        console.print(Styled(f"\n{table.caption}", style="bold"))
        grid = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
        for place, head in enumerate(table.heads):
            grid.add_column(head, overflow="fold", justify="right" if place and not table.is_prose else "left")
        for row in table.rows:
            grid.add_row(*map(Styled, row))
        console.print(grid)
        console.print(Styled(table.foot, style="dim"))


@contextmanager
def show_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give something to call with the work done and its total; it draws a bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)

        def tell(done: int, total: int, /) -> None:
            progress.update(task, completed=done, total=total)

        yield tell

"""The audit of a plan in the terminal: every treatment, rule by rule, with reasons and sources.

Decides columns and colours; the words come from the plan itself.
"""

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

from backloop.plan import Considered, Plan, Prescription, Role, Step
from backloop.units import Language, Text

__all__ = ["show_audit"]

_ROLE = {
    Role.CORE: "bold green",
    Role.ADJUNCT: "green",
    Role.RESEARCH_ONLY: "bold yellow",
    Role.NOT_FEASIBLE: "dim",
    Role.NOT_RECOMMENDED: "red",
    Role.CONTRAINDICATED: "bold white on red",
}
_OUTCOME = {
    "allows": (Text(en="allows", zh="允许"), "green"),
    "asks": (Text(en="asks", zh="需确认"), "yellow"),
    "limits": (Text(en="at most {role}", zh="至多：{role}"), "bold"),
    "leaves out": (Text(en="leaves out", zh="不选用"), "red"),
    "not reached": (Text(en="not reached", zh="未涉及"), "dim"),
}
_CHOSEN = Text(en="chosen", zh="已选用")


def show_audit(plan: Plan, *, lang: Language, console: Console | None = None) -> None:
    """Print what each rule said of each treatment, the chosen ones first.

    Parameters
    ----------
    plan : Plan
        The plan.
    lang : Language
        The language of the words.
    console : Console, optional
        Where to print; standard output if not given.
    """
    entries: list[Prescription | Considered] = [*plan.prescriptions, *plan.considered]
    blocks = [_block(entry, lang) for entry in entries]
    status = Styled(f" {plan.status.text.say(lang)} ", style="bold")
    (console or Console()).print(Group(status, *blocks, Styled("\n" + plan.burden.text.say(lang), style="dim")))


def _block(entry: Prescription | Considered, lang: Language) -> RenderableType:
    head = Styled(f"\n■ {entry.title.say(lang)}  ", style="bold cyan")
    head.append(entry.role.text.say(lang), style=_ROLE[entry.role])
    if isinstance(entry, Prescription):
        head.append(f"  ✓ {_CHOSEN.say(lang)}", style="green")
    rules = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("no_wrap", "no_wrap", "overflow"):
        rules.add_column(no_wrap=column == "no_wrap", overflow="fold")
    for step in entry.steps:
        rules.add_row(step.rule.text.say(lang), _said(step, lang), _reasons(step, lang))
    return Group(head, Padding(rules, (0, 0, 0, 2)))


def _said(step: Step, lang: Language) -> Styled:
    words, style = _OUTCOME[step.outcome]
    return Styled(words.say(lang).format(role=step.at_most.text.say(lang)), style=style)


def _reasons(step: Step, lang: Language) -> Styled:
    lines = Styled()
    for place, reason in enumerate(step.reasons):
        lines.append(("\n" if place else "") + reason.text.say(lang))
        lines.append(f"  [{', '.join(reason.references)}]", style="dim")
    return lines

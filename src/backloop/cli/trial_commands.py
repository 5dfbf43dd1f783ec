"""The commands about trials: design, allocation, analysis and report of one's own trial.

Decides names, options and help; `trialling`, `allotting` and `foretelling` do the work and are loaded when called.
"""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from backloop.cli.options import Lang, LangOption, NounFormat, NounFormatOption

__all__ = ["trial_app"]


class _Model(StrEnum):
    """What every simulated trial is analysed with."""

    CONSTRAINED = "constrained"
    UNCONSTRAINED = "unconstrained"
    BASELINE_ADJUSTED = "baseline-adjusted"
    ANCOVA = "ancova"


trial_app = typer.Typer(
    help="Plan, allocate, analyse and report a randomised trial.",
    epilog="Example: backloop trial design examples/11_trial_report/trial.toml",
    no_args_is_help=True,
)
Plan = Annotated[Path, typer.Argument(metavar="TRIAL.toml", help="The plan.")]
Mapping = Annotated[Path, typer.Argument(metavar="DATA.toml", help="Which column of the table is what.")]
TableOption = Annotated[
    Path | None, typer.Option("--table", help="CSV, TSV or Parquet; the file the mapping names if not given.")
]
Exploratory = Annotated[
    bool, typer.Option("--exploratory", help="Go on without a frozen plan; every table then says so.")
]
Fill = Annotated[
    bool, typer.Option("--fill", help="Meet missing modifiers with the mean and an indicator; refused otherwise.")
]
Seed = Annotated[int, typer.Option(min=0, help="What the random draws depend on.")]
Mic = Annotated[float | None, typer.Option(min=0, help="The least difference between arms that matters, in points.")]
Imputations = Annotated[int, typer.Option(min=2, help="How many completed trials.")]
Jobs = Annotated[int, typer.Option(min=1, help="How many workers share the work.")]
Scheduler = Annotated[str, typer.Option(help="threads, processes, or the tcp:// address of a Dask cluster.")]
Trees = Annotated[int, typer.Option(min=8, help="With --forest: trees of each forest.")]
Nulls = Annotated[int, typer.Option(min=20, help="With --forest: simulated trials without any difference.")]
Out = Annotated[Path | None, typer.Option(help="HTML file to write; none if not given.")]


@trial_app.command("design", epilog="Example: backloop trial design examples/08_trial/resolve.toml --simulate 200")
def trial_design(
    plan: Plan,
    *,
    freeze: Annotated[bool, typer.Option("--freeze", help="Write the plan's fingerprint beside it.")] = False,
    reason: Annotated[str, typer.Option(help="Why it is frozen now; for an amendment, what changed.")] = "",
    date: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of freezing; today if not given.")
    ] = None,
    simulate: Annotated[
        int, typer.Option(min=0, help="Simulate so many allocations: imbalance and how well they are guessed.")
    ] = 0,
    seed: Seed = 1,
    lang: LangOption = Lang.EN,
) -> None:
    """Read a plan, say what it asks and whether it is frozen, and freeze it if told to.

    Exit code 0: the plan is whole; 2: it is not, and every fault is listed.
    """
    from backloop.cli.allotting import show_design

    day = date.date() if date else dt.datetime.now(tz=dt.UTC).astimezone().date()
    frozen = (day, reason) if freeze else None
    raise typer.Exit(show_design(plan, freezing=frozen, simulate=simulate, seed=seed, lang=lang.value))


@trial_app.command(
    "allocate", epilog="Example: backloop trial allocate examples/08_trial/resolve.toml --list concealed.json"
)
def trial_allocate(
    plan: Plan,
    *,
    concealed: Annotated[Path, typer.Option("--list", help="The concealed list: made if it is not there.")],
    per_stratum: Annotated[
        int | None, typer.Option(min=1, help="Lines of every stratum; all people and a fifth more if not given.")
    ] = None,
    seed_file: Annotated[
        Path | None, typer.Option(help="File of the secret seed; made beside the list if it is not there.")
    ] = None,
    redcap: Annotated[Path | None, typer.Option(help="Folder for REDCap's tables, development and production.")] = None,
    code: Annotated[list[str] | None, typer.Option(help="With --redcap: arm=code; repeated for every arm.")] = None,
    person: Annotated[str | None, typer.Option(help="Open the next line for this person and log it.")] = None,
    stratum: Annotated[str, typer.Option(help="With --person: the person's levels, parted by commas.")] = "",
    by: Annotated[str, typer.Option(help="With --person: who asks.")] = "",
    log: Annotated[Path | None, typer.Option(help="With --person: the log; beside the list if not given.")] = None,
) -> None:
    """Draw a concealed list from a secret seed, or open its next line for one person.

    The seed's fingerprint is printed to be published first; list and seed can be read by their owner alone.
    """
    from backloop.cli.allotting import Drawing, draw_concealed, open_line

    if person is not None:
        at = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
        levels = tuple(part.strip() for part in stratum.split(",") if part.strip())
        raise typer.Exit(open_line(concealed, person, stratum=levels, at=at, by=by, log=log))
    drawing = Drawing(concealed=concealed, per_stratum=per_stratum, seed_file=seed_file, redcap=redcap)
    raise typer.Exit(draw_concealed(plan, drawing, codes=tuple(code or ())))


@trial_app.command(
    "analyse",
    epilog="Example: backloop trial analyse examples/11_trial_report/trial.toml examples/11_trial_report/data.toml "
    "--exploratory",
)
def trial_analyse(
    plan: Plan,
    mapping: Mapping,
    *,
    jobs: Jobs = 1,
    scheduler: Scheduler = "processes",
    table: TableOption = None,
    exploratory: Exploratory = False,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
) -> None:
    """Do every analysis of a frozen plan: effects, means, responders, compliers, protocol keepers, risk, forest.

    Exit code 0: all were done; 3: some could not be, and say why; 2: the plan is not frozen, or nothing could be done.
    """
    from backloop.cli.trialling import Ask, Share, print_answers

    ask = Ask(plan, mapping, table=table, exploratory=exploratory, lang=lang.value, form=form.value)
    raise typer.Exit(print_answers(ask, share=Share(jobs, scheduler)))


@trial_app.command(
    "modifiers",
    epilog="Example: backloop trial modifiers examples/11_trial_report/trial.toml examples/11_trial_report/data.toml "
    "--exploratory",
)
def trial_modifiers_command(
    plan: Plan,
    mapping: Mapping,
    *,
    modifier: Annotated[
        list[str] | None, typer.Option(help="Ask about this one; may be repeated; all if none.")
    ] = None,
    sheet: Annotated[bool, typer.Option("--sheet", help="Print the credibility sheet of each as well.")] = False,
    risk: Annotated[
        bool, typer.Option("--risk", help="First the effect by predicted outcome (PATH), and whether one arm spreads.")
    ] = False,
    forest: Annotated[
        bool, typer.Option("--forest", help="Last a causal forest with its null trials; takes minutes, needs EconML.")
    ] = False,
    trees: Trees = 200,
    nulls: Nulls = 200,
    jobs: Jobs = 1,
    scheduler: Scheduler = "processes",
    fill: Fill = False,
    draws: Annotated[int, typer.Option(min=100, help="Draws behind the adjusted p values.")] = 100_000,
    seed: Seed = 0,
    table: TableOption = None,
    exploratory: Exploratory = False,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
) -> None:
    """Ask for whom the treatment does more: every planned modifier, outcome and week, judged together."""
    from backloop.cli.trialling import Ask, Grove, Share, print_modifiers

    ask = Ask(plan, mapping, table=table, exploratory=exploratory, lang=lang.value, form=form.value)
    grove = Grove(trees, nulls, Share(jobs, scheduler)) if forest else None
    names = tuple(modifier or ())
    raise typer.Exit(
        print_modifiers(ask, modifiers=names, fill=fill, draws=draws, seed=seed, sheet=sheet, risk=risk, grove=grove)
    )


@trial_app.command(
    "mediate",
    epilog="Example: backloop trial mediate examples/11_trial_report/trial.toml examples/11_trial_report/data.toml "
    "--exploratory --draws 200",
)
def trial_mediate(
    plan: Plan,
    mapping: Mapping,
    *,
    mediator: Annotated[list[str] | None, typer.Option(help="Through this one; may be repeated; all if none.")] = None,
    draws: Annotated[int, typer.Option(min=100, help="Resamples.")] = 2000,
    seed: Seed = 1,
    jobs: Jobs = 1,
    scheduler: Scheduler = "threads",
    table: TableOption = None,
    exploratory: Exploratory = False,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
) -> None:
    """Ask through what the primary effect runs, and how strong an unmeasured cause would undo it."""
    from backloop.cli.trialling import Ask, Share, print_mediation

    ask = Ask(plan, mapping, table=table, exploratory=exploratory, lang=lang.value, form=form.value)
    share = Share(jobs, scheduler)
    raise typer.Exit(print_mediation(ask, mediators=tuple(mediator or ()), draws=draws, seed=seed, share=share))


@trial_app.command(
    "sensitivity",
    epilog="Example: backloop trial sensitivity examples/11_trial_report/trial.toml "
    "examples/11_trial_report/data.toml --exploratory --imputations 20",
)
def trial_sensitivity_command(
    plan: Plan,
    mapping: Mapping,
    *,
    strategy: Annotated[
        list[str] | None,
        typer.Option(help="J2R, CR, CIR (or CIN, its other name) or LMCF; may be repeated; the plan's if none."),
    ] = None,
    mic: Mic = None,
    imputations: Imputations = 200,
    seed: Seed = 1,
    jobs: Jobs = 1,
    scheduler: Scheduler = "processes",
    table: TableOption = None,
    exploratory: Exploratory = False,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
) -> None:
    """Ask whether the primary result holds when those who left fared otherwise than assumed."""
    from backloop.cli.trialling import Ask, Share, print_sensitivity

    ask = Ask(plan, mapping, table=table, exploratory=exploratory, lang=lang.value, form=form.value)
    share = Share(jobs, scheduler)
    names = tuple(strategy or ())
    raise typer.Exit(print_sensitivity(ask, strategies=names, mic=mic, imputations=imputations, seed=seed, share=share))


@trial_app.command(
    "power", epilog="Example: backloop trial power examples/10_power/resolve.toml --trials 200 --model ancova"
)
def trial_power(
    world: Annotated[Path, typer.Argument(metavar="WORLD.toml", help="Who comes, and what they would answer.")],
    *,
    trials: Annotated[int, typer.Option(min=1, help="How many simulated trials.")] = 1000,
    seed: Seed = 1,
    model: Annotated[_Model, typer.Option(help="What each trial is analysed with.")] = _Model.CONSTRAINED,
    covariance: Annotated[str, typer.Option(help="Its covariance between visits.")] = "unstructured",
    inference: Annotated[
        str, typer.Option(help="How degrees of freedom are counted: kenward-roger, satterthwaite.")
    ] = "kenward-roger",
    outcome: Annotated[list[str] | None, typer.Option(help="An outcome; may be repeated; the first if none.")] = None,
    week: Annotated[list[float] | None, typer.Option(help="A week; may be repeated; all if none.")] = None,
    modifier: Annotated[
        list[str] | None, typer.Option(help="Power of this modification instead, or of all; may be repeated.")
    ] = None,
    people: Annotated[int | None, typer.Option(min=4, help="As many people, shared as the world has them.")] = None,
    null: Annotated[
        bool, typer.Option("--null", help="Without any effect: how often it is found all the same.")
    ] = False,
    alpha: Annotated[float, typer.Option(min=0, max=1, help="Two-sided level.")] = 0.05,
    jobs: Jobs = 1,
    scheduler: Scheduler = "threads",
    resume: Annotated[
        Path | None, typer.Option(help="Folder of finished blocks: a run that was stopped goes on from there.")
    ] = None,
    out: Out = None,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
) -> None:
    """Simulate a planned trial many times: power or false alarms, each with its Monte-Carlo error."""
    from backloop.cli.foretelling import Forecast, print_power

    forecast = Forecast(
        world=world,
        trials=trials,
        seed=seed,
        analysis={"model": model.value, "covariance": covariance, "inference": inference}
        | {"outcomes": tuple(outcome or ()), "weeks": tuple(week or ())},
        modifiers=tuple(modifier or ()),
        people=people,
        null=null,
        alpha=alpha,
        jobs=jobs,
        scheduler=scheduler,
        resume=resume,
        out=out,
        lang=lang.value,
        form=form.value,
    )
    raise typer.Exit(print_power(forecast))


@trial_app.command(
    "blinding",
    epilog="Example: backloop trial blinding examples/11_trial_report/trial.toml examples/11_trial_report/data.toml "
    "--exploratory",
)
def trial_blinding_command(
    plan: Plan,
    mapping: Annotated[
        Path | None, typer.Argument(metavar="DATA.toml", help="Which column of the table is what; not with --counts.")
    ] = None,
    *,
    counts: Annotated[
        Path | None, typer.Option(help="Instead: a CSV of counts with the columns arm, guess, people (and asked).")
    ] = None,
    table: TableOption = None,
    exploratory: Exploratory = False,
    lang: LangOption = Lang.EN,
    form: NounFormatOption = NounFormat.TEXT,
) -> None:
    """Say how well blinding held, round by round: who guessed what, and the indices of James and Bang."""
    from backloop.cli.trialling import Ask, print_blinding

    ask = Ask(plan, mapping, table=table, exploratory=exploratory, lang=lang.value, form=form.value)
    raise typer.Exit(print_blinding(ask, counts=counts))


@trial_app.command(
    "report",
    epilog="Example: backloop trial report examples/11_trial_report/trial.toml examples/11_trial_report/data.toml "
    "--exploratory --imputations 20 --out report.html",
)
def trial_report(
    plan: Plan,
    mapping: Mapping,
    *,
    out: Annotated[Path, typer.Option(help="The HTML file to write.")],
    mic: Mic = None,
    fill: Fill = False,
    forest: Annotated[
        bool, typer.Option("--forest", help="With a causal forest, planned or not; takes minutes, needs EconML.")
    ] = False,
    imputations: Imputations = 200,
    draws: Annotated[int, typer.Option(min=100, help="Resamples of the mediation.")] = 2000,
    seed: Seed = 1,
    jobs: Jobs = 1,
    scheduler: Scheduler = "processes",
    table: TableOption = None,
    exploratory: Exploratory = False,
    lang: LangOption = Lang.EN,
) -> None:
    """Write the whole report: flow, baseline, effects, modifiers, sensitivity, mediation and blinding.

    Exit code 0: every planned analysis was done; 3: some parts could not be, and the report says why; 2: no report.
    """
    from backloop.cli.trialling import Ask, Share, write_report

    ask = Ask(plan, mapping, table=table, exploratory=exploratory, lang=lang.value, form="text")
    share = Share(jobs, scheduler)
    raise typer.Exit(
        write_report(
            ask,
            out,
            mic=mic,
            fill=fill,
            forest=forest,
            imputations=imputations,
            draws=draws,
            seed=seed,
            share=share,
        )
    )

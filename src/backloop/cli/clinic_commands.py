"""The commands of the clinic: make, check, open, copy, restore, verify, take out.

Decides what each command takes; the work is done by the room `web`, loaded when a command runs.
"""

from pathlib import Path
from typing import Annotated

import typer

from backloop.errors import BackloopError

__all__ = ["clinic_app", "open_clinic"]

clinic_app = typer.Typer(
    help="Make, check, copy and restore a clinic.",
    epilog="Example: backloop clinic init clinic",
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(metavar="[FOLDER]", help="The clinic's folder.")]
HERE = Path("clinic")


@clinic_app.command("init", epilog="Example: backloop clinic init clinic --name 'City clinic'")
def clinic_init(
    folder: Folder = HERE,
    *,
    name: Annotated[str, typer.Option(help="What the clinic is called.")] = "backloop",
    origin: Annotated[str, typer.Option(help="The address people will type.")] = "http://localhost:8000",
) -> None:
    """Make a clinic: its folder, its keys, its tables."""
    from backloop.web import Clinic

    with _Refusing():
        clinic = Clinic.make(folder, name=name, origin=origin)
        clinic.migrate()
    typer.echo(f"The clinic is in {folder}. Keep a copy of {folder}/secrets/backup.keys on another machine:")
    typer.echo("without it no backup can be opened. Next: backloop clinic create-admin, then backloop serve.")


@clinic_app.command("check", epilog="Example: backloop clinic check clinic")
def clinic_check(folder: Folder = HERE) -> None:
    """Say whether a clinic is fit to work; exit code 2 when something is at fault."""
    from backloop.cli.exits import ALL_DONE, NOTHING_READ
    from backloop.web import Clinic

    found = Clinic(folder).check()
    for line in found:
        typer.secho(str(line), fg=None if line.holds else "red")
    raise typer.Exit(ALL_DONE if all(line.holds for line in found) else NOTHING_READ)


@clinic_app.command("migrate", epilog="Example: backloop clinic migrate clinic")
def clinic_migrate(folder: Folder = HERE) -> None:
    """Bring the tables to this version's form; make a backup first."""
    from backloop.web import Clinic

    with _Refusing():
        Clinic(folder).migrate()
    typer.echo("All migrations are applied.")


@clinic_app.command("create-admin", epilog="Example: backloop clinic create-admin clinic --name admin --site north")
def clinic_create_admin(
    folder: Folder = HERE,
    *,
    name: Annotated[str, typer.Option(help="What they sign in with.")],
    site: Annotated[str, typer.Option(help="The site's short name: small letters, digits, hyphens.")],
    site_name: Annotated[str, typer.Option(help="What a new site is called.")] = "",
    password_file: Annotated[Path | None, typer.Option(help="File of the password; asked for where not given.")] = None,
) -> None:
    """Make a site administrator, who invites everybody else."""
    from backloop.web import Clinic

    with _Refusing():
        password = (
            password_file.read_text(encoding="utf-8").strip()
            if password_file
            else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        )
        Clinic(folder).create_admin(name, password, site=site, site_name=site_name)
    typer.echo(f"{name} can sign in and will be asked for a second factor.")


@clinic_app.command("backup", epilog="Example: backloop clinic backup clinic --to monday.backup")
def clinic_backup(folder: Folder = HERE, *, to: Annotated[Path, typer.Option(help="The file to write.")]) -> None:
    """Write a locked, checksummed copy of everything, while the clinic goes on working."""
    from backloop.web import Clinic

    with _Refusing():
        manifest = Clinic(folder).back_up(to)
    rows = sum(count for count, _ in manifest.tables.values())
    typer.echo(f"{to}: {rows} rows of {len(manifest.tables)} tables, locked. Checksum in {to}.sha256.")


@clinic_app.command("restore", epilog="Example: backloop clinic restore monday.backup clinic-2 --keys backup.keys")
def clinic_restore(
    backup: Annotated[Path, typer.Argument(help="A file that 'backloop clinic backup' wrote.")],
    folder: Annotated[Path, typer.Argument(help="An empty folder.")],
    *,
    keys: Annotated[Path, typer.Option(help="The backup.keys of the clinic it came from.")],
) -> None:
    """Restore a clinic into an empty place and prove it equal; DATABASE_URL names an empty database if not SQLite."""
    from backloop.web import Clinic

    with _Refusing():
        manifest = Clinic.restore(backup, folder, keys=keys)
    rows = sum(count for count, _ in manifest.tables.values())
    typer.echo(f"{folder}: {rows} rows, equal to the copy of {manifest.made}; both chains are whole.")


@clinic_app.command("export", epilog="Example: backloop clinic export clinic --to bids")
def clinic_export(
    folder: Folder = HERE,
    *,
    to: Annotated[Path, typer.Option(help="A new or empty folder.")],
    everybody: Annotated[
        bool, typer.Option("--everybody", help="Also who did not agree to research: for moving house only.")
    ] = False,
) -> None:
    """Write the records as a BIDS folder, by code and without names."""
    from backloop.web import Clinic

    with _Refusing():
        count = Clinic(folder).export(to, everybody=everybody)
    typer.echo(f"{to}: {count} people, without names.")


@clinic_app.command("verify-audit", epilog="Example: backloop clinic verify-audit clinic --anchors copy.jsonl")
def clinic_verify_audit(
    folder: Folder = HERE,
    *,
    anchors: Annotated[
        Path | None, typer.Option(help="A copy of anchors.jsonl kept elsewhere; the clinic's own if not given.")
    ] = None,
) -> None:
    """Check that no event and no read was changed, taken out, moved or cut off; exit code 2 when one was."""
    from backloop.cli.exits import ALL_DONE, NOTHING_READ
    from backloop.web import Clinic

    with _Refusing():
        report = Clinic(folder).verify_audit(anchors=anchors)
    for fault in report.faults:
        typer.secho(str(fault), err=True, fg="red")
    counts = ", ".join(f"{count} {chain}" for chain, count in report.counts.items())
    typer.echo(f"{counts}: {'whole' if report.is_whole else 'NOT whole'}")
    raise typer.Exit(ALL_DONE if report.is_whole else NOTHING_READ)


@clinic_app.command("rotate-keys", epilog="Example: backloop clinic rotate-keys clinic")
def clinic_rotate_keys(folder: Folder = HERE) -> None:
    """Renew every key, lock names, sealed lists and second factors anew; stop the clinic first, copy backup.keys."""
    from backloop.web import Clinic

    with _Refusing():
        count = Clinic(folder).rotate_keys()
    typer.echo(f"{count} names, lists and second factors are locked with the new key.")
    typer.echo(f"Copy {folder}/secrets/backup.keys elsewhere again.")


@clinic_app.command("work", hidden=True, epilog="Example: backloop clinic work clinic --once")
def clinic_work(
    folder: Folder = HERE,
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop when no job is waiting.")] = False,
    beside: Annotated[bool, typer.Option("--beside", help="Stop when standard input closes.")] = False,
) -> None:
    """Do the long jobs of a clinic; 'backloop serve' starts this by itself."""
    from backloop.web import Clinic

    with _Refusing():
        Clinic(folder).work(until_empty=once, beside=beside)


def open_clinic(folder: Path, *, host: str, port: int, demo: bool) -> None:
    """Open a clinic, or a demonstration with made-up people in a folder that is thrown away."""
    from tempfile import TemporaryDirectory

    from backloop.web import Clinic

    with _Refusing(), TemporaryDirectory(prefix="backloop-demo-") as temporary:
        clinic = Clinic(folder)
        if demo:
            clinic = Clinic.make(Path(temporary) / "clinic", name="backloop", origin=f"http://{host}:{port}", demo=True)
            typer.echo("A demonstration; everybody in it is made up. Name and password:")
            for name, password in clinic.demonstrate().items():
                typer.echo(f"  {name:14} {password}")
        scheme = "https" if clinic.settings.certificate else "http"
        typer.echo(f"Open {scheme}://{host}:{port}/ in a browser. Ctrl+C closes the clinic.")
        clinic.serve(host=host, port=port)


class _Refusing:
    """Say a fault in words and end with code 2."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from backloop.cli.exits import refuse

        if isinstance(error, BackloopError):
            raise typer.Exit(refuse(error)) from None

"""One clinic and what can be done to it: make, check, open, copy, restore, verify, take out.

Decides the order of things for each; Django is set up when the first of them needs it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backloop.errors import InvalidSettings
from backloop.web.keeping.checking import ClinicCheck, check_clinic
from backloop.web.keeping.installing import make_folder
from backloop.web.keeping.manifests import BackupManifest
from backloop.web.keeping.unpacking import unpack_backup
from backloop.web.settings.clinic_settings import ClinicSettings, read_settings
from backloop.web.settings.starting import start_django

if TYPE_CHECKING:
    from backloop.web.store.verifying import ChainReport

__all__ = ["Clinic"]


@dataclass(frozen=True)
class Clinic:
    """A clinic by its folder; one process works for one clinic.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     clinic = Clinic.make(Path(folder) / "clinic", name="City clinic", demo=True)
    ...     clinic.settings.name
    'City clinic'
    """

    folder: Path

    @classmethod
    def make(
        cls, folder: Path, *, name: str = "backloop", origin: str = "http://localhost:8000", demo: bool = False
    ) -> "Clinic":
        """Make a clinic's folder, with settings and fresh keys; `migrate` then makes its tables.

        Raises
        ------
        InvalidSettings
            If the folder is not empty.
        """
        make_folder(folder, name=name, origin=origin, demo=demo)
        return cls(folder)

    @classmethod
    def restore(cls, backup: Path, folder: Path, *, keys: Path) -> BackupManifest:
        """Restore a clinic from its backup into an empty place, and prove it equal.

        Raises
        ------
        UnreadableBackup
            If the backup was changed or cut short, the key is another, the place is not empty, or it is not equal.
        """
        manifest = unpack_backup(backup, folder, keys=keys)
        cls(folder).migrate()
        from backloop.web.keeping.restoring import fill_and_prove

        fill_and_prove(folder, manifest)
        return manifest

    def demonstrate(self) -> dict[str, str]:
        """Fill a new demonstration with made-up people; give each account's password, which is kept nowhere.

        Raises
        ------
        InvalidSettings
            If this is no demonstration.
        """
        if start_django(self.folder).mode != "demo":
            message = "made-up people never go into a clinic of real ones; make a demonstration of its own"
            raise InvalidSettings(message)
        self.migrate()
        from backloop.web.demonstration.filling import fill_demonstration

        return fill_demonstration()

    @property
    def settings(self) -> ClinicSettings:
        """The clinic's settings, read now."""
        return read_settings(self.folder)

    def migrate(self) -> None:
        """Bring the tables to this version's form."""
        start_django(self.folder)
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)

    def check(self) -> tuple[ClinicCheck, ...]:
        """Look whether it is fit to work."""
        return check_clinic(self.folder)

    def serve(self, *, host: str = "127.0.0.1", port: int = 8000, jobs: bool = True) -> None:
        """Open it until it is stopped.

        Raises
        ------
        InvalidSettings
            If a check failed, or a demonstration would be open to others.
        """
        if faults := [str(found) for found in self.check() if not found.holds and found.about != "disk"]:
            message = "the clinic does not open:\n" + "\n".join(faults)
            raise InvalidSettings(message)
        from backloop.web.serving import open_doors

        open_doors(host=host, port=port, jobs=jobs)

    def work(self, *, until_empty: bool = False, beside: bool = False) -> None:
        """Do the long jobs, until none is waiting or until stopped; `beside` a server also until that one ends."""
        start_django(self.folder)
        from backloop.web.serving import work_off

        work_off(until_empty=until_empty, beside=beside)

    def create_admin(self, username: str, password: str, *, site: str, site_name: str = "") -> None:
        """Make a site administrator, and the site if it is new.

        Raises
        ------
        DoorError
            If the name is taken, or name, password or slug do not fit.
        """
        start_django(self.folder)
        from backloop.web.keeping.administering import add_admin

        add_admin(username, password, site=site, site_name=site_name)

    def back_up(self, target: Path) -> BackupManifest:
        """Write a locked, checksummed backup while the clinic goes on working."""
        start_django(self.folder)
        from backloop.web.keeping.backups import back_up

        return back_up(target)

    def export(self, target: Path, *, everybody: bool = False) -> int:
        """Write the records of those who agreed to research (or of everybody) as a BIDS folder; give how many.

        Raises
        ------
        NothingToRead
            If nobody's record may leave.
        """
        start_django(self.folder)
        from backloop.web.keeping.exporting import write_export

        return write_export(target, everybody=everybody)

    def verify_audit(self, *, anchors: Path | None = None) -> "ChainReport":
        """Check that no event and no read was changed, taken out, moved or cut off; anchor the present end if so."""
        start_django(self.folder)
        from backloop.web.store.verifying import drop_anchor, verify_chains

        report = verify_chains(anchors=anchors)
        if report.is_whole:
            drop_anchor()
        return report

    def rotate_keys(self) -> int:
        """Renew every key and lock names, sealed lists and second factors anew; give how many. Stop first."""
        start_django(self.folder)
        from backloop.web.keeping.administering import renew_keys

        return renew_keys()

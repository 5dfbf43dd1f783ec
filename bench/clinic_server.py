"""A PostgreSQL server for a benchmark of its own, and what the system says of a process."""

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

import psutil

FLAGS = "-c listen_addresses='' -c max_connections=60 -c shared_buffers=256MB -c max_wal_size=4GB"


class Cluster:
    """A PostgreSQL server: its own files, a socket in a folder, no network; the files stay when it stops."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        self.programs = found[0] if found else Path(shutil.which("initdb") or "").parent
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self.folder, data = folder, folder / "data"
        if not data.exists():
            folder.mkdir(exist_ok=True)
            for path in (folder, folder.parent, folder.parent.parent):
                shutil.chown(path, self.user)
            self._run("initdb", "-D", data, "-U", "clinic", "-A", "trust", "-E", "UTF8")
        self._run("pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", f"-k {folder} {FLAGS}")
        self.address = f"postgresql://clinic@/postgres?host={folder}"

    @property
    def version(self) -> str:
        """The server's version."""
        told = subprocess.run([self.programs / "postgres", "--version"], check=True, capture_output=True, text=True)
        return told.stdout.split()[-1] if "(" not in told.stdout else told.stdout.split()[2]

    def stop(self) -> None:
        """Stop the server."""
        self._run("pg_ctl", "stop", "-m", "fast", "-D", self.folder / "data")

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.programs / program), *map(str, arguments)]
        as_user = {"user": self.user} if os.getuid() == 0 else {}
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **as_user)


class Watched:
    """A server's processes: how much memory they hold and how long they have worked, its jobs told apart."""

    def __init__(self, process: int) -> None:
        self.process = psutil.Process(process)

    def __call__(self) -> dict[str, float]:
        """Give megabytes and seconds, of those that answer and of the one that does the jobs."""
        told = {"answering_mb": 0.0, "jobs_mb": 0.0, "answering_cpu_s": 0.0, "jobs_cpu_s": 0.0}
        for each in (self.process, *self.process.children(recursive=True)):
            kind = "jobs" if "work" in each.cmdline() else "answering"
            spent = each.cpu_times()
            told[f"{kind}_mb"] += each.memory_info().rss / 2**20
            told[f"{kind}_cpu_s"] += spent.user + spent.system
        return {name: round(value, 1) for name, value in told.items()}


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])

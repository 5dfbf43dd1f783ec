"""Back a clinic up while two threads go on writing to it.

Called by test_backups: ``busy_backup.py FOLDER TARGET``. The last line is JSON: events before, in the copy, and after.
"""

import json
import sys
import threading
from pathlib import Path

from backloop.web.settings.starting import start_django


def main(folder: Path, target: Path) -> None:
    """Write, copy, write on."""
    start_django(folder)
    from django.db import connection

    from backloop.web.demonstration.filling import fill_demonstration
    from backloop.web.keeping.backups import back_up
    from backloop.web.store.events import Actor, add_event
    from backloop.web.store.identities import set_identity
    from backloop.web.store.kinds import Message
    from backloop.web.store.models import Event
    from backloop.web.store.reading import log_read

    fill_demonstration()
    who, stop = Actor(account="writer", role="system"), threading.Event()
    (folder / "uploads" / "rest.edf").write_bytes(bytes(range(256)) * 5000)

    def write() -> None:
        while not stop.is_set():
            event = add_event(who, "K1", Message(to="patient", words="见 you on Tuesday"))
            log_read(who, "K1", "a page")
            if event.seq % 5 == 0:
                set_identity(who, f"K{event.seq}", "name", "王小明")
            stop.wait(0.005)  # as people do; without a pause there would be no moment for a reader
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    before = Event.objects.count()
    manifest = back_up(target)
    after = Event.objects.count()
    stop.set()
    for thread in threads:
        thread.join()
    print(json.dumps({"before": before, "copied": manifest.tables["store.event"][0], "after": after}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""Fill a clinic with the cast, a record each, and tokens.

Called by the tests of a running server: ``filled_clinic.py FOLDER``. The last line is JSON: the tokens and the codes.
"""

import json
import sys
from pathlib import Path

from backloop.web import Clinic


def main(folder: Path) -> None:
    """Make the tables and the cast."""
    Clinic(folder).migrate()
    from backloop.record import make_person
    from backloop.web.api.tokens import make_token
    from backloop.web.people.making import add_record, make_cast

    cast = make_cast()
    for number, patient in enumerate(cast.patients.values(), 1):
        add_record(patient, make_person(seed=number, books=["nrs", "rmdq"]))
    tokens = {name: make_token(cast.accounts[name], name="test", scope="write", days=1) for name in cast.accounts}
    codes = {name: patient.code for name, patient in cast.patients.items()}
    print(json.dumps({"tokens": tokens, "codes": codes}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

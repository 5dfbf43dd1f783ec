"""Filling a clinic for the benchmark: a site of ten teams, patients with answers, some with signed plans and accounts.

Everything goes through the same functions as a person's entry; only the transactions are larger.
"""

import datetime as dt
import json
import sys
import time
from argparse import Namespace
from pathlib import Path

TEAMS = 10
AT_ONCE = 25
PATIENTS_A_DAY = 8
TEMPLATES = 50


def fill_clinic(folder: Path, options: Namespace) -> None:
    """Fill a clinic as far as it is not, and write down who uses it (``bench.json`` in its folder)."""
    from backloop.web import Clinic

    clinic = Clinic(folder) if folder.exists() else Clinic.make(folder, name="bench", origin="http://localhost:8765")
    clinic.migrate()
    filling, whole = _Filling(options), folder / "filled"
    if not whole.exists():
        began = time.perf_counter()
        filling.enter_patients()
        filling.enter_users()
        filling.sign_plans()
        filling.compute()
        whole.write_text(f"{time.perf_counter() - began:.1f}", encoding="utf-8")
    known = filling.known() | {"fill_s": float(whole.read_text(encoding="utf-8"))}
    (folder / "bench.json").write_text(json.dumps(known), encoding="utf-8")


class _Filling:
    """The steps; each goes on where an earlier run was stopped."""

    def __init__(self, options: Namespace) -> None:
        from backloop.web.people.models import CareTeam, Site

        self.options = options
        self.clinicians, self.patients = (int(number) for number in options.users.split("+"))
        self.site, _ = Site.objects.get_or_create(slug="bench", defaults={"name_en": "Bench", "name_zh": "测试"})
        self.teams = [CareTeam.objects.get_or_create(site=self.site, slug=f"team-{at}")[0] for at in range(TEAMS)]

    @property
    def entered(self) -> list:
        """The patients, the first entered first."""
        from backloop.web.people.models import Patient

        return list(Patient.objects.order_by("pk"))

    def enter_patients(self) -> None:
        from django.db import transaction

        from backloop.record import make_person
        from backloop.web.people.making import make_patient

        people = [make_person(seed=seed, weeks=(0, 12)) for seed in range(1, TEMPLATES + 1)]
        have, began = len(self.entered), time.perf_counter()
        for at in range(have, self.options.people, AT_ONCE):
            with transaction.atomic():
                for number in range(at, min(at + AT_ONCE, self.options.people)):
                    patient = make_patient(self.site, self.teams[number % TEAMS])
                    self._enter(patient, people[number % TEMPLATES])
            _tell("patients", at + AT_ONCE, self.options.people, began)

    def _enter(self, patient: object, record: object) -> None:
        from backloop.web.people.making import MAKER
        from backloop.web.store.events import add_events
        from backloop.web.store.kinds import PersonFacts

        who = record.participant.model_copy(update={"participant_id": f"sub-{patient.code}"})
        share = max(self.options.events // self.options.people - 1, len(record.sessions) + 1)
        visits, seen = record.sessions, record.observations
        nouns = [PersonFacts(participant=who, made_up=True), *visits, *seen[: share - len(visits)]]
        at = dt.datetime.now(tz=dt.UTC) - dt.timedelta(weeks=6)
        add_events(MAKER, patient.code, nouns, zone=patient.zone, happened_at=at)

    def enter_users(self) -> None:
        from backloop.web.people.models import Account, RoleGrant
        from backloop.web.people.roles import Role

        def account(name: str, role: Role) -> Account:
            found = Account.objects.filter(username=name).first()
            if found is None:
                found = Account.objects.create_user(name)
                RoleGrant.objects.create(
                    account=found, role=role.value, site=self.site if role is Role.CLINICIAN else None
                )
            return found

        for number in range(self.clinicians):
            self.teams[number % TEAMS].members.add(account(f"clinician-{number}", Role.CLINICIAN))
        for number, patient in enumerate(self.entered[: self.patients]):
            patient.account = account(f"patient-{number}", Role.PATIENT)
            patient.save()

    def sign_plans(self) -> None:
        """Sign the plan of everybody who signs in, as a clinician does, and write six weeks of practice down."""
        from backloop.web.demonstration.characters import Character
        from backloop.web.demonstration.treating import Treated, record_training, sign_first_plan
        from backloop.web.people.models import Account
        from backloop.web.store.models import Event

        clinician = Account.objects.get(username="clinician-0")
        done = set(Event.objects.filter(kind="decision", code="plan").values_list("subject", flat=True))
        today, began = dt.datetime.now(tz=dt.UTC).date(), time.perf_counter()
        own = self.entered[: self.patients]
        for at, patient in enumerate(own):
            if patient.code in done:
                continue
            who = Character(name="", seed=at, week=6, visits=(0,), signed=True)
            start = today - dt.timedelta(weeks=6)
            treated = Treated(patient, who, clinician, start)
            programme = sign_first_plan(treated, at=dt.datetime.now(tz=dt.UTC) - dt.timedelta(weeks=6))
            if programme is not None:
                record_training(treated, programme, today=today)
            _tell("plans", at + 1, len(own), began)

    def compute(self) -> None:
        """Bring the worklist up to date; courses and next tests, a job in the background, for whom somebody opens."""
        from django.db import connection

        from backloop.web.clinic.models import Bookmark, Watch
        from backloop.web.clinic.watching import refresh, review_courses
        from backloop.web.store.models import Event

        codes, began = [patient.code for patient in self.entered], time.perf_counter()
        for at in range(0, len(codes), 100):
            refresh(codes[at : at + 100])
            _tell("worklist", at + 100, len(codes), began)
        last = Event.objects.order_by("-seq").values_list("seq", flat=True)[0]
        Bookmark.objects.update_or_create(name="worklist", defaults={"seq": last})
        opened, began = (
            sorted({code for number in range(self.clinicians) for code in self._day(number)}),
            time.perf_counter(),
        )
        Watch.objects.filter(patient__code__in=opened).update(is_stale=True)
        for at, code in enumerate(opened):
            review_courses.call([code])  # at once, as the process beside the server does it
            _tell("courses", at + 1, len(opened), began)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def known(self) -> dict:
        """Say who uses the clinic, with what opens it to them."""
        from backloop.web.api.tokens import make_token
        from backloop.web.people.models import Account
        from backloop.web.store.models import Event

        accounts = {account.username: account for account in Account.objects.all()}
        own = [(patient.code, accounts[f"patient-{at}"]) for at, patient in enumerate(self.entered[: self.patients])]
        return {
            "clinicians": [
                {"cookie": _sign_in(accounts[f"clinician-{number}"]), "codes": self._day(number)}
                for number in range(self.clinicians)
            ],
            "own": [
                {
                    "code": code,
                    "cookie": _sign_in(account),
                    "token": make_token(account, name="bench", scope="write", days=30),
                }
                for code, account in own
            ],
            "patients": len(self.entered),
            "events": Event.objects.count(),
        }

    def _day(self, number: int) -> list[str]:
        """Name the patients one clinician sees on a day; colleagues of a team see others."""
        theirs = [patient.code for patient in self.entered[number % TEAMS :: TEAMS]]
        first = (number // TEAMS) * PATIENTS_A_DAY % max(len(theirs), 1)
        return (theirs[first:] + theirs[:first])[:PATIENTS_A_DAY]


def _sign_in(account: object) -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session["second_factor"] = True
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _tell(what: str, done: int, of: int, began: float) -> None:
    if done % 100 == 0 or done >= of:
        spent = time.perf_counter() - began
        print(f"  {what}: {min(done, of)} of {of}, {spent:.0f} s", file=sys.stderr, flush=True)

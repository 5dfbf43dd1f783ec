"""The demonstration: who is in it, what happened to them, and that nothing of it breaks a rule of the clinic."""

from collections import Counter

import pytest

pytestmark = pytest.mark.django_db


def test_the_demonstration_has_everything_to_show():
    """Two clinicians, a dozen people from week 0 to 52, one red flag, one open harm, a half-filled trial."""
    from backloop.web.clinic.models import OpenAlert
    from backloop.web.demonstration.filling import fill_demonstration
    from backloop.web.people.models import Participation, Patient, RoleGrant, Study
    from backloop.web.research.designs import plan_of_study
    from backloop.web.research.sealing import check_sealed
    from backloop.web.store.models import Event
    from backloop.web.store.verifying import verify_chains

    words = fill_demonstration()

    north = Patient.objects.filter(site__slug="north")
    study = Study.objects.get()
    alerts = Counter(OpenAlert.objects.values_list("kind", flat=True))
    signed = {event.subject for event in Event.objects.filter(kind="decision", code="plan")}
    assert RoleGrant.objects.filter(role="clinician", site__slug="north").count() == 2
    assert {"clinician", "clinician-2", "patient", "assessor", "coordinator"} <= set(words)
    assert (north.count(), Patient.objects.filter(made_up=False).count()) == (12, 0)
    assert (alerts["safety"], alerts["harm"]) == (1, 1)
    assert len(signed) == 9
    assert Event.objects.filter(kind="session", subject__in=signed).count() > 200
    assert plan_of_study(study).is_frozen
    assert set(Participation.objects.values_list("state", flat=True)) == {
        "screened", "eligible", "excluded", "consented", "allocated", "withdrawn", "completed",
    }  # fmt: skip
    check_sealed(study)
    assert verify_chains().is_whole

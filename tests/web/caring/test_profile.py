"""The profile: mechanisms with findings, what would change the verdict, and two visits side by side."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from backloop.web.store.nouns import profile_of

pytestmark = pytest.mark.django_db


def test_the_profile_shows_every_mechanism_with_its_findings(desk: Any):
    """Each mechanism has its verdict, its certainty, its findings one click away and what would settle it."""
    page, profile = desk.see("profile/"), profile_of(desk.code)

    assert page.count('class="card mechanism"') == len(profile.supports)
    assert page.count("What would change my mind") == len(profile.supports)
    assert page.index("Red flags and safety") < page.index("Why the back may hurt")


def test_two_visits_are_compared(desk: Any):
    """Verdicts and what was measured at both visits stand side by side, in words."""
    page = desk.see("profile/?visit=ses-w12&beside=ses-w00")

    assert "What was measured at both visits" in page
    assert "than before" in page
    assert "What was measured at both visits" not in desk.see("profile/?visit=ses-w12&beside=no-such")


def test_the_red_flag_stands_on_top(referred: Any):
    """A rule that holds is the first thing on the page."""
    page = referred.see("profile/")

    assert "is-present" in page
    assert page.index("is-present") < page.index("Why the back may hurt")


@pytest.mark.parametrize("page", ["profile/", "plan/", "programme/", "course/", "letters/patient/zh/", "harms/"])
def test_rights_of_every_page(page: str, client_of: Callable[[str], Client], clinic_people: Any):
    """Another team's patient is not there; a blinded assessor and the patient are refused; nothing yet is a page."""
    mine, other = clinic_people.patients["mine"].code, clinic_people.patients["other_team"].code

    assert client_of("clinician").get(f"/care/{mine}/{page}").status_code == 200
    assert client_of("clinician").get(f"/care/{other}/{page}").status_code == 404
    assert client_of("assessor").get(f"/care/{mine}/{page}").status_code == 403
    assert client_of("patient").get(f"/care/{mine}/{page}").status_code == 403


def test_a_clinician_who_is_also_the_blinded_assessor_is_refused(
    client_of: Callable[[str], Client], clinic_people: Any
):
    """Blinding binds every other role of the same account."""
    from backloop.web.people.models import RoleGrant

    site, study = clinic_people.sites["north"], clinic_people.study
    RoleGrant.objects.create(account=clinic_people.accounts["clinician"], role="assessor", site=site, study=study)

    assert client_of("clinician").get(f"/care/{clinic_people.patients['mine'].code}/plan/").status_code == 403

"""The seven roles: whom each reaches, which kinds of events it sees, and who is blinded.

Decides rights as one table; how they become a query is decided by `scopes`.
"""

from enum import StrEnum
from typing import Literal

from backloop.units import Frozen, Text
from backloop.web.store.kinds import Kind

__all__ = ["ROLES", "STAFF", "TELLING", "Role", "RoleRule"]


class Role(StrEnum):
    """What somebody is to the clinic.

    Examples
    --------
    >>> Role("assessor") is Role.ASSESSOR
    True
    """

    PATIENT = "patient"
    HELPER = "helper"
    CLINICIAN = "clinician"
    ASSESSOR = "assessor"
    COORDINATOR = "coordinator"
    STATISTICIAN = "statistician"
    SITE_ADMIN = "site_admin"


Reach = Literal["self", "helped", "team", "study", "site"]
"""Whose data: one's own, those one helps, those of one's care teams, of one's studies, of one's site."""


class RoleRule(Frozen):
    """One row of the table of rights.

    `kinds` are the events it may read, `writes` those it may add; `names` whether it sees direct identifiers.
    A `blinded` role never sees allocation nor what treatment was given, whatever other role the same person has.

    Examples
    --------
    >>> ROLES[Role.ASSESSOR].blinded
    True
    """

    title: Text
    reach: Reach
    kinds: frozenset[Kind]
    writes: frozenset[Kind]
    staff: bool = True
    names: bool = False
    blinded: bool = False


_ASSESSED: frozenset[Kind] = frozenset({"person", "visit", "response", "observation", "drawing", "correction"})
_TREATED: frozenset[Kind] = frozenset({"recording", "finding", "decision", "session", "harm", "message", "consent"})

ROLES: dict[Role, RoleRule] = {
    Role.PATIENT: RoleRule(
        title=Text(en="patient", zh="患者"),
        reach="self",
        kinds=_ASSESSED | _TREATED,
        writes=frozenset(
            {"visit", "response", "drawing", "finding", "session", "harm", "message", "consent", "correction"}
        ),
        staff=False,
        names=True,
    ),
    Role.HELPER: RoleRule(
        title=Text(en="helper", zh="协助者"),
        reach="helped",
        kinds=frozenset({"visit", "session", "harm", "message"}),
        writes=frozenset({"observation", "finding", "session", "harm", "message"}),
        staff=False,
    ),
    Role.CLINICIAN: RoleRule(
        title=Text(en="clinician", zh="临床医师"),
        reach="team",
        kinds=_ASSESSED | _TREATED | {"identity"},
        writes=_ASSESSED | _TREATED | {"identity"},
        names=True,
    ),
    Role.ASSESSOR: RoleRule(
        title=Text(en="blinded assessor", zh="盲法评估员"),
        reach="study",
        kinds=_ASSESSED,
        writes=frozenset({"visit", "response", "observation", "drawing", "correction", "recording"}),
        blinded=True,
    ),
    Role.COORDINATOR: RoleRule(
        title=Text(en="trial coordinator", zh="试验协调员"),
        reach="study",
        kinds=_ASSESSED | {"consent", "harm", "allocation", "identity"},
        writes=frozenset({"person", "visit", "consent", "harm", "allocation", "correction", "identity", "message"}),
        names=True,
    ),
    Role.STATISTICIAN: RoleRule(
        title=Text(en="statistician", zh="统计师"),
        reach="study",
        kinds=_ASSESSED | {"harm"},
        writes=frozenset(),
        blinded=True,
    ),
    Role.SITE_ADMIN: RoleRule(
        title=Text(en="site administrator", zh="机构管理员"),
        reach="site",
        kinds=frozenset({"access"}),
        writes=frozenset({"access"}),
    ),
}
"""The table of rights."""

STAFF: frozenset[Role] = frozenset(role for role, rule in ROLES.items() if rule.staff)
"""The roles that need a second factor."""

TELLING: frozenset[str] = frozenset({"session-check", "treatment-decisions"})
"""Worksheets that tell which treatment somebody gets: no blinded role reads an answer to them."""

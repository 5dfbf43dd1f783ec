"""Why a back may hurt, as far as the findings say."""

from backloop.profile.comparison import (
    AgainstNorm,
    AgainstPast,
    against_norms,
    against_past,
)
from backloop.profile.profiles import (
    Finding,
    NextTest,
    Profile,
    Support,
    Verdict,
)
from backloop.profile.weighing import (
    infer,
)
from backloop.profile.weights import (
    Weight,
    verdict_of,
)

__all__ = [
    "AgainstNorm",
    "AgainstPast",
    "Finding",
    "NextTest",
    "Profile",
    "Support",
    "Verdict",
    "Weight",
    "against_norms",
    "against_past",
    "infer",
    "verdict_of",
]

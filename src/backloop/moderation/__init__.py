"""For whom: effect modifiers with their multiplicity, curves, credibility, and honest doubt about single people."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backloop.moderation.benefit import BenefitScore, score_benefit
    from backloop.moderation.credibility import CredibilityAnswer, CredibilitySheet, assess_claims, assess_credibility
    from backloop.moderation.curves import EffectCurve, effect_curve, spline_basis, spline_knots
    from backloop.moderation.heterogeneity import forest_benefit
    from backloop.moderation.modification import find_modifiers
    from backloop.moderation.modifiers import Detectable, EffectAt, ModifierEffect, ModifierSearch, ShrunkenAnswer
    from backloop.moderation.multiplicity import Shrunken, holm, max_t, max_t_limit, shrink
    from backloop.moderation.risk import RiskEffect, SpreadRatio, compare_spread, effect_by_risk

__all__ = [
    "BenefitScore",
    "CredibilityAnswer",
    "CredibilitySheet",
    "Detectable",
    "EffectAt",
    "EffectCurve",
    "ModifierEffect",
    "ModifierSearch",
    "RiskEffect",
    "Shrunken",
    "ShrunkenAnswer",
    "SpreadRatio",
    "assess_claims",
    "assess_credibility",
    "compare_spread",
    "effect_by_risk",
    "effect_curve",
    "find_modifiers",
    "forest_benefit",
    "holm",
    "max_t",
    "max_t_limit",
    "score_benefit",
    "shrink",
    "spline_basis",
    "spline_knots",
]

# Each part is loaded when one of its names is first asked for.
_MODULES = {
    **dict.fromkeys(("BenefitScore", "score_benefit"), "benefit"),
    **dict.fromkeys(("CredibilityAnswer", "CredibilitySheet", "assess_claims", "assess_credibility"), "credibility"),
    **dict.fromkeys(("EffectCurve", "effect_curve", "spline_basis", "spline_knots"), "curves"),
    "find_modifiers": "modification",
    "forest_benefit": "heterogeneity",
    **dict.fromkeys(("Detectable", "EffectAt", "ModifierEffect", "ModifierSearch", "ShrunkenAnswer"), "modifiers"),
    **dict.fromkeys(("Shrunken", "holm", "max_t", "max_t_limit", "shrink"), "multiplicity"),
    **dict.fromkeys(("RiskEffect", "SpreadRatio", "compare_spread", "effect_by_risk"), "risk"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.moderation' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.moderation.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__

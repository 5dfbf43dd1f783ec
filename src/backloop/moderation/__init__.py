"""For whom: effect modifiers with their multiplicity, curves, credibility, and honest doubt about single people."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

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
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "benefit": ("BenefitScore", "score_benefit"),
        "credibility": ("CredibilityAnswer", "CredibilitySheet", "assess_claims", "assess_credibility"),
        "curves": ("EffectCurve", "effect_curve", "spline_basis", "spline_knots"),
        "heterogeneity": ("forest_benefit",),
        "modification": ("find_modifiers",),
        "modifiers": ("Detectable", "EffectAt", "ModifierEffect", "ModifierSearch", "ShrunkenAnswer"),
        "multiplicity": ("Shrunken", "holm", "max_t", "max_t_limit", "shrink"),
        "risk": ("RiskEffect", "SpreadRatio", "compare_spread", "effect_by_risk"),
    },
)

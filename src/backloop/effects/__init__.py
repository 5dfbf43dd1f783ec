"""What a treatment does: contrasts of a fitted model, regressions at one week, responders, nested effects."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

if TYPE_CHECKING:
    from backloop.effects.clustering import ClusterShare, NestedEffects, nested_effects
    from backloop.effects.contrasts import Answer, JointTest, answer, arm_means, joint_test, treatment_effects
    from backloop.effects.proportions import NumberNeeded, Ratio, compare_shares, ratio_of_shares
    from backloop.effects.regressions import Errors, Regression, WeekData, analyse_covariance, read_week, regress
    from backloop.effects.responders import ResponderComparison, ResponderRule, compare_responders
    from backloop.effects.rubin import rubin_rules, to_answer
    from backloop.effects.rulers import check_scale
    from backloop.effects.sizes import StandardisedEffect, standardise_effects, tabulate_means
    from backloop.effects.trials import Effect, Effects

__all__ = [
    "Answer",
    "ClusterShare",
    "Effect",
    "Effects",
    "Errors",
    "JointTest",
    "NestedEffects",
    "NumberNeeded",
    "Ratio",
    "Regression",
    "ResponderComparison",
    "ResponderRule",
    "StandardisedEffect",
    "WeekData",
    "analyse_covariance",
    "answer",
    "arm_means",
    "check_scale",
    "compare_responders",
    "compare_shares",
    "joint_test",
    "nested_effects",
    "ratio_of_shares",
    "read_week",
    "regress",
    "rubin_rules",
    "standardise_effects",
    "tabulate_means",
    "to_answer",
    "treatment_effects",
]

# Each part is loaded when one of its names is first asked for.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "clustering": ("ClusterShare", "NestedEffects", "nested_effects"),
        "contrasts": ("Answer", "JointTest", "answer", "arm_means", "joint_test", "treatment_effects"),
        "proportions": ("NumberNeeded", "Ratio", "compare_shares", "ratio_of_shares"),
        "regressions": ("Errors", "Regression", "WeekData", "analyse_covariance", "read_week", "regress"),
        "responders": ("ResponderComparison", "ResponderRule", "compare_responders"),
        "rubin": ("rubin_rules", "to_answer"),
        "rulers": ("check_scale",),
        "sizes": ("StandardisedEffect", "standardise_effects", "tabulate_means"),
        "trials": ("Effect", "Effects"),
    },
)

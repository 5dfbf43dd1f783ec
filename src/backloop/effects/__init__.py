"""What a treatment does: contrasts of a fitted model, regressions at one week, responders, nested effects."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
_MODULES = {
    **dict.fromkeys(("ClusterShare", "NestedEffects", "nested_effects"), "clustering"),
    **dict.fromkeys(("Answer", "JointTest", "answer", "arm_means", "joint_test", "treatment_effects"), "contrasts"),
    **dict.fromkeys(("NumberNeeded", "Ratio", "compare_shares", "ratio_of_shares"), "proportions"),
    **dict.fromkeys(("Errors", "Regression", "WeekData", "analyse_covariance", "read_week", "regress"), "regressions"),
    **dict.fromkeys(("ResponderComparison", "ResponderRule", "compare_responders"), "responders"),
    **dict.fromkeys(("rubin_rules", "to_answer"), "rubin"),
    "check_scale": "rulers",
    **dict.fromkeys(("StandardisedEffect", "standardise_effects", "tabulate_means"), "sizes"),
    **dict.fromkeys(("Effect", "Effects"), "trials"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.effects' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.effects.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__

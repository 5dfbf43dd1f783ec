"""What works, for whom: the answers of a trial, the models that give them, and what several trials say together."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from backloop.learn.trials import Effect, Effects

if TYPE_CHECKING:
    from backloop.learn.contrasts import Answer, JointTest, answer, arm_means, joint_test, treatment_effects
    from backloop.learn.designs import Design, adjusted_design, constrained_design
    from backloop.learn.endings import Ending
    from backloop.learn.estimates import estimate
    from backloop.learn.layouts import array_design
    from backloop.learn.pooling import ManyPooled, Pooled, leave_one_out, pool, pool_many
    from backloop.learn.repeated import Inference, ManyFits, RepeatedFit, Structure, fit_many, fit_repeated
    from backloop.learn.sightings import Columns
    from backloop.learn.studies import SmallStudyCheck, Studies, compare_arms, read_studies, small_study_check

__all__ = [
    "Answer",
    "Columns",
    "Design",
    "Effect",
    "Effects",
    "Ending",
    "Inference",
    "JointTest",
    "ManyFits",
    "ManyPooled",
    "Pooled",
    "RepeatedFit",
    "SmallStudyCheck",
    "Structure",
    "Studies",
    "adjusted_design",
    "answer",
    "arm_means",
    "array_design",
    "compare_arms",
    "constrained_design",
    "estimate",
    "fit_many",
    "fit_repeated",
    "joint_test",
    "leave_one_out",
    "pool",
    "pool_many",
    "read_studies",
    "small_study_check",
    "treatment_effects",
]

# The engine brings pandas, scipy and a compiler: it is loaded when one of its names is first asked for.
_MODULES = {
    **dict.fromkeys(("Answer", "JointTest", "answer", "arm_means", "joint_test", "treatment_effects"), "contrasts"),
    **dict.fromkeys(("Design", "adjusted_design", "constrained_design"), "designs"),
    **dict.fromkeys(("Inference", "ManyFits", "RepeatedFit", "Structure"), "repeated"),
    **dict.fromkeys(("fit_many", "fit_repeated"), "repeated"),
    **dict.fromkeys(("ManyPooled", "Pooled", "leave_one_out", "pool", "pool_many"), "pooling"),
    **dict.fromkeys(("SmallStudyCheck", "Studies", "compare_arms", "read_studies", "small_study_check"), "studies"),
    "Columns": "sightings",
    "Ending": "endings",
    "array_design": "layouts",
    "estimate": "estimates",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.learn' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.learn.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__

"""What works, for whom: the answers of a trial and the models that give them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from backloop.learn.trials import Effect, Effects

if TYPE_CHECKING:
    from backloop.kernel import (
        Columns,
        Design,
        Ending,
        Inference,
        ManyFits,
        RepeatedFit,
        Structure,
        adjusted_design,
        array_design,
        constrained_design,
        fit_many,
        fit_repeated,
    )
    from backloop.learn.contrasts import Answer, JointTest, answer, arm_means, joint_test, treatment_effects
    from backloop.learn.estimates import estimate

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
    "RepeatedFit",
    "Structure",
    "adjusted_design",
    "answer",
    "arm_means",
    "array_design",
    "constrained_design",
    "estimate",
    "fit_many",
    "fit_repeated",
    "joint_test",
    "treatment_effects",
]

# The engine brings pandas, scipy and a compiler: it is loaded when one of its names is first asked for.
_CONTRASTS = ("Answer", "JointTest", "answer", "arm_means", "joint_test", "treatment_effects")
_MODULES = {**dict.fromkeys(_CONTRASTS, "learn.contrasts"), "estimate": "learn.estimates"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in __all__:
        message = f"module 'backloop.learn' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.{_MODULES.get(name, 'kernel')}"), name)


def __dir__() -> list[str]:
    return __all__

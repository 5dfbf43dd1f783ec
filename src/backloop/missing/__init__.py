"""What missing answers could do to a result: who is missing, what if they fared otherwise, and where it would turn."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backloop.missing.departures import Departures, Strategy, StrategyName, mark_departures, read_departures
    from backloop.missing.imputation import ImputedEffect, ImputedEffects, multiple_imputation
    from backloop.missing.missingness import (
        BaselineOfLost,
        Missingness,
        MissingPattern,
        MissingReason,
        VisitCount,
        describe_missing,
    )
    from backloop.missing.resampling import conditional_imputation
    from backloop.missing.stressing import StressRow, StressTest, stress
    from backloop.missing.tipping import DeltaAnswer, TippingLine, tipping_points

__all__ = [
    "BaselineOfLost",
    "DeltaAnswer",
    "Departures",
    "ImputedEffect",
    "ImputedEffects",
    "MissingPattern",
    "MissingReason",
    "Missingness",
    "Strategy",
    "StrategyName",
    "StressRow",
    "StressTest",
    "TippingLine",
    "VisitCount",
    "conditional_imputation",
    "describe_missing",
    "mark_departures",
    "multiple_imputation",
    "read_departures",
    "stress",
    "tipping_points",
]

# Each part is loaded when one of its names is first asked for.
_MODULES = {
    **dict.fromkeys(("Departures", "Strategy", "StrategyName", "mark_departures", "read_departures"), "departures"),
    **dict.fromkeys(("ImputedEffect", "ImputedEffects", "multiple_imputation"), "imputation"),
    **dict.fromkeys(
        ("BaselineOfLost", "MissingPattern", "MissingReason", "Missingness", "VisitCount", "describe_missing"),
        "missingness",
    ),
    "conditional_imputation": "resampling",
    **dict.fromkeys(("StressRow", "StressTest", "stress"), "stressing"),
    **dict.fromkeys(("DeltaAnswer", "TippingLine", "tipping_points"), "tipping"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.missing' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.missing.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__

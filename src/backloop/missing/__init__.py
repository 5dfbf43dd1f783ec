"""What missing answers could do to a result: who is missing, what if they fared otherwise, and where it would turn."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

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
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "departures": ("Departures", "Strategy", "StrategyName", "mark_departures", "read_departures"),
        "imputation": ("ImputedEffect", "ImputedEffects", "multiple_imputation"),
        "missingness": (
            "BaselineOfLost",
            "MissingPattern",
            "MissingReason",
            "Missingness",
            "VisitCount",
            "describe_missing",
        ),
        "resampling": ("conditional_imputation",),
        "stressing": ("StressRow", "StressTest", "stress"),
        "tipping": ("DeltaAnswer", "TippingLine", "tipping_points"),
    },
)

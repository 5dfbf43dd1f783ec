"""How a treatment works and what it does in those who take it: mediation, compliers, protocol keepers."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backloop.causes.agrema import ReportItem, report_mediation
    from backloop.causes.compliance import ComplierEffect, complier_effect, per_protocol
    from backloop.causes.mediation import mediate
    from backloop.causes.mediators import Mediation, Mediator, PathEffect, Robustness, warn_of_overlap
    from backloop.causes.weighting import ArmWeights, ProtocolWeights, weigh_protocol

__all__ = [
    "ArmWeights",
    "ComplierEffect",
    "Mediation",
    "Mediator",
    "PathEffect",
    "ProtocolWeights",
    "ReportItem",
    "Robustness",
    "complier_effect",
    "mediate",
    "per_protocol",
    "report_mediation",
    "warn_of_overlap",
    "weigh_protocol",
]

# Each part is loaded when one of its names is first asked for.
_MODULES = {
    **dict.fromkeys(("ReportItem", "report_mediation"), "agrema"),
    **dict.fromkeys(("ComplierEffect", "complier_effect", "per_protocol"), "compliance"),
    "mediate": "mediation",
    **dict.fromkeys(("Mediation", "Mediator", "PathEffect", "Robustness", "warn_of_overlap"), "mediators"),
    **dict.fromkeys(("ArmWeights", "ProtocolWeights", "weigh_protocol"), "weighting"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.causes' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.causes.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__

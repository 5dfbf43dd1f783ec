"""How a treatment works and what it does in those who take it: mediation, compliers, protocol keepers."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

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
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "agrema": ("ReportItem", "report_mediation"),
        "compliance": ("ComplierEffect", "complier_effect", "per_protocol"),
        "mediation": ("mediate",),
        "mediators": ("Mediation", "Mediator", "PathEffect", "Robustness", "warn_of_overlap"),
        "weighting": ("ArmWeights", "ProtocolWeights", "weigh_protocol"),
    },
)

"""What other programs measured in tissue: spectra, volumes, thickness, tracts, and light through the skull."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backloop.tissues.freesurfer import (
        CorticalRegion,
        Structures,
        StructureTable,
        name_structure,
        read_freesurfer,
        read_structure_table,
    )
    from backloop.tissues.metabolite_tables import read_metabolites
    from backloop.tissues.metabolites import Amount, MetaboliteTable, Scaling, Tissue, name_metabolite
    from backloop.tissues.morphometry import HeadSize, fit_head_size, read_structure_markers
    from backloop.tissues.nirs import NirsBlock, NirsSeries, read_nirs, read_nirs_markers
    from backloop.tissues.spectroscopy import QUALITY_GATES, QualityGate, Voxel, read_spectrum_markers
    from backloop.tissues.tissue import RELAXATION_3T, Relaxation, TissueCorrection, WaterScaling, correct_for_tissue
    from backloop.tissues.tracts import read_tract_markers

__all__ = [
    "QUALITY_GATES",
    "RELAXATION_3T",
    "Amount",
    "CorticalRegion",
    "HeadSize",
    "MetaboliteTable",
    "NirsBlock",
    "NirsSeries",
    "QualityGate",
    "Relaxation",
    "Scaling",
    "StructureTable",
    "Structures",
    "Tissue",
    "TissueCorrection",
    "Voxel",
    "WaterScaling",
    "correct_for_tissue",
    "fit_head_size",
    "name_metabolite",
    "name_structure",
    "read_freesurfer",
    "read_metabolites",
    "read_nirs",
    "read_nirs_markers",
    "read_spectrum_markers",
    "read_structure_markers",
    "read_structure_table",
    "read_tract_markers",
]

# Each part is loaded when one of its names is first asked for.
_MODULES = {
    **dict.fromkeys(
        ("CorticalRegion", "StructureTable", "Structures", "name_structure", "read_freesurfer", "read_structure_table"),
        "freesurfer",
    ),
    "read_metabolites": "metabolite_tables",
    **dict.fromkeys(("Amount", "MetaboliteTable", "Scaling", "Tissue", "name_metabolite"), "metabolites"),
    **dict.fromkeys(("HeadSize", "fit_head_size", "read_structure_markers"), "morphometry"),
    **dict.fromkeys(("NirsBlock", "NirsSeries", "read_nirs", "read_nirs_markers"), "nirs"),
    **dict.fromkeys(("QUALITY_GATES", "QualityGate", "Voxel", "read_spectrum_markers"), "spectroscopy"),
    **dict.fromkeys(
        ("RELAXATION_3T", "Relaxation", "TissueCorrection", "WaterScaling", "correct_for_tissue"), "tissue"
    ),
    "read_tract_markers": "tracts",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.tissues' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.tissues.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__

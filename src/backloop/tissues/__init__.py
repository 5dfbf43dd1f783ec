"""What other programs measured in tissue: spectra, volumes, thickness, tracts, and light through the skull."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

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
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "freesurfer": (
            "CorticalRegion",
            "StructureTable",
            "Structures",
            "name_structure",
            "read_freesurfer",
            "read_structure_table",
        ),
        "metabolite_tables": ("read_metabolites",),
        "metabolites": ("Amount", "MetaboliteTable", "Scaling", "Tissue", "name_metabolite"),
        "morphometry": ("HeadSize", "fit_head_size", "read_structure_markers"),
        "nirs": ("NirsBlock", "NirsSeries", "read_nirs", "read_nirs_markers"),
        "spectroscopy": ("QUALITY_GATES", "QualityGate", "Voxel", "read_spectrum_markers"),
        "tissue": ("RELAXATION_3T", "Relaxation", "TissueCorrection", "WaterScaling", "correct_for_tissue"),
        "tracts": ("read_tract_markers",),
    },
)

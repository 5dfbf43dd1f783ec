"""Resting functional MRI: from a scan or its region series to amplitude, homogeneity, connectivity and states."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backloop.bold.amplitude import (
        ALFF_CONVENTIONS,
        AlffConvention,
        AmplitudeMap,
        PowerShare,
        alff_interval,
        falff_interval,
        measure_amplitude,
        share_power,
    )
    from backloop.bold.bold import read_bold_markers, read_region_markers
    from backloop.bold.caveats import price_of_bins, price_of_samples, price_of_share, what_was_done
    from backloop.bold.cleaning import Projection, blocks, clean, make_projection
    from backloop.bold.confounds import CONFOUND_STRATEGIES, ConfoundStrategy, Nuisance, read_confounds
    from backloop.bold.connectivity import (
        connect_pairs,
        correlation_interval,
        effective_samples,
        map_seeds,
        mean_by_label,
        mean_series,
    )
    from backloop.bold.derivatives import BoldRun, find_bold_runs
    from backloop.bold.dynamics import StateBook, StateTimes, assign_states, follow_states, read_states, slide_windows
    from backloop.bold.homogeneity import homogeneity_interval, measure_homogeneity
    from backloop.bold.regions import MarkerPair, Region, RegionAtlas, find_columns, load_regions
    from backloop.bold.scans import BoldPlan, BoldScan, Definition, made_up_scan
    from backloop.bold.volumes import read_bold, read_cifti, read_label_image, read_mask

__all__ = [
    "ALFF_CONVENTIONS",
    "CONFOUND_STRATEGIES",
    "AlffConvention",
    "AmplitudeMap",
    "BoldPlan",
    "BoldRun",
    "BoldScan",
    "ConfoundStrategy",
    "Definition",
    "MarkerPair",
    "Nuisance",
    "PowerShare",
    "Projection",
    "Region",
    "RegionAtlas",
    "StateBook",
    "StateTimes",
    "alff_interval",
    "assign_states",
    "blocks",
    "clean",
    "connect_pairs",
    "correlation_interval",
    "effective_samples",
    "falff_interval",
    "find_bold_runs",
    "find_columns",
    "follow_states",
    "homogeneity_interval",
    "load_regions",
    "made_up_scan",
    "make_projection",
    "map_seeds",
    "mean_by_label",
    "mean_series",
    "measure_amplitude",
    "measure_homogeneity",
    "price_of_bins",
    "price_of_samples",
    "price_of_share",
    "read_bold",
    "read_bold_markers",
    "read_cifti",
    "read_confounds",
    "read_label_image",
    "read_mask",
    "read_region_markers",
    "read_states",
    "share_power",
    "slide_windows",
    "what_was_done",
]

# Each part is loaded when one of its names is first asked for.
_MODULES = {
    **dict.fromkeys(
        (
            "ALFF_CONVENTIONS",
            "AlffConvention",
            "AmplitudeMap",
            "PowerShare",
            "alff_interval",
            "falff_interval",
            "measure_amplitude",
            "share_power",
        ),
        "amplitude",
    ),
    **dict.fromkeys(("read_bold_markers", "read_region_markers"), "bold"),
    **dict.fromkeys(("price_of_bins", "price_of_samples", "price_of_share", "what_was_done"), "caveats"),
    **dict.fromkeys(("Projection", "blocks", "clean", "make_projection"), "cleaning"),
    **dict.fromkeys(("CONFOUND_STRATEGIES", "ConfoundStrategy", "Nuisance", "read_confounds"), "confounds"),
    **dict.fromkeys(
        ("connect_pairs", "correlation_interval", "effective_samples", "map_seeds", "mean_by_label", "mean_series"),
        "connectivity",
    ),
    **dict.fromkeys(("BoldRun", "find_bold_runs"), "derivatives"),
    **dict.fromkeys(
        ("StateBook", "StateTimes", "assign_states", "follow_states", "read_states", "slide_windows"), "dynamics"
    ),
    **dict.fromkeys(("homogeneity_interval", "measure_homogeneity"), "homogeneity"),
    **dict.fromkeys(("MarkerPair", "Region", "RegionAtlas", "find_columns", "load_regions"), "regions"),
    **dict.fromkeys(("BoldPlan", "BoldScan", "Definition", "made_up_scan"), "scans"),
    **dict.fromkeys(("read_bold", "read_cifti", "read_label_image", "read_mask"), "volumes"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the imports above give the types
    if name not in _MODULES:
        message = f"module 'backloop.bold' has no attribute '{name}'; it offers {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(f"backloop.bold.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__

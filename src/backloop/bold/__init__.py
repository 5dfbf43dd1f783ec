"""Resting functional MRI: from a scan or its region series to amplitude, homogeneity, connectivity and states."""

from typing import TYPE_CHECKING

from backloop.faces import open_lazily

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
    from backloop.bold.derivatives import BoldRun, find_bold_runs, open_bold_run
    from backloop.bold.dynamics import (
        StateBook,
        StateTimes,
        assign_states,
        connect_within,
        follow_states,
        read_states,
        slide_windows,
    )
    from backloop.bold.harvesting import harvest_bold, harvest_regions, read_bold_markers, read_region_markers
    from backloop.bold.homogeneity import homogeneity_interval, measure_homogeneity
    from backloop.bold.maps import MapFolder, describe_dataset
    from backloop.bold.overviews import connect_places, show_spectrum
    from backloop.bold.regions import MarkerPair, MarkerPlace, Region, RegionAtlas, find_columns, load_regions
    from backloop.bold.scans import BoldPlan, BoldScan, Definition, made_up_scan
    from backloop.bold.volumes import read_bold, read_cifti, read_label_image, read_mask, write_map

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
    "MapFolder",
    "MarkerPair",
    "MarkerPlace",
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
    "connect_places",
    "connect_within",
    "correlation_interval",
    "describe_dataset",
    "effective_samples",
    "falff_interval",
    "find_bold_runs",
    "find_columns",
    "follow_states",
    "harvest_bold",
    "harvest_regions",
    "homogeneity_interval",
    "load_regions",
    "made_up_scan",
    "make_projection",
    "map_seeds",
    "mean_by_label",
    "mean_series",
    "measure_amplitude",
    "measure_homogeneity",
    "open_bold_run",
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
    "show_spectrum",
    "slide_windows",
    "what_was_done",
    "write_map",
]

# Each part is loaded when one of its names is first asked for.
__getattr__, __dir__ = open_lazily(
    __name__,
    __all__,
    {
        "amplitude": (
            "ALFF_CONVENTIONS",
            "AlffConvention",
            "AmplitudeMap",
            "PowerShare",
            "alff_interval",
            "falff_interval",
            "measure_amplitude",
            "share_power",
        ),
        "caveats": ("price_of_bins", "price_of_samples", "price_of_share", "what_was_done"),
        "cleaning": ("Projection", "blocks", "clean", "make_projection"),
        "confounds": ("CONFOUND_STRATEGIES", "ConfoundStrategy", "Nuisance", "read_confounds"),
        "connectivity": (
            "connect_pairs",
            "correlation_interval",
            "effective_samples",
            "map_seeds",
            "mean_by_label",
            "mean_series",
        ),
        "derivatives": ("BoldRun", "find_bold_runs", "open_bold_run"),
        "dynamics": (
            "StateBook",
            "StateTimes",
            "assign_states",
            "connect_within",
            "follow_states",
            "read_states",
            "slide_windows",
        ),
        "harvesting": ("harvest_bold", "harvest_regions", "read_bold_markers", "read_region_markers"),
        "homogeneity": ("homogeneity_interval", "measure_homogeneity"),
        "maps": ("MapFolder", "describe_dataset"),
        "overviews": ("connect_places", "show_spectrum"),
        "regions": ("MarkerPair", "MarkerPlace", "Region", "RegionAtlas", "find_columns", "load_regions"),
        "scans": ("BoldPlan", "BoldScan", "Definition", "made_up_scan"),
        "volumes": ("read_bold", "read_cifti", "read_label_image", "read_mask", "write_map"),
    },
)

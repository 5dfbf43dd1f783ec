"""Brain recordings: the files they come from, and the reading each becomes, with its quality and its doubt."""

from backloop.recordings.harvests import Curve, Harvest, Matrix
from backloop.recordings.readings import Derivation, FileUsed, Reading
from backloop.recordings.regional import read_region_matrix, read_region_table, read_sidecar
from backloop.recordings.series import BoldSeries, Grid, check_tr
from backloop.recordings.sources import TextFile, open_text, parse_number
from backloop.recordings.spectra import (
    CONNECTIVITY_BAND,
    FEWEST_BINS,
    SLOW_4,
    SLOW_5,
    WHOLE_BAND,
    FrequencyBand,
    amplitude_spectrum,
    band_gap,
    frequencies,
    lomb_scargle_rows,
)
from backloop.recordings.streams import RecordingStream, check_recording

__all__ = [
    "CONNECTIVITY_BAND",
    "FEWEST_BINS",
    "SLOW_4",
    "SLOW_5",
    "WHOLE_BAND",
    "BoldSeries",
    "Curve",
    "Derivation",
    "FileUsed",
    "FrequencyBand",
    "Grid",
    "Harvest",
    "Matrix",
    "Reading",
    "RecordingStream",
    "TextFile",
    "amplitude_spectrum",
    "band_gap",
    "check_recording",
    "check_tr",
    "frequencies",
    "lomb_scargle_rows",
    "open_text",
    "parse_number",
    "read_region_matrix",
    "read_region_table",
    "read_sidecar",
]

"""Places: their coordinates are those of the atlas they cite, and a site may give its own."""

from pathlib import Path

import numpy as np
import pytest

from backloop.bold import find_columns, load_regions
from backloop.errors import InvalidBook
from backloop.library import Library, cited_keys
from backloop.recordings import BoldSeries

ATLAS = load_regions()
NETWORKS = {"default-mode": "DefaultMode", "salience": "Salience", "executive": "FrontoParietal"}
NETWORKS |= {"somatomotor": "SomatomotorDorsal", "visual": "Visual"}


@pytest.fixture(scope="module")
def seitzman() -> dict[str, np.ndarray]:
    """Give the atlas as nilearn carries it: the cortical nodes of each network, and all nodes."""
    datasets = pytest.importorskip("nilearn.datasets", reason="the brain extra is not installed")
    atlas = datasets.fetch_coords_seitzman_2018()
    places = atlas.rois[["x", "y", "z"]].to_numpy(dtype=float).round(1)
    cortical = np.char.startswith(np.asarray(atlas.regions, dtype=str), "cortex")
    networks = np.asarray(atlas.networks, dtype=str)
    return {name: places[(networks == name) & cortical] for name in set(networks)} | {"all": places}


@pytest.mark.parametrize("region", NETWORKS)
def test_network_nodes_are_the_atlas_s(seitzman: dict[str, np.ndarray], region: str):
    """Every node of a network is a cortical node of the atlas, and none is missing."""
    assert sorted(ATLAS.region(region).centres) == sorted(map(tuple, seitzman[NETWORKS[region]].tolist()))


@pytest.mark.parametrize("region", [r for r in ATLAS.regions if r.reference == "seitzman-2020"], ids=lambda r: r.id)
def test_cited_places_are_the_atlas_s(seitzman: dict[str, np.ndarray], region):
    """A place that cites the atlas stands at one of its nodes, to the tenth of a millimetre."""
    away = [np.abs(seitzman["all"] - centre).max(axis=1).min() for centre in region.centres]

    assert max(away) < 0.11


def test_every_pair_names_places_and_markers_that_exist():
    """The table of pairs speaks of nothing unknown, and its sources are in the bibliography."""
    library = Library.packaged()
    markers = library.shelf("markers")

    assert [] == [pair.marker for pair in ATLAS.pairs if pair.marker.partition(".")[0] not in markers]
    assert all(ATLAS.region(end) for pair in ATLAS.pairs for end in (pair.start, pair.end))
    assert set(cited_keys(ATLAS.model_dump())) <= set(library.references)


def test_unchecked_places_say_so():
    """Places without checked coordinates are not called verified."""
    unsure = {region.id for region in ATLAS.regions if not region.verified}

    cortex = {"s1-back", "postcentral", "precentral", "paracentral", "supplementary-motor", "acc"}
    assert unsure == cortex | {"vpl", "md", "pag", "vta"}


PARCELS = [
    ("accumbens", ["ACCUMBENS_LEFT", "ACCUMBENS_RIGHT"], ["CAUDATE_LEFT"]),
    ("accumbens-left", ["ACCUMBENS_LEFT", "CIFTI_STRUCTURE_ACCUMBENS_LEFT"], ["ACCUMBENS_RIGHT"]),
    ("mpfc", ["17Networks_LH_DefaultA_PFCm_1"], ["17Networks_LH_ContB_PFCmp_1", "17Networks_LH_DefaultA_PFCd_1"]),
    ("default-mode", ["17Networks_LH_DefaultA_IPL_1", "7Networks_RH_Default_PFC_1"], ["17Networks_LH_ContA_IPS_1"]),
    ("executive", ["17Networks_LH_ContA_IPS_1", "7Networks_RH_Cont_Par_1"], ["DefaultControl_1"]),
    ("salience", ["17Networks_LH_SalVentAttnA_Ins_1"], ["17Networks_LH_SomMotB_Ins_1"]),
    ("postcentral", ["ctx-lh-postcentral", "Right Postcentral Gyrus"], ["ctx-lh-precentral"]),
    ("insula", ["17Networks_LH_SalVentAttnA_Ins_1", "ctx-lh-insula"], ["17Networks_LH_SomMotB_Ins_1"]),
]


@pytest.mark.parametrize(("region", "inside", "outside"), PARCELS, ids=[name for name, _, _ in PARCELS])
def test_parcels_are_found_by_name(region: str, inside: list[str], outside: list[str]):
    """Names of the usual atlases lead to the place, and near misses do not."""
    labels = (*inside, *outside)
    series = BoldSeries(np.zeros((5, len(labels)), np.float32), tr=2.0, kept=np.ones(5, bool), labels=labels)
    found = find_columns(ATLAS.region(region), series)

    assert np.concatenate(found).tolist() == list(range(len(inside)))


def test_a_site_may_replace_a_place(made_brain):
    """A place of the same id takes the packaged one's stead; the others stay."""
    atlas = load_regions(made_brain.regions)

    assert atlas.region("accumbens").centres == (made_brain.places["accumbens"],)
    assert atlas.region("salience") == ATLAS.region("salience")


def test_a_misspelt_place_or_file_is_refused(tmp_path: Path):
    """Unknown ids and fields are told."""
    own = tmp_path / "own.toml"
    own.write_text('[[regions]]\nid = "x"\ncentre = []\n')

    with pytest.raises(InvalidBook, match=r"own\.toml: expected"):
        load_regions(own)
    with pytest.raises(InvalidBook, match="no region 'acumbens'"):
        ATLAS.region("acumbens")

"""Result tables of five programs: each is recognised, its scales kept apart, its failures named."""

from pathlib import Path

import pytest

from backloop.errors import UnreadableSource
from backloop.tissues.metabolite_tables import read_metabolites
from backloop.tissues.metabolites import Scaling, Tissue, name_metabolite

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "brain" / "mrs"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no spectra here")

SUMMARY = """Metab,/Cr+PCr,/Cr+PCr CRLB,mMol/kg,mMol/kg CRLB,mM,mM CRLB,%CRLB,SNR,FWHM
NAA,1.3,0.04,11.2,0.3,9.1,0.25,2.7,44.0,6.1
Glu,1.1,0.09,9.8,0.8,8.0,0.65,8.1,30.0,7.0
Gln,0.0,0.2,0.0,1.7,0.0,1.4,999.0,1.0,7.0
Cr+PCr,1.0,0.02,8.6,0.2,7.0,0.16,2.3,40.0,6.5
"""
CONCENTRATIONS = """Metabs,mean,mean,mean,std,std,std
,raw,internal,molality,raw,internal,molality
NAA,0.4,1.3,11.2,0.01,0.04,0.3
"""
SPANT = """"","X","Y","Z","Dynamic","Coil","NAA","Glu","tCr","Glx","NAA.sd","Glu.sd","tCr.sd","Glx.sd","SNR","tNAA_lw"
"1",1,1,1,1,1,5.95e-05,6.73e-05,6.07e-05,7.19e-05,1.02e-06,4.91e-06,5.85e-07,2.89e-06,63.1,0.0458
"""
TARQUIN = """Signal amplitudes
Row,Col,Slice,Glu,NAA,TCr
1,1,1,3.548e-03,2.788e-03,2.870e-03
CRLBs (standard deviation)
Row,Col,Slice,Glu,NAA,TCr
1,1,1,1.916e-04,1.495e-04,7.857e-05
Fit diagnostics
Row,Col,Slice,Q,metab FWHM (PPM),SNR,water amp
1,1,1,4.048,0.04754,36.23,1.0
Geometry parameters
Rows,1
"""


def _write(tmp_path, text: str, name: str = "table.csv") -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


@needs_data
def test_lcmodel_printed_table_is_read_as_it_stands():
    """The values of a real table: 37 signals, NAA 0.0797 with 11 %, ratio 0.318, FWHM 0.043 ppm, S/N 13."""
    table = read_metabolites(DATA / "svs_97.TABLE")
    naa = table.get("NAA", Scaling.ARBITRARY)

    assert len(table.amounts) == 2 * 37
    assert (naa.value, naa.percent) == (0.0797, 11)
    assert naa.sd == pytest.approx(0.0797 * 0.11)
    assert table.get("NAA", Scaling.RATIO).value == 0.318
    assert table.get("Glx", Scaling.RATIO).value == 0.248
    assert table.get("mI", Scaling.ARBITRARY).percent == 5
    assert (table.fwhm_ppm, table.snr) == (0.043, 13)


@needs_data
def test_lcmodel_spreadsheet_holds_the_same_numbers():
    """Both forms of one fit agree; LCModel cuts long names in the second."""
    printed, spread = (read_metabolites(DATA / name) for name in ("svs_97.TABLE", "svs_97.CSV"))
    both = {(each.metabolite, each.scaling): each for each in printed.amounts}
    shared = [each for each in spread.amounts if (each.metabolite, each.scaling) in both]

    assert len(shared) == 2 * 36
    assert [] == [each for each in shared if each != both[each.metabolite, each.scaling]]


@needs_data
def test_999_percent_means_not_found():
    """Creatine at 999 % has no bound and does not count as an amount of zero."""
    creatine = read_metabolites(DATA / "svs_97.TABLE").get("Cr", Scaling.ARBITRARY)

    assert not creatine.is_detected
    assert creatine.sd is None


@needs_data
def test_lcmodel_is_water_scaled_only_where_it_says_so(tmp_path):
    """DOWS = T among the inputs makes the concentrations water-scaled; without it they are unscaled."""
    text = (DATA / "svs_97.TABLE").read_text(encoding="utf-8")
    scaled = read_metabolites(_write(tmp_path, text + " DOWS = T\n WCONC = 36000.\n", "w.table"))

    assert read_metabolites(DATA / "svs_97.TABLE").get("NAA", Scaling.MOLARITY) is None
    assert scaled.get("NAA", Scaling.MOLARITY).value == 0.0797
    assert scaled.settings["WCONC"] == "36000."


@needs_data
def test_a_table_where_nothing_was_found_says_so(tmp_path):
    """Every row at 999 % is a failed fit, not a brain without metabolites."""
    import re

    text = re.sub(r"\d+%", "999%", (DATA / "svs_97.TABLE").read_text(encoding="utf-8"))

    with pytest.raises(UnreadableSource, match="no metabolite was found"):
        read_metabolites(_write(tmp_path, text, "n.table"))


def test_fsl_summary_keeps_four_scales_apart(tmp_path):
    """Ratio, molality and molarity each have their value and their bound."""
    table = read_metabolites(_write(tmp_path, SUMMARY))
    held = {scaling: table.get("NAA", scaling) for scaling in Scaling}

    assert [held[each].value for each in (Scaling.RATIO, Scaling.MOLALITY, Scaling.MOLARITY)] == [1.3, 11.2, 9.1]
    assert [held[each].sd for each in (Scaling.RATIO, Scaling.MOLALITY)] == [0.04, 0.3]
    assert held[Scaling.ARBITRARY] is None
    assert (table.snr, table.fwhm_hz, table.tissue) == (44, 6.1, Tissue.UNSTATED)
    assert not table.get("Gln", Scaling.MOLALITY).is_detected


def test_fsl_ratios_to_another_metabolite_are_refused(tmp_path):
    """A ratio to water or inositol is not a ratio to creatine."""
    with pytest.raises(UnreadableSource, match="expected ratios to total creatine"):
        read_metabolites(_write(tmp_path, SUMMARY.replace("/Cr+PCr", "/Ins")))


def test_fsl_concentrations_are_read_with_both_header_lines(tmp_path):
    """Mean and std of each scale belong together."""
    table = read_metabolites(_write(tmp_path, CONCENTRATIONS))

    assert table.get("NAA", Scaling.MOLALITY).percent == pytest.approx(100 * 0.3 / 11.2)
    assert table.get("NAA", Scaling.RATIO).value == 1.3


@pytest.mark.parametrize(
    ("quantified", "scaling", "tissue"),
    [
        ("tCr", Scaling.RATIO, Tissue.NONE),
        ("rawWaterScaled", Scaling.MOLARITY, Tissue.NONE),
        ("CSFWaterScaled", Scaling.MOLARITY, Tissue.FLUID),
        ("TissCorrWaterScaled", Scaling.MOLALITY, Tissue.FULL),
    ],
)
def test_osprey_says_its_scale_by_its_name(tmp_path, quantified, scaling, tissue):
    """The file's name decides the scale and what was corrected."""
    file = _write(tmp_path, "NAA\tGlu_Gln\tCr_PCr\n10.5\t14.2\t8.1\n", f"A_{quantified}_Voxel_1_Basis_1.tsv")
    table = read_metabolites(file)

    assert table.get("Glx", scaling).value == 14.2
    assert table.tissue is tissue


def test_older_osprey_tables_are_read(tmp_path):
    """One row a metabolite and data set; the second of two people is taken when asked."""
    rows = "ConC,MetaboliteNumber,MetaboliteString\n1.3,1,NAA\n1.4,1,NAA\n1.1,2,Glu\n1.2,2,Glu\n"
    table = read_metabolites(_write(tmp_path, rows, "off_tCr.csv"), row=2)

    assert [amount.value for amount in table.amounts] == [1.4, 1.2]


def test_spant_is_unscaled_unless_told(tmp_path):
    """Amplitudes carry their bound; ratios to total creatine are made from them."""
    table = read_metabolites(_write(tmp_path, SPANT))

    assert table.get("NAA", Scaling.ARBITRARY).percent == pytest.approx(1.714, abs=0.001)
    assert table.get("Glx", Scaling.RATIO).value == pytest.approx(7.19 / 6.07)
    assert (table.snr, table.fwhm_ppm) == (63.1, 0.0458)
    told = read_metabolites(_write(tmp_path, SPANT), scaling=Scaling.MOLALITY)
    assert told.get("NAA", Scaling.MOLALITY).value == 5.95e-05


def test_tarquin_blocks_are_read(tmp_path):
    """Amplitudes, bounds and diagnostics of one fit; without a water amplitude they are unscaled."""
    table = read_metabolites(_write(tmp_path, TARQUIN))

    assert table.get("NAA", Scaling.ARBITRARY).percent == pytest.approx(5.362, abs=0.001)
    assert table.get("NAA", Scaling.RATIO).value == pytest.approx(2.788 / 2.870)
    assert (table.fwhm_ppm, table.snr) == (0.04754, 36.23)
    scaled = read_metabolites(_write(tmp_path, TARQUIN.replace("36.23,1.0", "36.23,49930")))
    assert scaled.get("NAA", Scaling.MOLARITY) is not None


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("Metab,/Cr+PCr,/Cr+PCr CRLB,%CRLB,SNR,FWHM\n", "summary.csv", "table of FSL-MRS is empty"),
        ("a,b\n1,2\n", "notes.csv", "its layout is another"),
        (TARQUIN.replace("CRLBs (standard deviation)", "Other"), "t.csv", "missing: CRLBs"),
        (SPANT + SPANT.splitlines()[1] + "\n", "s.csv", "holds 2; say which row"),
        (SUMMARY.replace("11.2", "high"), "summary.csv", "column 'mMol/kg': expected a number"),
    ],
)
def test_each_mistake_has_its_message(tmp_path, text, name, said):
    """Empty tables, unknown layouts, missing blocks, several spectra and words are told apart."""
    with pytest.raises(UnreadableSource, match=said):
        read_metabolites(_write(tmp_path, text, name))


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("Cr+PCr", "tCr"), ("PCr_Cr", "tCr"), ("TCr", "tCr"), ("Glu_Gln", "Glx"), ("TNAA", "tNAA"), ("Tau", "Tau")],
)
def test_a_metabolite_has_one_name(spelling, name):
    """Spellings of all programs lead to one name; unknown ones stay."""
    assert name_metabolite(spelling) == name

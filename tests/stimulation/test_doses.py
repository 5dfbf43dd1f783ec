"""What a protocol amounts to agrees with worked numbers, and open fields stay open."""

import pytest

from backloop.stimulation import derive_dose, read_stimulation


@pytest.mark.parametrize(
    ("milliampere", "area", "per_cm2", "c_per_m2"),
    [(2, 35, 0.0571, 686), (2, 25, 0.080, 960), (2, 9, 0.222, 2667), (1, 35, 0.0286, 343)],
)
def test_direct_current_gives_the_worked_densities(milliampere, area, per_cm2, c_per_m2, current):
    """Twenty minutes over usual areas have the published densities."""
    pads = [{"position": "C3", "polarity": "anode", "area_cm2": area}]
    under = derive_dose(current(current_mA=milliampere, electrodes=pads)).electrodes[0]

    assert per_cm2 == pytest.approx(under.current_density_ma_per_cm2, abs=5e-4)
    assert c_per_m2 == pytest.approx(under.charge_density_c_per_m2, abs=0.5)
    assert under.current_density_a_per_m2 == pytest.approx(10 * under.current_density_ma_per_cm2)
    assert under.charge_density_c_per_cm2 == pytest.approx(under.charge_density_c_per_m2 / 10_000)


def test_charge_is_current_times_time(current):
    """2 mA for 20 minutes are 2.4 coulombs; 3 mA for 40 minutes are 7.2."""
    assert derive_dose(current()).charge_c == pytest.approx(2.4)
    assert derive_dose(current(current_mA=3, duration_s=2400)).charge_c == pytest.approx(7.2)


def test_the_density_stays_open_until_both_electrodes_are_told(current):
    """The current also leaves through an electrode whose area nobody stated."""
    anode = [{"position": "C3", "polarity": "anode", "area_cm2": 35}]

    assert derive_dose(current(electrodes=anode)).quantities["current_density_ma_per_cm2"] is None
    assert derive_dose(current()).quantities["current_density_ma_per_cm2"] == pytest.approx(2 / 35)


def test_ten_hertz_of_nibs_bids(magnetic):
    """Forty pulses at 0.1 s every 30 s, 75 times: 3000 pulses in 37.5 minutes of full cycles."""
    dose = derive_dose(magnetic())

    assert (10.0, 40, 4.0, 75) == (dose.frequency_hz, dose.pulses_per_train, dose.train_duration_s, dose.trains)
    assert (3000, 15000.0, 30000) == (dose.pulses_per_session, dose.pulses_per_week, dose.pulses_per_course)
    assert dose.total_s / 60 == pytest.approx(37.5)
    assert dose.session_s == pytest.approx(75 * 4 + 74 * 26)
    assert dose.duty == pytest.approx(4 / 30)


def test_theta_burst_counts_bursts_as_its_train(magnetic):
    """Intermittent theta burst has trains of two seconds with a pause of eight, made of bursts at 5 Hz."""
    timing = {"inter_pulse_interval": 0.02, "pulses_in_burst": 3, "inter_burst_interval": 0.2, "bursts_in_train": 10}
    timing |= {"inter_train_interval": 10, "trains_in_protocol": 20}
    dose = derive_dose(magnetic(modality="iTBS", timing=timing))

    assert (50.0, 5.0, 30) == (dose.frequency_hz, dose.burst_frequency_hz, dose.pulses_per_train)
    assert (2.0, 8.0, 600) == (dose.train_duration_s, dose.train_gap_s, dose.pulses_per_session)


@pytest.mark.parametrize(
    ("intensity", "rmt", "output"),
    [({"value": 110, "basis": "RMT"}, 110, 55), ({"value": 60, "basis": "MSO"}, 120, 60)],
)
def test_intensity_is_turned_into_both_bases(intensity, rmt, output, magnetic):
    """With a threshold of 50 %, percent of threshold and of output follow from each other."""
    dose = derive_dose(magnetic(intensity=intensity))

    assert rmt == pytest.approx(dose.intensity_percent_rmt)
    assert output == pytest.approx(dose.stimulator_output_percent)


def test_what_the_source_leaves_open_stays_open(examples):
    """Of the trial whose trains were not found, only totals and frequency follow."""
    dose = derive_dose(read_stimulation(examples / "extrastim-rtms.toml"))

    assert (10.0, 2000, 20000) == (dose.frequency_hz, dose.pulses_per_session, dose.pulses_per_course)
    assert (None, None, None) == (dose.train_duration_s, dose.train_gap_s, dose.stimulator_output_percent)

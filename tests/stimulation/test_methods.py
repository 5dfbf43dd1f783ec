"""The paragraph of methods tells what is stated in both languages and names what is not."""

import re

from backloop.stimulation import describe_stimulation, read_stimulation

CHINESE = re.compile(r"[㐀-鿿]")


def _methods(examples, name):
    return describe_stimulation(read_stimulation(examples / f"{name}.toml")).methods


def test_a_full_protocol_leaves_nothing_unsaid(examples):
    """With every field filled there is no last sentence on silence."""
    for name in ("worked-rtms", "worked-tdcs"):
        methods = _methods(examples, name)
        assert "Not stated" not in methods.en
        assert "未写明" not in methods.zh


def test_both_languages_give_the_same_numbers(examples):
    """A reader of Chinese reads every number that a reader of English does."""
    for name in ("worked-rtms", "worked-tdcs", "extrastim-rtms", "luedtke-tdcs"):
        methods = _methods(examples, name)
        numbers = [set(re.findall(r"\d+(?:\.\d+)?", words)) for words in (methods.en, methods.zh)]
        assert numbers[0] <= numbers[1]
        assert CHINESE.search(methods.zh)


def test_what_is_open_is_named(examples):
    """Of the trial known from its abstract, intensity and trains are named as not stated."""
    methods = _methods(examples, "extrastim-rtms")

    assert "trains and pauses" in methods.en
    assert "intensity" in methods.en
    assert "2000 pulses a session" in methods.en


def test_the_sentence_of_ten_hertz(magnetic):
    """A train, its start to start and its pause stand side by side."""
    words = describe_stimulation(magnetic()).methods.en

    assert "A train held 40 pulses at 10 Hz (4 s), started every 30 s (pause 26 s), 75 trains" in words


def test_theta_burst_is_told_by_its_bursts(magnetic):
    """Burst and burst rate are both told."""
    timing = {"inter_pulse_interval": 0.02, "pulses_in_burst": 3, "inter_burst_interval": 0.2, "bursts_in_train": 10}
    timing |= {"inter_train_interval": 10, "trains_in_protocol": 20}

    assert (
        "bursts of 3 pulses at 50 Hz, repeated at 5 Hz"
        in describe_stimulation(magnetic(modality="iTBS", timing=timing)).methods.en
    )


def test_one_session_and_one_week_are_said_so(magnetic):
    """A single session in a single week is no plural."""
    methods = describe_stimulation(magnetic(schedule={"sessions": 1, "weeks": 1})).methods

    assert "There was 1 session in 1 week." in methods.en
    assert "共1次，历时1周。" in methods.zh

"""A stimulation protocol as a file: what it amounts to, where it stands against the limits, what a paper must add."""

from pathlib import Path

from backloop.stimulation import check_stimulation, describe_stimulation, read_stimulation

HERE = Path(__file__).parent

for name in ("worked-rtms", "extrastim-rtms", "luedtke-tdcs"):
    protocol = read_stimulation(HERE / f"{name}.toml")
    report = describe_stimulation(protocol)
    print(f"\n{protocol.title}\n  {report.methods.en}\n  {report.methods.zh}")
    for check in check_stimulation(protocol).checks:
        print(f"  [{check.judgement.value}] {check.text.en}")

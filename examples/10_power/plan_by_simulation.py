"""What would a trial like RESOLVE find, with a look at half of its information?"""

from pathlib import Path

from backloop.power import ModelAnalysis, efficacy_boundary, read_world, simulate

world = read_world(Path(__file__).parent / "resolve.toml")

found = simulate(world, ModelAnalysis(model="ancova", outcomes=("nrs", "rmdq"), weeks=(18,)), trials=200, seed=1)
print(found.text.en)
print(found.text.zh)

print(efficacy_boundary((0.5, 1.0)).text.en)

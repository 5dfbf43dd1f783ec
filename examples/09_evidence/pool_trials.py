"""Made-up trials pooled, checked for what small studies do to them, and joined to a network of treatments."""

from pathlib import Path

from backloop.synthesis import compare_network, pool, rank_check, read_network, read_studies, small_study_check

HERE = Path(__file__).parent

# %%
studies = read_studies(HERE / "trials.csv", better="low", measure="MD", unit="points")
print(pool(studies).text.en)
print(f"Egger p = {small_study_check(studies).p:.2f}, Begg p = {rank_check(studies).p:.2f}")

# %%
network = compare_network(read_network(HERE / "network.csv", better="low"), reference="usual care")
print(network.text.en)
for effect in network.against_reference:
    ahead = effect.prediction
    print(f"{effect.treatment:24} {effect.estimate:5.2f}  a further trial: {ahead.low:.2f} to {ahead.high:.2f}")
for rank in network.ranks:
    span = f"{rank.interval.low:g}-{rank.interval.high:g}"
    print(f"{rank.treatment:24} P-score {rank.p_score:.2f}, rank {rank.median} ({span})")

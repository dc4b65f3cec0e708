"""Principal components of a cohort: what they separate, and whom they are fitted on."""

import numpy as np
import pandas as pd
import pytest

from gcin.quality.ancestry import ancestry
from gcin.quality.markers import PLACE, Markers
from gcin.quality.multiqc import placed_samples, render

MARKERS = 3000


def people(sizes=(30, 30), drift=0.1, seed=1):
    """Dosages of populations that drifted apart from one ancestor (Balding and Nichols 1995)."""
    rng = np.random.default_rng(seed)
    ancestor = rng.uniform(0.1, 0.9, MARKERS)
    shape = (1 - drift) / drift
    own = [rng.beta(ancestor * shape, (1 - ancestor) * shape) for _ in sizes]
    parts = [rng.binomial(2, p, (n, MARKERS)) for p, n in zip(own, sizes, strict=True)]
    return np.vstack(parts).astype(np.int8)


def cohort(dosages):
    places = {"chromosome": "1", "position": np.arange(dosages.shape[1])}
    sites = pd.DataFrame(places | {"reference": "A", "alternate": "G"}, columns=PLACE)
    return Markers([f"S{n:02}" for n in range(len(dosages))], sites, dosages)


def pairs(*names):
    columns = ["sample_1", "sample_2", "relation"]
    return pd.DataFrame([(*pair, "first degree") for pair in names], columns=columns, dtype=object)


def components(dosages, related=(), number=2, least=1000):
    return ancestry(cohort(dosages), pairs(*related), number, least).set_index("sample")


def test_the_first_component_parts_two_populations_and_the_second_does_not():
    found = components(people())
    one, two = found[:30], found[30:]
    gap = abs(one["PC1"].mean() - two["PC1"].mean())
    assert gap > 10 * (one["PC1"].std() + two["PC1"].std())
    assert abs(one["PC2"].mean() - two["PC2"].mean()) < one["PC2"].std() + two["PC2"].std()
    assert found["founder"].all()


def test_scores_are_those_of_a_decomposition_of_the_scaled_genotypes():
    dosages = people()
    frequency = dosages.mean(axis=0) / 2
    varies = (frequency > 0) & (frequency < 1)
    scaled = (dosages - 2 * frequency)[:, varies] / np.sqrt(2 * frequency * (1 - frequency))[varies]
    left, values, _ = np.linalg.svd(scaled, full_matrices=False)
    found = components(dosages)[["PC1", "PC2"]].to_numpy()
    for number in range(2):
        expected = left[:, number] * values[number]
        side = np.sign(expected @ found[:, number])
        assert found[:, number] == pytest.approx(side * expected, abs=1e-2)


def test_relatives_are_projected_and_make_no_component_of_their_own():
    dosages = people((60,))
    family = np.vstack([dosages, *[dosages[:1]] * 8])
    copies = [f"S{n}" for n in range(60, 68)]
    related = [(one, two) for one in ["S00", *copies] for two in ["S00", *copies] if one < two]
    without, within = components(family, related), components(family)
    assert without["founder"].sum() == 60
    assert without.loc[["S00", *copies], "founder"].sum() == 1
    assert without["PC1"].loc["S00"] == pytest.approx(without["PC1"].loc["S67"])
    others = [name for name in without.index if name not in ["S00", *copies]]
    spread = {own: found["PC1"].loc["S00"] / found["PC1"].loc[others].std()
              for own, found in {"without": without, "within": within}.items()}  # fmt: skip
    assert abs(spread["without"]) < 2 < 5 < abs(spread["within"])


def test_too_few_markers_or_founders_place_nobody(tmp_path):
    dosages = people()
    dosages[5, 900:] = -1
    found = components(dosages)
    assert found.loc["S05", ["founder", "markers"]].tolist() == [0, 900]
    assert found["PC1"].isna().sum() == 1
    assert components(dosages[:2])["PC1"].isna().all()
    assert components(dosages[:0])["PC1"].empty
    found.to_csv(tmp_path / "a.tsv", sep="\t")
    assert len(placed_samples(tmp_path / "a.tsv")) == 59


def test_they_are_drawn_on_the_page(tmp_path):
    components(people()).to_csv(tmp_path / "a.tsv", sep="\t")
    page = tmp_path / "page.html"
    render({"ancestry": placed_samples(tmp_path / "a.tsv")}, [], page, "cohort a")
    text = page.read_text()
    assert 'data-plot-anchor="gcin_ancestry_plot" data-type="scatter plot"' in text
    assert "relatives are projected" in text

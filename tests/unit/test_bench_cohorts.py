"""The benchmark on real cohorts measures what it says, and keeps the other sections of its file."""

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import measuring
from cohort_figures import Figure, measured, print_figures, table_of
from cohorts import KINDS, READS, STACKS, merged, with_transforms

ROOT = Path(__file__).parents[2]
FIGURE = Figure("s", "response", 0.9, 0.02, 0.95, (0.6, 0.7), arm="a")


@pytest.fixture
def found():
    """Designs of which `ridge` orders all but few patients, and `clinical` none."""
    random = np.random.default_rng(1)
    patients = pd.DataFrame({"patient": [f"P{n}" for n in range(200)], "arm": ["a", "b"] * 100})
    patients["response"] = random.integers(0, 2, 200).astype(float)
    noise = {"ridge": 0.6, "gcin": 0.3, "product": 0.3, "clinical": 50.0}
    said = [
        patients[["patient", "arm"]].assign(
            design=design,
            endpoint="response",
            fold=np.arange(200) // 20,
            value=patients["response"] + spread * random.normal(size=200),
        )
        for design, spread in noise.items()
    ]
    return measured(FIGURE, pd.concat(said), patients)


def test_every_fold_and_design_is_measured_in_the_arm_asked(found):
    assert found.folds.shape == (10, 4)
    assert found.folds.loc[0].notna().all()
    assert found.best == "ridge"
    assert found.folds["gcin"].mean() > 0.9


def test_figures_of_networks_are_kept_apart_by_all_that_networks_are_given():
    rules = (ROOT / "workflow" / "rules" / "inputs.smk").read_text()
    _, function = rules.split("def settings_of_network")
    keys = re.findall(r"for key in \((.+)\)", function)[0]
    assert {*re.findall(r"\w+", keys), "network", "training"} == {*READS["network"]}


def test_gap_is_paired_and_its_interval_holds_it(found):
    mean, low, high, p = found.gap("gcin")
    assert mean == pytest.approx((found.folds["gcin"] - found.folds["ridge"]).mean())
    assert low < mean < high
    assert (p < 0.05) == (low > 0)


def test_bounds_are_told_of_the_product_and_of_what_looks_like_a_leak(found, capsys):
    print_figures("f", found)
    lines = dict(line.split("\t", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["f: product"].endswith("0.9\tholds")
    assert lines["f: clinical"].endswith("-\t-")
    assert lines["f: the best, where a leak is looked for"].endswith("0.95\tshort")


def test_of_amounts_the_least_error_is_the_best(capsys):
    amounts = pd.DataFrame({"patient": ["P1", "P2"] * 5, "arm": "a", "dose_amount": 30.0})
    amounts["patient"] += [str(number) for number in range(10)]
    errors = {"ridge": 2.0, "clinical": 3.0, "gcin": 2.5, "product": 1.0}
    said = [
        amounts[["patient", "arm"]].assign(
            design=design, endpoint="dose", fold=range(10), value=30 - error + np.arange(10) / 100
        )
        for design, error in errors.items()
    ]
    figure = Figure("s", "dose", 1.5, 0.1, 0.5, (9.0, 2.0), gain=0.2, is_error=True)
    own = measured(figure, pd.concat(said), amounts)
    assert own.best == "ridge"
    assert own.folds["ridge"].mean() == pytest.approx(2 - 0.045)
    print_figures("f", own)
    lines = dict(line.split("\t", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["f: product"].endswith("1.5\tholds")
    assert lines["f: the best, where a leak is looked for"].endswith("0.5\tholds")
    assert lines["f: gcin less ridge"].endswith("0.1\tshort")
    assert lines["f: product less ridge"].endswith("-0.2\tholds")


def test_table_has_a_row_for_every_design(found):
    rows = [line for line in table_of({"f": found}) if line.startswith("| f |")]
    assert len(rows) == 4
    assert sum("the best simple one" in row for row in rows) == 1


def test_a_section_is_replaced_and_the_others_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(measuring, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    for title, line in [("One", "old"), ("Two", "kept"), ("One", "new")]:
        measuring.write_section(title, [line])
    text = (tmp_path / "docs" / "results.md").read_text()
    assert text == "# Results\n\n## One\n\nnew\n\n## Two\n\nkept\n"


def test_stacks_average_declared_designs():
    assert {member for members in STACKS.values() for member in members} <= set(KINDS)


def test_a_configuration_is_laid_over_another_key_by_key():
    over = merged({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": 3}, "d": [2]})
    assert over == {"a": {"b": 3, "c": 2}, "d": [2]}


@pytest.mark.parametrize(
    ("example", "study", "transforms"),
    [("warfarin", "warfarin", {"dose": "sqrt"}), ("aml", "aml", None)],
)
def test_quantities_are_learnt_on_the_scale_that_the_card_declares(example, study, transforms):
    own = measuring.ROOT / "config" / "examples" / example / "config.yaml"
    settings = merged({"model": {"preparation": {}}}, yaml.safe_load(own.read_text()))
    found = with_transforms(settings, study)
    assert found["model"]["preparation"].get("transforms") == transforms
    assert (found == settings) == (transforms is None)

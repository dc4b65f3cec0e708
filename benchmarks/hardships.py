"""What each hardship of a planted cohort costs, on cohorts of which nothing else is reported.

One cohort of 2,500 patients and 100 genes for each hardship, all of one seed, so that they differ
by the hardship alone. Two designs learn from the first 1,500 patients and are scored on the others.
"""

import argparse
from pathlib import Path

import pandas as pd
from measuring import ROOT, use_one_thread
from planted import Job, average, predictions, simulate
from scores import received, right, scores_of

# No design reads common markers, so that linkage can move nothing here.
HARDSHIPS = {
    "none": [],
    "hidden confounder": ["--hidden", "0.5"],
    "missing, 30 %, for no reason": ["--missing-share", "0.3"],
    "missing, 30 %, by age and ECOG": ["--missing-share", "0.3", "--missing", "mar"],
    "missing, 30 %, by the value": ["--missing-share", "0.3", "--missing", "mnar"],
    "batches of sites": ["--site-effects", "1"],
    "two panels": ["--panels"],
    "two sites settle the outcome": ["--site-shortcut", "1"],
    "the same, and batches": ["--site-shortcut", "1", "--site-effects", "1"],
    "decoy genes": ["--decoy-genes"],
}
KEYS = ("AUC", "mean error of p", "PEHE", "policy share")


def main() -> None:
    """Simulate, train what is missing, and print a table."""
    use_one_thread()
    options = _options()
    columns = ["hardship", "best accuracy", "given", "design", "accuracy / best", *KEYS]
    print("| " + " | ".join(columns) + " |", "|---" * len(columns) + "|", sep="\n", flush=True)
    for number, (name, dials) in enumerate(HARDSHIPS.items()):
        if name not in options.hardships:
            continue
        cohort = options.folder / f"seed-{options.seed}-{options.genes}-{number}"
        own = ["--seed", str(options.seed), "--genes", str(options.genes), *dials]
        simulate(cohort, options.size + options.tested, own)
        for design in options.designs:
            said = average([predictions(Job(cohort, options.size, options.tested, design, 1))])
            print(row(name, design, said, cohort), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=21, help="of the cohorts")
    parser.add_argument("--genes", type=int, default=100)
    parser.add_argument("--hardships", nargs="+", choices=list(HARDSHIPS), default=list(HARDSHIPS))
    parser.add_argument("--designs", nargs="+", default=["gcin", "ridge"])
    parser.add_argument("--size", type=int, default=1_500, help="patients learnt from")
    parser.add_argument("--tested", type=int, default=1_000)
    parser.add_argument("--folder", type=Path, default=ROOT / "benchmarks/results/hardships")
    return parser.parse_args()


def row(hardship: str, design: str, said: pd.DataFrame, cohort: Path) -> str:
    """Score a design beside the best possible, and beside the arms given.

    Args:
        hardship: Its name.
        design: Likewise.
        said: Chances of response, patients x arms.
        cohort: Folder of the cohort.
    """
    tested = pd.read_parquet(cohort / "patients.parquet").set_index("patient").loc[said.index]
    truth = pd.read_parquet(cohort / "truth" / "probability.parquet").loc[said.index]
    best = right(truth, tested).mean()
    scores = scores_of(said, truth, tested)
    told = [best, received(truth, tested).mean(), scores["accuracy"] / best]
    cells = [f"{value:.3f}" for value in [*told, *(scores[key] for key in KEYS)]]
    return "| " + " | ".join([hardship, *cells[:2], design, *cells[2:]]) + " |"


if __name__ == "__main__":
    main()

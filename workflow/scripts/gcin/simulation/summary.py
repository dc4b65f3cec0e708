"""The five lines that a demonstration ends with: `python -m gcin.simulation.summary CONFIG`."""

import sys
from pathlib import Path

import pandas as pd
import yaml

from gcin._log import use_one_arrow_thread


def main(arguments: list[str]) -> int:
    """Print what came out of a run on a simulated hospital, from the folder of its results."""
    if len(arguments) != 1:
        print("usage: python -m gcin.simulation.summary CONFIG", file=sys.stderr)
        return 2
    use_one_arrow_thread()
    config = yaml.safe_load(Path(arguments[0]).read_text())
    try:
        print(summary(config, Path("results")))
    except FileNotFoundError as error:
        print(f"error: {error.filename} is missing: the run is not complete.", file=sys.stderr)
        return 1
    return 0


def summary(config: dict, results: Path) -> str:
    """Sum up the first study of a configuration.

    Args:
        config: The settings of the run.
        results: Folder of the results.

    Returns:
        Five lines: report; patients; variants found of those planted; the network, the best
        baseline and the best possible; the patients' pages.

    Raises:
        FileNotFoundError: A result is missing.
    """
    study = next(iter(config["studies"]))
    edition = _current(results / "studies" / study)
    planted = pd.read_csv(edition / "evaluation" / "planted.tsv", sep="\t")
    patients = pd.read_parquet(edition / "splits" / "patients.parquet", columns=["cohort", "role"])
    network = config["studies"][study]["predict_with"]
    lines = {
        "report": edition / "report" / "index.html",
        "patients": patients_line(patients),
        "variants": variants_line(planted),
        "models": models_line(planted, network),
        "patient pages": edition / "prediction" / "pages" / "index.html",
    }
    for name in ("report", "patient pages"):
        if not lines[name].is_file():
            raise FileNotFoundError(2, "No such file", str(lines[name]))
    return "\n".join(f"{name + ':':<15}{text}" for name, text in lines.items())


def patients_line(patients: pd.DataFrame) -> str:
    """Count patients by what they are for.

    Args:
        patients: `cohort role`, one row per patient.
    """
    counts = patients["role"].value_counts().reindex(["train", "external", "new"], fill_value=0)
    return (
        f"{len(patients)} in {patients['cohort'].nunique()} hospitals: {counts['train']} to learn "
        f"from and test on, {counts['external']} external, {counts['new']} new to predict"
    )


def variants_line(planted: pd.DataFrame) -> str:
    """Say how many planted variants were found in the patients who came as reads.

    Args:
        planted: As `score_planted` writes it.
    """
    calling = planted[planted["design"] == "calling"].set_index(["endpoint", "metric"])
    found, extra = calling.loc[("ALL", "found")], calling.loc[("ALL", "extra")]
    return (
        f"{found['value']:.0f} found of {found['bayes']:.0f} planted in {found['n']} patients "
        f"who came as reads, {extra['value']:.0f} extra"
    )


def models_line(planted: pd.DataFrame, network: str) -> str:
    """Set the network beside the best baseline and the best possible, on the locked test.

    Args:
        planted: As `score_planted` writes it.
        network: Design of the network.
    """
    tested = planted[planted["endpoint"] == "response"]
    accuracy = tested[tested["metric"] == "accuracy"].set_index("design")
    auc = tested[tested["metric"] == "roc_auc"].set_index("design")
    best = auc["value"].drop(network).idxmax()
    named = [(network, auc["value"][network], accuracy["value"][network])]
    named += [(best, auc["value"][best], accuracy["value"][best])]
    named += [("best possible", auc["bayes"].iloc[0], accuracy["bayes"].iloc[0])]
    shown = ", ".join(f"{name} {a:.3f} ({b:.3f})" for name, a, b in named)
    return f"response AUC (accuracy) on {auc['n'].iloc[0]} unseen patients: {shown}"


def _current(folder: Path) -> Path:
    """Follow a pointer to the newest edition."""
    return folder / (folder / "current").read_text().strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""An isolation forest of annotations, as GATK's tools of VETS ask for one (PYTHON_SCRIPT).

GATK's own script wants packages that are older than any other step's. What it does is the same:
missing annotations are the median, a site scores by how many cuts isolate it. GATK runs this file
by its path, once to train and once for each score.
"""

import argparse
import json
import pickle
from pathlib import Path

import h5py
import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline


def read_annotations(path: str) -> tuple[list[str], np.ndarray]:
    """Read GATK's table: names, and sites x annotations, NaN where a site lacks one."""
    with h5py.File(path) as table:
        names = [name.decode() for name in table["annotations/names"][()]]
        chunks = range(int(table["annotations/num_chunks"][0]))
        return names, np.vstack([table[f"annotations/chunk_{n}"][()] for n in chunks])


def train(annotations: str, hyperparameters: str, prefix: str) -> None:
    """Fit a forest, and write it where GATK looks for it: `{prefix}.scorer.pkl`."""
    names, sites = read_annotations(annotations)
    forest = IsolationForest(**json.loads(Path(hyperparameters).read_text()))
    model = make_pipeline(SimpleImputer(strategy="median"), forest).fit(sites)
    Path(f"{prefix}.scorer.pkl").write_bytes(pickle.dumps((names, model)))


def score(annotations: str, scorer: str, scores: str) -> None:
    """Score sites; a higher score is more like the training sites.

    Raises:
        ValueError: The forest was trained on other annotations.
    """
    names, sites = read_annotations(annotations)
    trained, model = pickle.loads(Path(scorer).read_bytes())
    if names != trained:
        raise ValueError(f"the forest was trained on {trained}, and is asked for {names}")
    with h5py.File(scores, "w") as table:
        table.create_dataset("data/scores", data=model.score_samples(sites))


def main() -> None:
    """Do what GATK's words ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    given = ("annotations_file", "hyperparameters_json_file", "output_prefix")
    for name in (*given, "scorer_pkl_file", "output_scores_file"):
        parser.add_argument(f"--{name}")
    asked = parser.parse_args()
    if asked.output_prefix is not None:
        train(asked.annotations_file, asked.hyperparameters_json_file, asked.output_prefix)
    else:
        score(asked.annotations_file, asked.scorer_pkl_file, asked.output_scores_file)


if __name__ == "__main__":
    main()

"""Features of sites and calls, scaled to about -1 to 1: the rows of a patient's variant set."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from gcin.tensors.effects import CLASSES, EFFECTS, effect_of
from gcin.tensors.layout import UNKNOWN_QUALITY

SITE_FEATURES = [
    *(f"class_{kind}" for kind in CLASSES),
    "lof_confidence",
    "score",
    "cadd",
    "revel",
    "spliceai",
    "scored",
    "rarity",
    "frequency_known",
    "protein_fraction",
    "hotspot",
    "pathogenic",
]
CALL_FEATURES = ["dosage", "vaf", "vaf_known", "somatic", "quality"]
VARIANT_FEATURES = SITE_FEATURES + CALL_FEATURES

CADD_SCALE = 40.0  # phred; about the top 0.01 % of all substitutions
RAREST = 1e-6
LAST_RESIDUES = 0.95  # truncations behind this share of the protein are LOFTEE's END_TRUNC
SIGNIFICANCE = {
    "pathogenic": 1.0,
    "likely_pathogenic": 0.7,
    "likely_benign": -0.7,
    "benign": -1.0,
}


def site_features(sites: pd.DataFrame) -> np.ndarray:
    """Describe each site by the columns of SITE_FEATURES.

    - `class_*`: one of CLASSES, by the most severe term.
    - `lof_confidence`: 1 for loss of function, 0.5 in the last 5 % of the protein, else 0.
    - `score`: REVEL, else CADD/40, else the prior of the consequence; at least SpliceAI, and at
      least the prior times the confidence where function is lost. 0 to 1.
    - `cadd` (phred/40), `revel`, `spliceai`: 0 where not annotated; `scored` tells if any was.
    - `rarity`: 1 at a population frequency of 1e-6 or less, 0 at 1 and where not annotated;
      `frequency_known` tells which.
    - `protein_fraction`: place in the protein, 0 where unknown.
    - `hotspot`: 1 where annotated as one.
    - `pathogenic`: ClinVar's word, from -1 (benign) to 1 (pathogenic), 0 where it has none.

    Args:
        sites: Rows of `sites.parquet`.

    Returns:
        float32, sites x features, nothing missing.
    """
    terms = _each(sites["consequence"], effect_of)
    kinds = _each(terms, lambda term: EFFECTS[term].kind)
    columns = {f"class_{kind}": kinds == kind for kind in CLASSES}
    columns["lof_confidence"] = _lof_confidence(terms, sites["protein_fraction"])
    scores = pd.DataFrame(
        {
            "cadd": (sites["cadd"].astype(float) / CADD_SCALE).clip(0, 1),
            "revel": sites["revel"].astype(float),
            "spliceai": sites["spliceai"].astype(float),
        }
    )
    columns["score"] = _score(scores, terms, columns["lof_confidence"])
    columns |= {name: scores[name] for name in scores}
    columns["scored"] = scores.notna().any(axis=1)
    frequency = sites["population_af"].astype(float)
    columns["rarity"] = np.log10(frequency.clip(RAREST, 1)) / np.log10(RAREST)
    columns["frequency_known"] = frequency.notna()
    columns["protein_fraction"] = sites["protein_fraction"]
    columns["hotspot"] = sites["hotspot"]
    columns["pathogenic"] = _each(sites["clinical_significance"].fillna(""), significance)
    table = pd.DataFrame(columns, index=sites.index)[SITE_FEATURES]
    return table.astype(np.float32).fillna(0).to_numpy()


def _each(values: pd.Series, function: Callable[[str], object]) -> pd.Series:
    """Apply a function to each distinct value only: consequences repeat by the million."""
    return values.map({value: function(value) for value in values.unique()})


def _lof_confidence(terms: pd.Series, protein_fraction: pd.Series) -> pd.Series:
    """Rate the loss of function of each site: 1, 0.5 near the end of the protein, or 0."""
    loses = _each(terms, lambda term: EFFECTS[term].loses_function).astype(bool)
    late = protein_fraction.astype(float) > LAST_RESIDUES
    return loses * np.where(late, 0.5, 1.0)


def _score(scores: pd.DataFrame, terms: pd.Series, confidence: pd.Series) -> pd.Series:
    """Join the pathogenicity scores and the prior into one number."""
    prior = _each(terms, lambda term: EFFECTS[term].prior).astype(float)
    prior = prior.where(confidence != 0.5, prior * 0.5)
    annotated = scores["revel"].fillna(scores["cadd"])
    joined = np.fmax(annotated.fillna(prior), scores["spliceai"])
    return np.fmax(joined, prior.where(confidence > 0))


def significance(text: str) -> float:
    """Read ClinVar's significance; of several words the extreme one, 0 where they contradict."""
    words = text.lower().replace("/", "&").replace(",", "&").split("&")
    found = [SIGNIFICANCE[word.strip()] for word in words if word.strip() in SIGNIFICANCE]
    if not found or min(found) * max(found) < 0:
        return 0.0
    return max(found, key=abs)


def call_features(calls: np.ndarray, somatic: np.ndarray) -> np.ndarray:
    """Describe each call by the columns of CALL_FEATURES.

    - `dosage`: alternate alleles / 2.
    - `vaf`: share of reads, 0 where unknown; `vaf_known` tells which.
    - `somatic`: 1 for a tumour's call that no germline sample of the patient shows, nor in doubt.
    - `quality`: genotype quality / 99, 0 where unknown.

    Args:
        calls: Structured array with `dosage`, `vaf`, `quality`.
        somatic: One flag per call.

    Returns:
        float32, calls x features.
    """
    vaf = calls["vaf"].astype(np.float32)
    quality = np.where(calls["quality"] == UNKNOWN_QUALITY, 0, calls["quality"] / 99.0)
    columns = [
        calls["dosage"] / 2,
        np.nan_to_num(vaf),
        ~np.isnan(vaf),
        somatic,
        quality,
    ]
    return np.stack(columns, axis=1).astype(np.float32)

"""A network as training finds it: built for its patients, and begun as a ridge model."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd

from gcin.model.inputs import Patients
from gcin.model.linear_path import LinearPath, fit_linear_paths, start_at
from gcin.model.network import build_network
from gcin.model.pathway_states import fit_states
from gcin.model.pathways import choose_pathways, masked
from gcin.model.preparation import Preparation
from gcin.model.pretraining import ENCODER, Taught, pretrain
from gcin.model.propensity import start_at_shares
from gcin.model.shape import Shape
from gcin.tensors.genes import BESIDE


class Started(NamedTuple):
    """A network that has not seen an outcome but through its ridge model.

    Attributes:
        network: As built, its linear path fitted, its encoder taught where read-outs did so.
        shape: What the data decided about it.
        taught: What the read-outs gave.
    """

    network: keras.Model
    shape: Shape
    taught: list[Taught]


def start_network(
    patients: Patients,
    arrays: Mapping[str, np.ndarray],
    preparation: Preparation,
    members: pd.DataFrame,
    settings: Mapping[str, Mapping],
    seed: int,
) -> Started:
    """Build a network, teach its encoder, and let it begin as a ridge model.

    The linear path starts as the ridge model of the training patients and keeps its penalty; the
    other heads start at zero. Where read-outs have taught the encoder, the states of pathways stand
    among the columns of that model.

    Args:
        patients: Of parts train and validation; outcomes of the former alone are looked at.
        arrays: Of the network, of part train.
        preparation: Fitted on part train.
        members: `pathway` and `gene`.
        settings: `network`, `linear`, `ridge`, `preparation`, `pretraining` and `training` of the
            model's configuration.
        seed: Of memberships that are drawn.
    """
    train, design = patients.part("train"), settings["network"]
    paths = fit_linear_paths(train, arrays["linear"], preparation, settings)
    shape = _shape(arrays, preparation, members, settings, paths, seed)
    network = _begun(shape, paths, train, preparation, settings)
    taught = pretrain(network, patients, preparation, members, settings)
    wanted = design["pathway_states"] and design["pathway_mask"] != "none"
    if wanted and any(one.kept for one in taught):
        states, columns = fit_states(network, arrays, shape.edges, design["pooling"])
        paths = fit_linear_paths(train, arrays["linear"], preparation, settings, columns)
        shape = replace(shape, states=states, linear_shares=_shares_of(paths))
        reader, network = network, _begun(shape, paths, train, preparation, settings)
        for name in ENCODER:
            network.get_layer(name).set_weights(reader.get_layer(name).get_weights())
            network.get_layer(name).trainable = False
    return Started(network, shape, taught)


def _begun(
    shape: Shape,
    paths: Mapping[str, LinearPath],
    train: Patients,
    preparation: Preparation,
    settings: Mapping[str, Mapping],
) -> keras.Model:
    """Build a network that says what its linear paths say."""
    patients = len(train.table)
    network = build_network(
        _shared_out(settings, patients),
        shape,
        {name: 1 / (2 * patients * path.fit.strength) for name, path in paths.items()},
    )
    for endpoint, path in paths.items():
        start_at(network, endpoint, path.fit)
    if settings["network"]["propensity"]:
        start_at_shares(network, train.table, preparation.arms)
    return network


def _shares_of(paths: Mapping[str, LinearPath]) -> dict[str, dict[int, float]]:
    return {name: path.shares for name, path in paths.items()}


def _shape(
    arrays: Mapping[str, np.ndarray],
    preparation: Preparation,
    members: pd.DataFrame,
    settings: Mapping[str, Mapping],
    paths: Mapping[str, LinearPath],
    seed: int,
) -> Shape:
    if settings["network"]["genome"] and not preparation.genes:
        raise ValueError(
            "no gene is callable and altered in enough training patients: a network needs genomes, "
            "or a design with genome: false."
        )
    design, limits = settings["network"], settings["preparation"]
    edges = choose_pathways(
        members, preparation.genes, limits["min_pathway_genes"], limits["max_pathways"]
    )
    genes = len(preparation.genes)
    return Shape(
        variants=arrays["variants"].shape[2],
        track=arrays["genes"].shape[2],
        beside=[number for number, name in enumerate(preparation.track) if name in BESIDE],
        clinical=arrays["clinical"].shape[1],
        linear=arrays["linear"].shape[1],
        linear_shares=_shares_of(paths),
        chromosomes=preparation.chromosomes,
        chromosome_arms=preparation.chromosome_arms,
        edges=masked(edges, design["pathway_mask"], design["pathway_decoys"], genes, seed),
        arms=len(preparation.arms),
        endpoints={name: asked.intervals for name, asked in preparation.endpoints.items()},
        omics=[len(omics.columns) for omics in preparation.omics],
        visits=len(preparation.visits.names) if preparation.visits else 0,
    )


def _shared_out(settings: Mapping[str, Mapping], patients: int) -> dict:
    """The design for a number of training patients, and what it takes from other settings."""
    design = settings["network"]
    own = {name: design[name] / patients for name in ("weight_decay", "edge_decay")}
    own["gate_step"] = design["sparsity"] * settings["training"]["learning_rate"] / patients**0.5
    return {**design, **own, "linear_arm_share": settings["linear"]["arm_share"]}

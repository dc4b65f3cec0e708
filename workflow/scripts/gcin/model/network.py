"""The Genomic-Clinical Integrative Network."""

from collections.abc import Mapping
from dataclasses import asdict

import keras
import numpy as np
from keras import layers, ops

from gcin.model.heads import EXACT, arm_logits, outcome_logits
from gcin.model.layers.fusion import Film, ModalityDropout, PatientToken
from gcin.model.layers.genome import (
    ArmSummary,
    ChromosomeGaps,
    GatedRecurrence,
    MeanWhereUnseen,
    TrackConvolution,
)
from gcin.model.layers.omics import OmicsTokens
from gcin.model.layers.pathways import PathwayAttention, PathwayStates, PathwayTokens, SeenMean
from gcin.model.layers.sparsity import SparseGates
from gcin.model.layers.variant_set import GenePool
from gcin.model.layers.visits import VisitRecurrence
from gcin.model.shape import ARM, Shape
from gcin.model.visits import VISIT_ARRAYS


def build_network(design: Mapping, shape: Shape, linear_l2: Mapping[str, float]) -> keras.Model:
    """Build the network of a design for data of some shape.

    Args:
        design: Widths and rates, `model.network` of the configuration, penalties shared out among
            the training patients.
        shape: Sizes of the data.
        linear_l2: Endpoint to the penalty on the squared weights of its linear path.

    Returns:
        A model from the arrays of `network_arrays` to logits `(patients, arms, intervals)` of
        every endpoint: of a yes, or of the hazard in each interval; of a quantity, its
        standardised amount. Where the design has a propensity head, to those of the arm received,
        `ARM`, `(patients, arms)`, too.
    """
    inputs = _inputs(shape)
    clinical = _clinical(inputs, design) if design["clinical"] else None
    deep, wide, genes, states = _genomic(inputs, clinical, design, shape)
    fused = layers.Dropout(design["dropout"], name="drop_fused")(_fused(deep, wide, clinical))
    trunk = _dense(design["trunk_units"], design, "trunk")(fused)
    trunk = layers.Dropout(design["dropout"], name="drop_trunk")(trunk)
    columns = inputs["linear"]
    if states is not None:
        columns = layers.Concatenate(name="linear_and_states", dtype=EXACT)([columns, states])
    logits = outcome_logits(trunk, [fused, *genes], columns, design, shape, linear_l2)
    if design["propensity"]:
        logits[ARM] = arm_logits(trunk, design, shape)
    return keras.Model(inputs, logits, name="gcin")


def load_network(path: str) -> keras.Model:
    """Load a saved network, for prediction alone; its layers are known where this is imported."""
    return keras.saving.load_model(path, compile=False)


def attention_model(network: keras.Model) -> keras.Model:
    """Make a model of how much the patient's token looks at each, `(patients, heads, tokens)`.

    It is the attention of the last block; nothing else of that block reaches a prediction. The
    first token is the patient's own; the others are the pathways in order, then the omics.

    Raises:
        ValueError: The design has no attention.
    """
    blocks = [layer for layer in network.layers if isinstance(layer, PathwayAttention)]
    if not blocks:
        raise ValueError("this network was built without attention: its design leaves it out.")
    return keras.Model(network.input, blocks[-1].output[1][:, :, 0], name="attention")


def _inputs(shape: Shape) -> dict[str, keras.KerasTensor]:
    genes = len(shape.chromosomes)
    sizes = {
        "variants": ((None, shape.variants), "float32"),
        "variant_gene": ((None,), "int32"),
        "variant_mask": ((None,), "bool"),
        "genes": ((genes, shape.track), "float32"),
        "gene_mask": ((genes,), "bool"),
        "clinical": ((shape.clinical,), "float32"),
        "linear": ((shape.linear,), "float32"),
    }
    if shape.omics:
        sizes |= {"omics": ((sum(shape.omics),), "float32")}
        sizes |= {"omics_mask": ((len(shape.omics),), "float32")}
    if shape.visits:
        sizes |= dict.fromkeys(VISIT_ARRAYS[:3], ((None, shape.visits), "float32"))
        sizes |= {"visit_months": ((None,), "float32")}
    return {
        name: keras.Input(size, dtype=dtype, name=name) for name, (size, dtype) in sizes.items()
    }


def _dense(units: int, design: Mapping, name: str) -> layers.Dense:
    penalty = keras.regularizers.L2(design["weight_decay"])
    return layers.Dense(units, activation="gelu", kernel_regularizer=penalty, name=name)


def _fused(deep: list, wide: list, clinical: object) -> object:
    """What the genome says, side by side with clinical facts, which modulate its deep part."""
    if deep:
        said = deep[0] if len(deep) == 1 else layers.Concatenate(name="genomic")(deep)
        wide = [said if clinical is None else Film(name="film")(said, clinical), *wide]
    parts = wide if clinical is None else [*wide, clinical]
    return parts[0] if len(parts) == 1 else layers.Concatenate(name="fused")(parts)


def _genomic(
    inputs: dict, clinical: object, design: Mapping, shape: Shape
) -> tuple[list[object], list[object], list[object], object]:
    """What genome and omics say: summed up, token by token and arm by arm, and gene by gene.

    Beside it the states of pathways, None where there are none.
    """
    tokens, deep, wide, alone, states = [], [], [], [], None
    if design["genome"]:
        present = ops.expand_dims(ops.cast(inputs["gene_mask"], "float32"), -1)
        present = _hidden(present, design, "genome_dropout")
        impairment = _impairment(inputs, design, shape) if design["variant_set"] else None
        genes = _genes(inputs, impairment, present, design, shape)
        arms = _gated(_chromosomes(genes, present, design, shape), design, "arm_gates")
        genes = _gated(genes, design, "gene_gates")
        genes = MeanWhereUnseen(name="gene_means", dtype=EXACT)(genes, present)
        deep, wide, alone = [_along(arms, design)], [_flat(arms)], [_flat(genes)]
        if design["pathway_mask"] != "none":
            tokens.append(_pathways(genes, present, design, shape))
        if shape.states:
            states = _states(impairment, present, design, shape)
            wide.append(_gated(states, design, "state_gates"))
    if design["omics"] and shape.omics:
        measured = _hidden(inputs["omics_mask"], design, "omics_dropout")
        make = OmicsTokens(
            shape.omics, design["token_units"], design["weight_decay"], name="omics_tokens"
        )
        tokens.append(make(_gated(inputs["omics"], design, "omics_gates"), measured))
    if tokens:
        deep.insert(0, _attended(tokens, clinical, design))
    return deep, [*wide, *(_flat(_seen_only(*token)) for token in tokens)], alone, states


def _seen_only(tokens: object, seen: object) -> object:
    """Tokens, zero where not seen: what was not looked at must not read as normal."""
    return tokens * ops.expand_dims(ops.cast(seen, tokens.dtype), -1)


def _flat(values: object) -> object:
    return layers.Reshape((values.shape[1] * values.shape[2],))(values)


def _gated(values: object, design: Mapping, name: str) -> object:
    """Values behind gates that close, where the design has any."""
    step = design["gate_step"]
    return SparseGates(step, name=name)(values) if step else values


def _hidden(present: object, design: Mapping, name: str) -> object:
    """A mask, hidden in some patients in training where the design wants that."""
    rate = design["modality_dropout"]
    return ModalityDropout(rate, name=name)(present) if rate else present


def _genes(
    inputs: dict, impairment: object, present: object, design: Mapping, shape: Shape
) -> object:
    """Impairment by variants beside what they do not tell, whole genes dropped in training."""
    channels = inputs["genes"]
    if impairment is not None:
        beside = ops.take(channels, np.array(shape.beside, "int32"), axis=2)
        channels = layers.Concatenate(name="gene_channels")([impairment, beside])
    return layers.Dropout(
        design["gene_dropout"], noise_shape=(None, len(shape.chromosomes), 1), name="gene_dropout"
    )(channels * present)


def _states(impairment: object, present: object, design: Mapping, shape: Shape) -> object:
    """How far each pathway is impaired, as columns."""
    edges, fitted = shape.edges, asdict(shape.states)
    given = edges.gene, edges.pathway, len(edges.pathways), design["pooling"]
    return PathwayStates(*given, **fitted, name="pathway_states", dtype=EXACT)(impairment, present)


def _impairment(inputs: dict, design: Mapping, shape: Shape) -> object:
    width = design["variant_channels"]
    encoded = _dense(2 * width, design, "variant_encoder_1")(inputs["variants"])
    # A strength near zero at the start: most variants impair nothing.
    strength = layers.Dense(
        width, bias_initializer=keras.initializers.Constant(-2.0), name="variant_encoder_2"
    )(encoded)
    pool = GenePool(len(shape.chromosomes), design["pooling"], name="gene_pool")
    return pool(strength, inputs["variant_gene"], inputs["variant_mask"])


def _pathways(genes: object, present: object, design: Mapping, shape: Shape) -> tuple:
    """A token per pathway, and which are seen."""
    edges = shape.edges
    return PathwayTokens(
        edges.gene,
        edges.pathway,
        len(edges.pathways),
        design["token_units"],
        edge_decay=design["edge_decay"],
        name="pathway_tokens",
    )(genes, present)


def _attended(sources: list[tuple], clinical: object, design: Mapping) -> object:
    """The patient's token after it has looked at the others; without attention, their mean."""
    tokens, seen = sources[0]
    if len(sources) > 1:
        tokens, seen = (ops.concatenate(parts, axis=1) for parts in zip(*sources, strict=True))
    mean = SeenMean(name="pathway_mean")(tokens, seen)
    if not design["attention_blocks"]:
        return layers.LayerNormalization(name="patient_norm")(mean)
    # A design without clinical facts lets the tokens ask about themselves.
    own = mean if clinical is None else clinical
    own = layers.Dense(design["token_units"], name="patient_embedding")(own)
    tokens, seen = PatientToken(name="patient_token")(own, tokens, seen)
    for number in range(1, design["attention_blocks"] + 1):
        block = PathwayAttention(
            design["attention_heads"],
            design["dropout"],
            first_only=number == design["attention_blocks"],
            name=f"pathway_attention_{number}",
        )
        tokens, _ = block(tokens, seen)
    return layers.LayerNormalization(name="patient_norm")(tokens[:, 0])


def _chromosomes(genes: object, present: object, design: Mapping, shape: Shape) -> object:
    """Summaries of the chromosome arms, of genes convolved along the genome."""
    rows = shape.chromosome_arms
    if design["convolution"]:
        genes, present, rows = _convolved(genes, present, design, shape)
    return ArmSummary(rows, name="chromosome_arms")(genes, present)


def _along(arms: object, design: Mapping) -> object:
    """Recurrence over the chromosome arms."""
    if not design["recurrence"]:
        return _dense(design["recurrent_units"], design, "arms_side_by_side")(
            layers.Flatten(name="arms_in_a_row")(arms)
        )
    ways = {"arm_recurrence": False}
    if design["bidirectional"]:
        ways["arm_recurrence_backwards"] = True
    read = [
        GatedRecurrence(design["recurrent_units"], backwards, design["weight_decay"], name=name)(
            arms
        )
        for name, backwards in ways.items()
    ]
    return read[0] if len(read) == 1 else layers.Concatenate(name="arms_both_ways")(read)


def _convolved(
    genes: object, present: object, design: Mapping, shape: Shape
) -> tuple[object, object, list[str]]:
    """Track along the genome, where it is callable, and the chromosome arm of each of its rows."""
    kernel = design["kernel_genes"]
    spread = ChromosomeGaps(shape.chromosomes, kernel // 2, name="genome")
    track, there = spread(genes), spread(present)
    for number in (1, 2):
        convolution = TrackConvolution(
            design["track_channels"], kernel, name=f"track_convolution_{number}"
        )
        track = convolution(track, there)
    arm_of_row = [*shape.chromosome_arms, ""]
    return track, there, [arm_of_row[gene] for gene in spread.source]


def _clinical(inputs: dict, design: Mapping) -> object:
    """Clinical facts, and what is remembered of visits where there are any."""
    columns = inputs["clinical"]
    if "visits" in inputs and design["visits"]:
        units, decay = design["recurrent_units"], design["weight_decay"]
        read = VisitRecurrence(units, decay, name="visit_memory")
        remembered = read(*(inputs[name] for name in VISIT_ARRAYS))
        columns = layers.Concatenate(name="clinical_and_visits")([columns, remembered])
    if design["modality_dropout"]:
        columns = ModalityDropout(design["modality_dropout"], name="clinical_dropout")(columns)
    hidden = _dense(design["clinical_units"], design, "clinical_1")(columns)
    hidden = layers.Dropout(design["dropout"], name="drop_clinical")(hidden)
    return _dense(design["clinical_units"], design, "clinical_2")(hidden)

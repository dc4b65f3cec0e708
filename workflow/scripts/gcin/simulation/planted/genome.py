"""Genes, pathways and the catalogue of sites of a planted cohort.

The planted genes have the symbols of those whose part they play; positions are drawn on the
lengths of the real chromosomes, and no sequence exists, unless `gcin.simulation.planted.sequence`
makes one.
"""

import numpy as np
import pandas as pd

from gcin.reference.arms import arms_of
from gcin.simulation.planted.dials import Planted

DRIVER = "ERBB2"
RESISTANCE = ("PIK3CA", "AKT1", "MTOR", "PTEN", "KRAS", "NF1")
EITHER = ("GATA3", "ESR1")
REPAIR = ("BRCA1", "BRCA2", "PALB2", "ATM", "CHEK2", "RAD51C", "RAD51D", "BRIP1")
TOXICITY = {"targeted": "CYP3A4", "immunotherapy": "CTLA4", "chemotherapy": "DPYD"}
AMPLICON = tuple(f"AMPLICON{number:02d}" for number in range(1, 11))
PATHWAYS = {
    "ERBB2 signalling": (DRIVER,),
    "PI3K/AKT/mTOR signalling": RESISTANCE,
    "Hormone receptor programme": EITHER,
    "Homologous recombination repair": REPAIR,
    "Amplicon": AMPLICON,
}
DECOYS = 45
PATHWAY_SIZE = 12
RARE_SITES, COMMON_SITES = 60, 1

# Share of each consequence among rare sites, near that of coding variants in exomes.
CONSEQUENCES = {
    "stop_gained": 0.07,
    "frameshift_variant": 0.05,
    "missense_variant": 0.50,
    "splice_donor_variant": 0.03,
    "splice_region_variant": 0.06,
    "inframe_deletion": 0.04,
    "synonymous_variant": 0.25,
}
TRUNCATING = ("stop_gained", "frameshift_variant")
SPLICING = ("splice_donor_variant", "splice_region_variant")


def gene_table(planted: Planted, chromosomes: pd.DataFrame) -> pd.DataFrame:
    """Place the genes on the chromosomes; the amplicon's lie side by side.

    Args:
        planted: What is simulated.
        chromosomes: `chrom length_grch38 centromere_boundary`, in genome order.

    Returns:
        As the gene table of a store: `gene gene_index gene_id chromosome start end strand arm
        transcript coding_bases protein_length`, in genome order.

    Raises:
        ValueError: There are fewer genes than the planted logic needs.
    """
    named = [DRIVER, *RESISTANCE, *EITHER, *REPAIR, *TOXICITY.values()]
    nulls = planted.genes - len(named) - len(AMPLICON)
    if nulls < PATHWAY_SIZE:
        least = len(named) + len(AMPLICON) + PATHWAY_SIZE
        raise ValueError(f"genes is {planted.genes}; the planted logic needs {least} or more.")
    rng = planted.stream("genes")
    names = [*named, *(f"NULL{number:03d}" for number in range(1, nulls + 1))]
    autosomes = chromosomes[chromosomes["chrom"].str.fullmatch(r"chr\d+")].reset_index(drop=True)
    lengths = autosomes["length_grch38"]
    chosen = rng.choice(len(autosomes), len(names), p=lengths / lengths.sum())
    start = (rng.uniform(0.02, 0.9, len(names)) * lengths.to_numpy()[chosen]).astype(int)
    table = pd.DataFrame({"gene": names, "place": chosen, "start": start})
    amplified = pd.DataFrame(
        {"gene": AMPLICON, "place": 16, "start": 41_000_000 + 60_000 * np.arange(len(AMPLICON))}
    )
    table = pd.concat([table, amplified]).sort_values(["place", "start"], ignore_index=True)
    table["chromosome"] = autosomes["chrom"].to_numpy()[table["place"]]
    return _completed(table, chromosomes, rng)


def _completed(
    table: pd.DataFrame, chromosomes: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Give placed genes the other columns of a gene table."""
    contigs = chromosomes.set_index("chrom")
    table["gene_index"] = np.arange(len(table))
    table["gene_id"], table["transcript"] = "SIMG-" + table["gene"], "SIMT-" + table["gene"]
    table["end"], table["strand"] = table["start"] + 30_000, "+"
    table["protein_length"] = rng.integers(200, 1500, len(table))
    table["coding_bases"] = 3 * (table["protein_length"] + 1)
    table["arm"] = arms_of(
        table, contigs["centromere_boundary"].to_dict(), contigs["length_grch38"].to_dict()
    )
    kept = ["gene", "gene_index", "gene_id", "chromosome", "start", "end", "strand", "arm"]
    return table[[*kept, "transcript", "coding_bases", "protein_length"]]


def pathway_table(planted: Planted, genes: pd.DataFrame) -> pd.DataFrame:
    """List the members of the planted pathways, filled up with null genes, and of the decoys.

    Returns:
        `pathway gene`; the planted ones come first, then DECOYS of null genes only.
    """
    rng = planted.stream("pathways")
    nulls = genes["gene"][genes["gene"].str.startswith("NULL")].to_numpy()
    members = {
        name: [*own, *rng.choice(nulls, max(PATHWAY_SIZE - len(own), 0), replace=False)]
        for name, own in PATHWAYS.items()
    }
    members |= {
        f"Decoy {number:02d}": list(rng.choice(nulls, PATHWAY_SIZE, replace=False))
        for number in range(1, DECOYS + 1)
    }
    rows = [(name, gene) for name, listed in members.items() for gene in listed]
    return pd.DataFrame(rows, columns=["pathway", "gene"])


def site_table(planted: Planted, genes: pd.DataFrame) -> pd.DataFrame:
    """Draw the catalogue of sites: RARE_SITES and COMMON_SITES of each gene, annotated.

    Returns:
        The columns of `sites.parquet`, in genome order. REVEL is of missense only, SpliceAI of
        splice sites only, both uniform; a population frequency is log-uniform, below 0.01 of
        rare sites.
    """
    rng = planted.stream("sites")
    each = RARE_SITES + COMMON_SITES
    count = each * len(genes)
    owner = np.repeat(np.arange(len(genes)), each)
    common = np.tile(np.arange(each) >= RARE_SITES, len(genes))
    kinds = rng.choice(list(CONSEQUENCES), count, p=list(CONSEQUENCES.values()))
    kinds[common] = rng.choice(["missense_variant", "synonymous_variant"], common.sum())
    fraction = rng.random(count)
    length = genes["protein_length"].to_numpy()[owner]
    bases = rng.permuted(np.tile(list("ACGT"), (count, 1)), axis=1)
    table = pd.DataFrame(
        {
            "chromosome": genes["chromosome"].to_numpy()[owner],
            "position": genes["start"].to_numpy()[owner] + (29_000 * fraction).astype(int),
            "reference": bases[:, 0],
            "alternate": bases[:, 1],
            "gene": genes["gene"].to_numpy()[owner],
            "gene_index": owner,
            "transcript": genes["transcript"].to_numpy()[owner],
            "consequence": kinds,
            "impact": "MODIFIER",
            "hgvsp": "",
            "protein_position": np.ceil(fraction * length),
            "protein_fraction": fraction,
            "population_af": np.where(
                common, 10 ** rng.uniform(-2, -1, count), 10 ** rng.uniform(-6, -2, count)
            ),
            "clinical_significance": "",
            "hotspot": False,
        }
    )
    table = table.assign(**scores(table["consequence"], rng))
    keys = ["gene_index", "position", "reference", "alternate"]
    return table.drop_duplicates(keys).sort_values(keys, ignore_index=True)


def scores(consequence: pd.Series, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw pathogenicity scores; NaN where a score does not judge the consequence."""
    count = len(consequence)
    lowest = consequence.map({"stop_gained": 0.6, "frameshift_variant": 0.6}).fillna(0)
    highest = consequence.map({"synonymous_variant": 0.3}).fillna(1)
    cadd = 40 * rng.uniform(lowest, highest)
    revel = np.where(consequence == "missense_variant", rng.random(count), np.nan)
    spliceai = np.where(consequence.isin(SPLICING), rng.random(count), np.nan)
    return {"cadd": cadd, "revel": revel, "spliceai": spliceai}

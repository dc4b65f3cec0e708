"""VEP's CSQ blocks: one line of text per allele and transcript."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from gcin.annotation.alleles import place_alleles
from gcin.annotation.complexes import reread_complexes
from gcin.annotation.consequences import BIT, impact_of, rank_of, terms_of
from gcin.annotation.csq import as_vep, gains_stop, in_frame, read_changes
from gcin.annotation.files import info_value
from gcin.annotation.locations import (
    Pairs,
    Touched,
    added_bases,
    distances,
    inside_terms,
    outside_terms,
    pair_up,
    terms_beside,
)
from gcin.annotation.mitochondria import reread
from gcin.annotation.overlaps import near_transcripts
from gcin.annotation.positions import (
    coding_positions,
    ends_in,
    exon_positions,
    written,
    written_numbers,
)
from gcin.annotation.protein import protein_change
from gcin.annotation.stops import reread_stops
from gcin.annotation.transcripts import Transcripts
from gcin.reference.alleles import COMPLEMENT

FIELDS = [
    "Allele", "Consequence", "IMPACT", "SYMBOL", "Gene", "Feature_type", "Feature", "BIOTYPE",
    "EXON", "INTRON", "HGVSc", "HGVSp", "cDNA_position", "CDS_position", "Protein_position",
    "Amino_acids", "Codons", "DISTANCE", "STRAND", "FLAGS", "PICK", "VARIANT_CLASS", "CANONICAL",
    "MANE",
]  # fmt: skip


def describe(
    variants: pd.DataFrame,
    transcripts: Transcripts,
    distance: int,
    has_unknown: Callable[[str, int, int], bool],
) -> pd.Series:
    """Describe what each variant does to every transcript at or near it.

    Args:
        variants: `chromosome position reference alternate prediction`, one alternate allele a row;
            `prediction` is the INFO/BCSQ of bcftools csq, missing where it has none.
        transcripts: The gene models.
        distance: Bases up- and downstream of a transcript that are still reported.
        has_unknown: Tells of a contig, first and last base whether the genome has an N there.

    Returns:
        INFO/CSQ of each variant, its blocks joined by commas, indexed as `variants`; none for the
        allele `*` (deleted by another record), as VEP has none.
    """
    variants = variants[variants["alternate"] != "*"]
    placed = place_alleles(variants).reset_index(drop=True)
    near = near_transcripts(placed, transcripts.table, distance)
    pairs = pair_up(placed, *near)
    outside = outside_terms(pairs, transcripts, distance)
    parts = [
        _inside(placed, pairs[outside == 0], transcripts, has_unknown),
        _outside(pairs[outside != 0], transcripts, outside[outside != 0]),
    ]
    table = pd.concat(parts, ignore_index=True).fillna("")
    table = _with_genes(table, placed, transcripts)
    table = pd.concat([table, _intergenic(placed, set(near[0].tolist()))], ignore_index=True)
    table = table.reindex(columns=["variant", *FIELDS], fill_value="").fillna("")
    table = table.sort_values(["variant", "PICK"], ascending=[True, False], kind="stable")
    blocks = ["|".join(values) for values in zip(*(table[name] for name in FIELDS), strict=True)]
    joined = pd.Series(blocks, dtype=object).groupby(table["variant"].to_numpy()).agg(",".join)
    return joined.set_axis(variants.index[joined.index])


def _outside(pairs: Pairs, transcripts: Transcripts, bits: np.ndarray) -> pd.DataFrame:
    """Rows of the variants beside a transcript."""
    table = pd.DataFrame({"variant": pairs.variant, "model": pairs.transcript, "bits": bits})
    table["DISTANCE"] = distances(pairs, transcripts).astype(str)
    return table


def _inside(
    placed: pd.DataFrame,
    pairs: Pairs,
    transcripts: Transcripts,
    has_unknown: Callable[[str, int, int], bool],
) -> pd.DataFrame:
    """Rows of the variants that touch a transcript."""
    table = pd.DataFrame({"variant": pairs.variant, "model": pairs.transcript})
    table[["Amino_acids", "HGVSc", "HGVSp"]] = ""
    if table.empty:
        return table.assign(bits=np.empty(0, np.int64))
    touched = inside_terms(pairs, transcripts)
    coding = ends_in(pairs, transcripts, coding_positions)
    table["bits"] = touched.bits
    count, forward = transcripts.count[pairs.transcript], transcripts.forward[pairs.transcript]
    table["EXON"] = written_numbers(touched.exons, count, forward)
    table["INTRON"] = written_numbers(touched.introns, count - 1, forward)
    table["cDNA_position"] = written(*ends_in(pairs, transcripts, exon_positions))
    table["CDS_position"] = written(*coding)
    residues = [np.where(ends > 0, (ends + 2) // 3, 0) for ends in coding]
    table["Protein_position"] = written(*residues)
    return _with_changes(table, placed, pairs, transcripts, touched, coding, has_unknown)


def _with_changes(
    table: pd.DataFrame,
    placed: pd.DataFrame,
    pairs: Pairs,
    transcripts: Transcripts,
    touched: Touched,
    coding: tuple[np.ndarray, np.ndarray],
    has_unknown: Callable[[str, int, int], bool],
) -> pd.DataFrame:
    """Add what happens to the protein, for the pairs that touch coding bases."""
    coded = touched.in_coding | touched.joint
    own = np.flatnonzero(coded & (touched.bits != BIT["transcript_ablation"]))
    names = transcripts.table["transcript"].to_numpy()[pairs.transcript[own]]
    keys = pd.DataFrame({"variant": pairs.variant[own], "transcript": names})
    told = keys.merge(read_changes(placed["prediction"]), how="left", on=["variant", "transcript"])
    told = told.assign(row=own, within=touched.within_coding[own], first=coding[0][own])
    told["added"] = added_bases(placed, pairs[own])
    told["whole"] = _whole_codons(placed, pairs[own], coding[0][own], coding[1][own])
    told["kind"] = placed["kind"].to_numpy()[pairs.variant[own]]
    told["unknown"] = _unknown_codons(
        placed, pairs[own], transcripts, (coding[0][own], coding[1][own]), has_unknown
    )
    told["beside"] = terms_beside(placed, pairs[own], touched[own], told)
    changes = [_change(row) for row in told.itertuples()]
    table.loc[own, "bits"] |= np.array([change[0] for change in changes], np.int64)
    table.loc[own, "Amino_acids"] = [change[1] for change in changes]
    proteins = transcripts.table["protein"].to_numpy()[pairs.transcript[own]]
    named = np.where(proteins == "", names, proteins)
    table.loc[own, "HGVSp"] = [
        f"{name}:{change[2]}" if change[2] else ""
        for name, change in zip(named, changes, strict=True)
    ]
    table.loc[own, "HGVSc"] = _substitutions(placed, pairs[own], transcripts, names, coding[0][own])
    return table


def _change(row: tuple) -> tuple[int, str, str]:
    """Terms, residues and HGVS name of one change: `coding_sequence_variant` where none is told."""
    if row.beside:
        return row.beside, "", ""
    if not row.within or pd.isna(row.bits):
        return BIT["coding_sequence_variant"], "", ""
    bits = as_vep(
        in_frame(int(row.bits), row.added),
        row.old,
        row.new,
        row.kind,
        in_start_codon=1 <= row.first <= 3,
    )
    if row.unknown and not bits & BIT["frameshift_variant"]:
        return BIT["coding_sequence_variant"], "X", ""
    if bits & BIT["frameshift_variant"]:
        early = gains_stop(row.new, row.old, row.whole)
        bits |= BIT["stop_gained"] if early else 0
        residues = f"{row.old[:1]}/X" if row.old else ""
    else:
        residues = row.old if row.old == row.new else f"{row.old or '-'}/{row.new or '-'}"
    return bits, residues, protein_change(bits, int(row.place), row.old, row.new)


def _whole_codons(
    placed: pd.DataFrame, pairs: Pairs, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """Whole codons that a variant leaves between the first and the last codon it touches."""
    added = added_bases(placed, pairs)
    before, after = (first + 2) // 3, (last + 2) // 3
    between = (pairs.start > pairs.end) & (before != after)
    touched = np.where(between, 0, after - before + 1)
    return np.maximum((3 * touched + added) // 3, 0)


def _unknown_codons(
    placed: pd.DataFrame,
    pairs: Pairs,
    transcripts: Transcripts,
    coding: tuple[np.ndarray, np.ndarray],
    has_unknown: Callable[[str, int, int], bool],
) -> list[bool]:
    """Whether a codon that a variant touches has unknown bases: csq would translate it anyhow."""
    before, after = (coding[0] - 1) % 3, -coding[1] % 3
    forward = transcripts.forward[pairs.transcript]
    # a variant may begin before the transcript does, whose first exon counts then
    exon = transcripts.exon_at(pairs.transcript, pairs.low)
    exon = np.maximum(exon, transcripts.first[pairs.transcript])
    first = pairs.low - np.where(forward, before, after)
    last = pairs.high + np.where(forward, after, before)
    first = np.maximum(first, transcripts.exon_start[exon])
    last = np.minimum(last, np.maximum(transcripts.exon_end[exon], pairs.high))
    contigs = placed["chromosome"].to_numpy()[pairs.variant]
    rows = zip(contigs, first.tolist(), last.tolist(), strict=True)
    return [has_unknown(contig, start, end) for contig, start, end in rows]


def _substitutions(
    placed: pd.DataFrame,
    pairs: Pairs,
    transcripts: Transcripts,
    names: np.ndarray,
    place: np.ndarray,
) -> list[str]:
    """HGVS names of coding single-base changes; empty for other kinds."""
    own = placed.iloc[pairs.variant]
    forward = transcripts.forward[pairs.transcript]
    is_single = own["kind"].eq("SNV").to_numpy() & (place > 0)
    rows = zip(own["reference"], own["alternate"], forward, names, place, is_single, strict=True)
    return [
        f"{name}:c.{at}{_read(old, ahead)}>{_read(new, ahead)}" if single else ""
        for old, new, ahead, name, at, single in rows
    ]


def _read(base: str, forward: bool) -> str:
    """A base as the transcript reads it."""
    return base if forward else base.translate(COMPLEMENT)


def _with_genes(
    table: pd.DataFrame, placed: pd.DataFrame, transcripts: Transcripts
) -> pd.DataFrame:
    """Add what the transcript and the allele are, and which block speaks for the gene."""
    models = transcripts.table.iloc[table["model"]]
    bits, code = np.unique(table["bits"].to_numpy(np.int64), return_inverse=True)
    table["Consequence"] = np.array(["&".join(terms_of(int(b))) for b in bits], object)[code]
    table["IMPACT"] = np.array([impact_of(int(b)) for b in bits], object)[code]
    columns = {"SYMBOL": "gene", "Gene": "gene_id", "Feature": "transcript", "BIOTYPE": "biotype"}
    for field, column in columns.items():
        table[field] = models[column].to_numpy()
    table["Feature_type"] = "Transcript"
    table["STRAND"] = np.where(models["strand"] == "+", "1", "-1")
    table["CANONICAL"] = np.where(models["canonical"], "YES", "")
    table["MANE"] = np.where(models["mane"], "MANE_Select", "")
    table["Allele"] = placed["allele"].to_numpy()[table["variant"]]
    table["VARIANT_CLASS"] = placed["kind"].to_numpy()[table["variant"]]
    table["FLAGS"] = np.where(models["phase"] > 0, "cds_start_NF", "")
    rank = np.array([rank_of(int(b)) for b in bits])[code]
    table["PICK"] = _picked(table, models, rank, transcripts)
    return table


def _picked(
    table: pd.DataFrame, models: pd.DataFrame, rank: np.ndarray, transcripts: Transcripts
) -> np.ndarray:
    """Mark one block per allele and gene, by VEP's order: MANE, canonical, coding, rank, length."""
    order = pd.DataFrame({"variant": table["variant"], "gene": models["gene_id"].to_numpy()})
    order["mane"], order["canonical"] = ~models["mane"].to_numpy(), ~models["canonical"].to_numpy()
    order["coding"] = models["biotype"].ne("protein_coding").to_numpy()
    order["rank"] = rank
    model = table["model"].to_numpy()
    coding, exonic = transcripts.coding_bases[model], transcripts.exon_bases[model]
    order["length"] = -np.where(coding > 0, coding, exonic)
    order["name"] = models["transcript"].to_numpy()
    order = order.sort_values(list(order.columns), kind="stable")
    best = order.drop_duplicates(["variant", "gene"]).index
    return np.where(table.index.isin(best), "1", "")


def _intergenic(placed: pd.DataFrame, told: set[int]) -> pd.DataFrame:
    """Blocks of the variants that no transcript is near."""
    alone = np.array([row for row in range(len(placed)) if row not in told], np.int64)
    return pd.DataFrame(
        {
            "variant": alone,
            "Allele": placed["allele"].to_numpy()[alone],
            "Consequence": "intergenic_variant",
            "IMPACT": "MODIFIER",
            "PICK": "1",
            "VARIANT_CLASS": placed["kind"].to_numpy()[alone],
        }
    )


def describer(
    transcripts: Transcripts,
    distance: int,
    has_unknown: Callable[[str, int, int], bool],
    fetch: Callable[[str, int, int], str],
) -> Callable[[pd.DataFrame], pd.Series]:
    """Make `describe` for sites whose predictions stand in INFO/BCSQ."""

    def describe_sites(sites: pd.DataFrame) -> pd.Series:
        predicted = sites.assign(prediction=info_value(sites["info"], "BCSQ"))
        for correct in (reread, reread_complexes, reread_stops):
            predicted["prediction"] = correct(predicted, transcripts.table, fetch)
        return describe(predicted, transcripts, distance, has_unknown)

    return describe_sites

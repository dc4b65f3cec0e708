"""MAF files: calls that come with their own annotation."""

import logging
from collections.abc import Mapping
from itertools import takewhile

import numpy as np
import pandas as pd

from gcin.annotation.classifications import as_terms
from gcin.annotation.consequences import BIT, impact_of
from gcin.annotation.symbols import match_genes
from gcin.intake.heads import UnreadableError, lines, opened
from gcin.intake.kinds import BUILDS
from gcin.intake.problems import nearest
from gcin.reference.liftover import Chains, lift_alleles
from gcin.reference.order import MAIN, bare_name, with_prefix

logger = logging.getLogger(__name__)

NEEDED = [
    "Hugo_Symbol",
    "Chromosome",
    "Start_Position",
    "Reference_Allele",
    "Tumor_Seq_Allele2",
    "Variant_Classification",
    "Tumor_Sample_Barcode",
]
FREQUENCIES = ("gnomAD_AF", "gnomADg_AF", "gnomADe_AF", "ExAC_AF", "AF")
MOST_STRANGE = 0.05  # of the rows may lie on small contigs
# Short names of Variant_Type for symbolic alleles; other values (`ITD`) are taken as they are.
KINDS = {"": "SEQUENCE", "D": "DEL", "I": "INS", "Sub": "SNV"}
SEQUENCE = r"^([ACGT]+|-)$"
NO_WORD = ("", "na", "NA", ".", "-")
COLUMNS = [
    "sample",
    "chromosome",
    "position",
    "reference",
    "alternate",
    "gene",
    "transcript",
    "consequence",
    "impact",
    "hgvsp",
    "protein_position",
    "population_af",
    "depth",
    "vaf",
    "dosage",
    "filter",
]
UNPLACED = ["sample", "gene", "chromosome", "position", "reference", "alternate", "reason"]


def read_maf(path: str) -> pd.DataFrame:
    """Read a MAF as text, one row per call, indexed by line number.

    Raises:
        ValueError: It cannot be read, columns are missing, or a row names no sample.
    """
    try:
        comments = sum(1 for _ in takewhile(lambda line: line.startswith("#"), lines(path)))
        with opened(path) as stream:
            table = pd.read_csv(
                stream, sep="\t", dtype=str, keep_default_na=False, quoting=3, skiprows=comments
            )
    except (ValueError, UnreadableError) as error:
        raise ValueError(f"{path} cannot be read as MAF: {error}. Correct or copy it.") from None
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise ValueError(f"{path}: no column {', '.join(missing)}; a MAF needs them.")
    table = table.set_axis(np.arange(len(table)) + comments + 2)
    table = table[~table[table.columns[0]].str.startswith("#")]
    unnamed = table.index[table["Tumor_Sample_Barcode"].str.strip() == ""]
    if len(unnamed):
        raise ValueError(
            f"{path}, line {unnamed[0]}: the row names no Tumor_Sample_Barcode, as one that is cut "
            "off. Complete it, or copy the file again."
        )
    return table


def select_samples(table: pd.DataFrame, sheet: pd.DataFrame, path: str) -> pd.DataFrame:
    """Keep the calls of the sheet's samples, and check that both mean the same assembly.

    Args:
        table: See `read_maf`.
        sheet: `sample assembly tissue` of the samples that name this file.
        path: Of the MAF, for messages.

    Returns:
        The calls with `sample assembly tissue`.

    Raises:
        ValueError: No sample has a call, or NCBI_Build contradicts the sheet or is not known.
    """
    named = sheet.drop_duplicates("sample").set_index("sample")
    barcodes = table["Tumor_Sample_Barcode"].str.strip()
    _require_barcodes(set(named.index), set(barcodes), path)
    own = table[barcodes.isin(named.index)].copy()
    own["sample"] = barcodes
    for column in ("assembly", "tissue"):
        own[column] = own["sample"].map(named[column])
    if "NCBI_Build" in own:
        told = own["NCBI_Build"].str.lower().map(BUILDS)
        wrong = own[told.ne(own["assembly"])]
        if len(wrong):
            raise ValueError(
                f"{path}, line {wrong.index[0]}: NCBI_Build is '{wrong['NCBI_Build'].iloc[0]}', "
                f"but the sheet says {wrong['assembly'].iloc[0]} for sample "
                f"{wrong['sample'].iloc[0]}; correct the sheet's column assembly."
            )
    return own


def _require_barcodes(samples: set[str], barcodes: set[str], path: str) -> None:
    """Refuse calls of others alone: every sample would pass for one without a variant."""
    uncalled = sorted(samples - barcodes)
    if barcodes and samples.isdisjoint(barcodes):
        raise ValueError(
            f"{path}: none of its {len(barcodes)} barcodes is a sample that the sheet names it "
            f"for, such as {uncalled[0]}. {nearest(uncalled[0], sorted(barcodes))}. Name samples "
            "as Tumor_Sample_Barcode does."
        )
    others = len(barcodes - samples)
    logger.info("%s: %d barcodes have no row in the sheet and are not read", path, others)
    if uncalled:
        listed = ", ".join(uncalled[:5])
        logger.warning("%s: no call, so no variant, in %d samples: %s", path, len(uncalled), listed)


def plain_calls(table: pd.DataFrame, own: Mapping[str, str], path: str) -> pd.DataFrame:
    """Translate a MAF's columns.

    Args:
        table: See `select_samples`.
        own: Further classifications, see `gcin.annotation.classifications`.
        path: Of the MAF, for messages.

    Returns:
        The columns of `calls.parquet` on the MAF's own assembly, with `end assembly` and the
        gene's symbol as written. Position 0 where the MAF gives none. Alleles that are not
        sequences become symbolic, by Variant_Type (`<ITD>`).

    Raises:
        ValueError: More than a few calls are on no known chromosome.
    """
    calls = pd.DataFrame({"sample": table["sample"], "assembly": table["assembly"]})
    calls["gene"] = table["Hugo_Symbol"].str.strip()
    calls["chromosome"] = _chromosomes(table["Chromosome"], path)
    calls["position"] = _numbers(table["Start_Position"]).fillna(0).astype(np.int64)
    calls = calls.join(_alleles(table))
    calls["end"] = calls["position"] + np.where(
        calls["reference"] == "-", 1, calls["reference"].str.len() - 1
    )
    symbolic = calls["alternate"].str.startswith("<")
    told = _numbers(_column(table, "End_Position")).fillna(calls["position"]).astype(np.int64)
    calls.loc[symbolic, "end"] = told[symbolic]
    terms = as_terms(table["Variant_Classification"], own, path)
    calls["consequence"] = terms
    calls["impact"] = terms.map(lambda term: impact_of(BIT[term]))
    calls["transcript"] = _text(table, "Transcript", "Transcript_ID")
    calls["hgvsp"] = _text(table, "HGVSp_Short", "HGVSp")
    place = calls["hgvsp"].str.extract(r"p\.\(?[A-Za-z*]+?(\d+)", expand=False)
    calls["protein_position"] = _numbers(place).astype("Int64")
    calls["population_af"] = _numbers(_text(table, *FREQUENCIES))
    calls = calls.join(_reads(table))
    same = _column(table, "Tumor_Seq_Allele1") == table["Tumor_Seq_Allele2"]
    calls["dosage"] = np.where((table["tissue"] == "germline") & same, 2, 1).astype(np.int8)
    calls["filter"] = _text(table, "FILTER").replace({"": "PASS", ".": "PASS"})
    return calls


def _chromosomes(written: pd.Series, path: str) -> pd.Series:
    """Name chromosomes as the genome does; names of its small contigs stay as they are."""
    names = written.map(with_prefix)
    strange = written[written.ne("") & ~names.map(bare_name).isin(MAIN)]
    if len(strange) > MOST_STRANGE * len(written):
        raise ValueError(
            f"{path}, line {strange.index[0]}: Chromosome is '{strange.iloc[0]}', and in "
            f"{len(strange)} of {len(written)} rows it is none of the genome; write 1 to 22, X, Y "
            "or MT."
        )
    return names


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """A column, or empty texts where the MAF has none."""
    return table[name] if name in table else pd.Series("", index=table.index, dtype=object)


def _text(table: pd.DataFrame, *names: str) -> pd.Series:
    """The first of several columns that has a word in a row; `na`, `NA`, `.` and `-` are none."""
    found = pd.Series("", index=table.index, dtype=object)
    for name in names:
        found = found.where(
            found.ne(""), _column(table, name).where(lambda x: ~x.isin(NO_WORD), "")
        )
    return found


def _numbers(texts: pd.Series) -> pd.Series:
    """Numbers, missing where a text is none."""
    return pd.to_numeric(texts, errors="coerce")


def _alleles(table: pd.DataFrame) -> pd.DataFrame:
    """Reference and alternate allele: sequences in upper case, `-`, or symbolic ones.

    Where Tumor_Seq_Allele2 is the reference, Tumor_Seq_Allele1 has the alternate.
    """
    reference, first, second = (
        _column(table, name).str.strip().str.upper()
        for name in ("Reference_Allele", "Tumor_Seq_Allele1", "Tumor_Seq_Allele2")
    )
    alternate = second.where(second.ne(reference) | ~first.str.match(SEQUENCE), first)
    is_sequence = reference.str.match(SEQUENCE) & alternate.str.match(SEQUENCE)
    is_sequence &= _numbers(table["Start_Position"]).notna()
    kind = _column(table, "Variant_Type").replace(KINDS)
    return pd.DataFrame(
        {
            "reference": reference.where(is_sequence, "N"),
            "alternate": alternate.where(is_sequence, "<" + kind + ">"),
        }
    )


def _reads(table: pd.DataFrame) -> pd.DataFrame:
    """Depth (reads) and share of reads with the alternate allele, told or counted."""
    depth, alternate, reference, share = (
        _numbers(_column(table, name))
        for name in ("t_depth", "t_alt_count", "t_ref_count", "t_vaf")
    )
    # more than half of a column beyond 1 are no mistakes: its shares are percentages
    if (share > 1).sum() > 0.5 * share.notna().sum():
        share = share / 100
    reads = depth.fillna(alternate + reference)
    share = share.where(share.between(0, 1), alternate / reads.where(reads > 0))
    return pd.DataFrame({"depth": depth.round().astype("Int64"), "vaf": share.astype(float)})


def place_calls(
    calls: pd.DataFrame, genes: pd.DataFrame, aliases: Mapping[str, str], chains: Chains
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bring calls to GRCh38 and to the genes of the universe.

    Args:
        calls: See `plain_calls`.
        genes: The gene universe, with `gene chromosome start`.
        aliases: Approved symbol by older symbol.
        chains: From GRCh37 to GRCh38.

    Returns:
        Calls on GRCh38, and the unplaced ones with the reason of each.
    """
    written = calls["gene"]
    calls = calls.assign(gene=match_genes(written, genes["gene"], aliases))
    home = genes.set_index("gene")
    no_place = (calls["position"] == 0) & calls["gene"].notna()
    calls.loc[no_place, "chromosome"] = calls["gene"].map(home["chromosome"])[no_place]
    calls.loc[no_place, "position"] = calls["gene"].map(home["start"])[no_place].astype(np.int64)
    old = calls["assembly"].eq("GRCh37") & ~no_place
    lifted, lost = lift_alleles(calls[old], chains)
    columns = ["chromosome", "position", "reference", "alternate"]
    placed = calls.copy()
    placed.loc[old, columns] = lifted[columns]
    reason = pd.Series("", index=calls.index, dtype=object)
    reason[old] = lost
    elsewhere = placed["gene"].notna() & placed["chromosome"].ne(
        placed["gene"].map(home["chromosome"])
    )
    reason[elsewhere & reason.eq("")] = "gene on another chromosome"
    reason[calls["gene"].isna()] = "gene without a model"
    reason[calls["reference"] == calls["alternate"]] = "no alternate allele"
    unplaced = calls.assign(gene=written, reason=reason)[reason.ne("")]
    for why, count in unplaced["reason"].value_counts().items():
        logger.info("%d calls are not placed: %s", count, why)
    return placed[reason.eq("")], unplaced[UNPLACED]


def without_copies(calls: pd.DataFrame) -> pd.DataFrame:
    """Keep one call per sample, allele and gene, and the columns of `calls.parquet`.

    Of copies that differ in their filter one that passes is kept.
    """
    keys = ["sample", "chromosome", "position", "reference", "alternate", "gene"]
    passing_first = calls["filter"].ne("PASS").sort_values(kind="stable").index
    kept = calls.loc[passing_first].drop_duplicates(keys)
    logger.info("%d calls; %d copies left out", len(kept), len(calls) - len(kept))
    return kept[COLUMNS].sort_values(keys, ignore_index=True)

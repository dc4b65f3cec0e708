"""MAF files: calls that come with their own annotation."""

import logging
from collections.abc import Mapping
from itertools import takewhile

import numpy as np
import pandas as pd

from gcin.annotation.classifications import as_terms
from gcin.annotation.consequences import BIT, impact_of
from gcin.intake.heads import UnreadableError, lines, opened
from gcin.intake.kinds import BUILDS, COLUMNS_OF_MAF
from gcin.intake.problems import nearest
from gcin.intake.spelling import plain_name
from gcin.reference.order import MAIN, bare_name, with_prefix

logger = logging.getLogger(__name__)

FREQUENCIES = ("gnomAD_AF", "gnomADg_AF", "gnomADe_AF", "ExAC_AF", "1000G_AF")
# Of 1000 Genomes where vcf2maf wrote it beside its populations'; alone, of a tumour's reads.
VEP_FREQUENCY, BESIDE_IT = "AF", "EUR_AF"
MOST_STRANGE = 0.05  # of the rows may lie on small contigs
# Short names of Variant_Type for symbolic alleles; other values (`ITD`) are taken as they are.
KINDS = {"": "SEQUENCE", "D": "DEL", "I": "INS", "Sub": "SNV"}
# Half way, as a factor, from shares to percentages; and values beyond 1 that may be mistakes.
BETWEEN, MISTAKEN = 10, 0.1
SEQUENCE = r"^([ACGT]+|-)$"
COMMON = r"(?:^|[;,])common_variant(?=$|[;,])"
NO_WORD = ("", "na", "NA", ".", "-")
# Mutation_Status as in the MAF specification, in small letters. The last four are no new allele: an
# inherited one is all that is left (LOH), none was confirmed (None), or RNA alone differs.
TISSUES = {"somatic": "tumour", "germline": "germline"}
NO_ALLELE = ("loh", "none", "wildtype", "post-transcriptional modification")


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
    missing = [name for name in COLUMNS_OF_MAF if name not in table]
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
    """Refuse calls of others alone, or of a sample in another spelling.

    These samples would pass for some without a variant.
    """
    uncalled = sorted(samples - barcodes)
    if barcodes and samples.isdisjoint(barcodes):
        raise ValueError(
            f"{path}: none of its {len(barcodes)} barcodes is a sample that the sheet names it "
            f"for, such as {uncalled[0]}. {nearest(uncalled[0], sorted(barcodes))}. Name samples "
            "as Tumor_Sample_Barcode does."
        )
    strangers = {plain_name(barcode): barcode for barcode in sorted(barcodes - samples)}
    meant = [sample for sample in uncalled if plain_name(sample) in strangers]
    if meant:
        barcode = strangers[plain_name(meant[0])]
        raise ValueError(
            f"{path}: sample {meant[0]} has no call, and barcode {barcode}, which the sheet does "
            f"not name, has some ({len(meant)} such). Name samples as Tumor_Sample_Barcode does."
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
        The columns of `calls.parquet` on the MAF's own assembly, with `end assembly reason` and
        the gene's symbol as written. Position 0 where the MAF gives none. Alleles that are not
        sequences become symbolic, by Variant_Type (`<ITD>`). `reason` says why a row is no call of
        its sample, see `_refusals`.

    Raises:
        ValueError: More than a few calls are on no known chromosome, or no row is of the tissue.
    """
    calls = pd.DataFrame({"sample": table["sample"], "assembly": table["assembly"]})
    calls["gene"] = table["Hugo_Symbol"].str.strip()
    calls["chromosome"] = _chromosomes(table["Chromosome"], path)
    calls["position"] = _numbers(table["Start_Position"]).fillna(0).astype(np.int64)
    calls = calls.join(_alleles(table, path))
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
    calls["population_af"] = _frequencies(table, path)
    calls = calls.join(_reads(table))
    same = _column(table, "Tumor_Seq_Allele1") == table["Tumor_Seq_Allele2"]
    calls["dosage"] = np.where((table["tissue"] == "germline") & same, 2, 1).astype(np.int8)
    calls["filter"] = _filters(table)
    calls["reason"] = _refusals(table, path)
    return calls


def _frequencies(table: pd.DataFrame, path: str) -> pd.Series:
    """Population frequencies; one beyond 1 is refused, as the others may be percentages, too."""
    written = _text(table, *FREQUENCIES, *[VEP_FREQUENCY] * (BESIDE_IT in table))
    numbers = _numbers(written)
    unread, wrong = written.ne("") & numbers.isna(), numbers.notna() & ~numbers.between(0, 1)
    if wrong.any():
        what = f"{written[wrong.idxmax()]} is no population frequency; write a number from 0 to 1"
        raise ValueError(f"{path}, line {wrong.idxmax()}: {what}, or empty the field.")
    if unread.any():
        logger.warning("%s: %d frequencies are no number, as %s, and count as unknown",
                       path, unread.sum(), written[unread.idxmax()])  # fmt: skip
    return numbers


def _filters(table: pd.DataFrame) -> pd.Series:
    """Filters that rows fail, PASS where none.

    A common allele is no somatic call, but as good an inherited one as any other: vcf2maf says so
    of every allele with a frequency above 0.0004 in some population, and offers no way not to.
    """
    written = _text(table, "FILTER")
    without = written.str.replace(COMMON, "", regex=True).str.strip(";,")
    return written.mask(table["tissue"] == "germline", without).replace({"": "PASS", ".": "PASS"})


def _refusals(table: pd.DataFrame, path: str) -> pd.Series:
    """Why rows are no calls of their samples, by Mutation_Status; empty where they are.

    One that is of the other tissue, or no allele that the sample carries. Unknown, no word and any
    other one stand for the sample's tissue.
    """
    written = _text(table, "Mutation_Status")
    status = written.str.lower()
    other = status.map(TISSUES).ne(table["tissue"]) & status.isin(TISSUES)
    refused = other | status.isin(NO_ALLELE)
    if other.any() and refused.all():
        line = other.idxmax()
        raise ValueError(
            f"{path}, line {line}: Mutation_Status is {written[line]}, and no row is a "
            f"call of a {table['tissue'][line]} sample; correct the sheet's column tissue."
        )
    unsaid = status.ne("") & ~refused & ~status.isin(TISSUES)
    if unsaid.any():
        words = ", ".join(sorted(set(written[unsaid]))[:5])
        logger.warning(
            "%s: %d calls of status %s pass for the tissue's own", path, unsaid.sum(), words
        )
    return ("Mutation_Status is " + written).where(refused, "")


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


def _alleles(table: pd.DataFrame, path: str) -> pd.DataFrame:
    """Reference and alternate allele: sequences in upper case, `-`, or symbolic ones.

    Where Tumor_Seq_Allele2 is the reference, Tumor_Seq_Allele1 has the alternate. Where both are
    alternates, the row tells the consequence of the second alone, and that is read.
    """
    reference, first, second = (
        _column(table, name).str.strip().str.upper()
        for name in ("Reference_Allele", "Tumor_Seq_Allele1", "Tumor_Seq_Allele2")
    )
    other = first.str.match(SEQUENCE) & first.ne(reference) & first.ne(second)
    other &= second.ne(reference)
    if other.any():
        logger.warning("%s: %d rows have two alternates; Allele1 is not read", path, other.sum())
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
    reads = depth.fillna(alternate + reference)
    counted = alternate / reads.where(reads > 0)
    share = share / 100 if _are_percentages(share, counted) else share
    share = share.where(share.between(0, 1), counted)
    return pd.DataFrame({"depth": reads.round().astype("Int64"), "vaf": share.astype(float)})


def _are_percentages(share: pd.Series, counted: pd.Series) -> bool:
    """Whether told shares of reads are in percent: of blood plasma most of them are below 1, too.

    Where reads were counted they tell; else more than some beyond 1 are no mistakes.
    """
    known = (share > 0) & (counted > 0)
    if known.any():
        return bool((share[known] / counted[known]).median() > BETWEEN)
    return bool((share > 1).sum() > MISTAKEN * share.notna().sum())

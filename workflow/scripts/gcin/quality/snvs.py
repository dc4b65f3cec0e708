"""A sample's own called SNVs, read from its gVCF."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from pysam import bcftools

WRITTEN = ["chromosome", "position", "reference", "alternates", "genotype", "depths", "quality"]
COLUMNS = [
    "chromosome", "position", "reference", "alternate", "ploidy", "is_het", "reference_reads",
    "reads",
]  # fmt: skip
GENOTYPE = r"^(?P<one>\d+)(?:[/|](?P<two>\d+))?$"
CHUNK_ROWS = 200_000


def read_snvs(
    gvcf: str, scratch: str | Path, min_depth: int, min_genotype_quality: int
) -> pd.DataFrame:
    """List the SNVs of a gVCF that are well enough seen.

    bcftools passes over the reference blocks, which are most of a gVCF.

    Args:
        gvcf: Of one sample.
        scratch: A folder for a file that is not kept.
        min_depth: Fewest reads of a genotype that counts.
        min_genotype_quality: Least quality, phred, of a genotype that counts.

    Returns:
        One row per haploid or diploid genotype with one alternate base, which it may hold once or
        twice, beside none or the reference: `COLUMNS`, reads by the genotype's AD.
    """
    listed = str(Path(scratch) / "snvs.tsv")
    fields = r"%CHROM\t%POS\t%REF\t%ALT[\t%GT\t%AD\t%GQ]\n"
    options = ("--allow-undef-tags", "-i", 'GT="alt" && strlen(REF)=1', "-f", fields)
    bcftools.query(*options, "-o", listed, gvcf, catch_stdout=False)
    kept = [_snvs(rows, min_depth, min_genotype_quality) for rows in _rows(listed)]
    return pd.concat(kept, ignore_index=True)


def _rows(listed: str) -> Iterator[pd.DataFrame]:
    """Read what bcftools listed, a block of rows at a time; the first has none, to name columns."""
    yield pd.DataFrame(columns=WRITTEN, dtype=str)
    if Path(listed).stat().st_size:
        yield from pd.read_csv(
            listed, sep="\t", header=None, names=WRITTEN, dtype=str, chunksize=CHUNK_ROWS,
            na_values=["."], keep_default_na=False, quoting=3,
        )  # fmt: skip


def _snvs(rows: pd.DataFrame, min_depth: int, min_quality: int) -> pd.DataFrame:
    """Keep the genotypes of `read_snvs` among rows as bcftools writes them."""
    quality = pd.to_numeric(rows["quality"], errors="coerce")
    alleles = rows["genotype"].str.extract(GENOTYPE).astype(float)
    number = alleles.max(axis=1)
    least = alleles.min(axis=1)
    is_one = (number > 0) & ((least == 0) | (least == number))
    rows = rows[is_one & (quality >= min_quality) & rows["depths"].notna()]
    alleles, number = alleles.loc[rows.index], number.loc[rows.index].astype(int)
    depths = rows["depths"].str.split(",", expand=True).apply(pd.to_numeric, errors="coerce")
    table = pd.DataFrame(
        {
            "chromosome": rows["chromosome"],
            "position": rows["position"].astype(int),
            "reference": rows["reference"].str.upper(),
            "alternate": _alternate(rows["alternates"], number),
            "ploidy": alleles.notna().sum(axis=1),
            "is_het": alleles["two"].notna() & (alleles["one"] != alleles["two"]),
            "reference_reads": depths.iloc[:, :1].fillna(0).sum(axis=1).astype(int),
            "reads": depths.fillna(0).sum(axis=1).astype(int),
        },
        columns=COLUMNS,
    )
    is_base = table[["reference", "alternate"]].isin(list("ACGT")).all(axis=1)
    return table[is_base & (table["reads"] >= min_depth)]


def _alternate(alternates: pd.Series, number: pd.Series) -> pd.Series:
    """Name the alternate of each row that its genotype holds, in capitals."""
    split = alternates.str.split(",")
    named = pd.Series(None, index=alternates.index, dtype=object)
    for wanted in number.unique():
        has = number == wanted
        named[has] = split[has].str[wanted - 1]
    return named.str.upper()

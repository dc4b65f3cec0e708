"""Sites with consequences as VCF: reading predictions, writing VEP's INFO/CSQ."""

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import pandas as pd
import pysam

from gcin.annotation.custom import require_numbers

CHUNK = 20_000
HEADER = (
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. '
    'Format: {fields}">'
)


def read_sites(path: str | Path) -> Iterator[pd.DataFrame]:
    """Read the sites of a VCF, some at a time, in the order of the file.

    Returns:
        Tables of `chromosome position reference alternate info`.
    """
    with gzip.open(path, "rt") as stream:
        _skip_header(stream)
        yield from pd.read_csv(
            stream,
            sep="\t",
            header=None,
            usecols=[0, 1, 3, 4, 7],
            names=["chromosome", "position", 2, "reference", "alternate", 5, 6, "info"],
            dtype={"chromosome": str, "reference": str, "alternate": str, "info": str},
            keep_default_na=False,
            quoting=3,
            chunksize=CHUNK,
        )


def _skip_header(stream: TextIO) -> None:
    """Read up to the line that names the columns."""
    for line in stream:
        if line.startswith("#CHROM"):
            return
    raise ValueError(f"{stream.name}: cut short in its header. Delete it and run the rule again.")


def header_lines(path: str | Path) -> list[str]:
    """Contig lines of a VCF."""
    with pysam.VariantFile(str(path)) as stream:
        return [
            f"##contig=<ID={contig.name}" + (f",length={contig.length}>" if contig.length else ">")
            for contig in stream.header.contigs.values()
        ]


def info_value(info: pd.Series, key: str) -> pd.Series:
    """Values of one INFO key; missing where a record does not have it."""
    return info.str.extract(rf"(?:^|;){key}=([^;]*)", expand=False)


def told_by_vep(sites: pd.DataFrame) -> pd.Series:
    """Blocks that Ensembl VEP wrote of each site."""
    return info_value(sites["info"], "CSQ")


def csq_fields(path: str | Path) -> list[str]:
    """Names of the CSQ fields that a VCF's header tells.

    Raises:
        ValueError: The file has no INFO/CSQ with a format.
    """
    with pysam.VariantFile(str(path)) as stream:
        if "CSQ" not in stream.header.info:
            raise ValueError(f"{path}: no INFO/CSQ in its header; was it annotated?")
        return stream.header.info["CSQ"].description.split("Format: ")[1].split("|")


def custom_values(sites: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Text of the custom fields as the end of every block: `|0.01|Pathogenic`, `|1` of a flag.

    Raises:
        ValueError: What models read as a number is none, see `require_numbers`.
    """
    info = sites["info"]
    ends = pd.Series("", index=info.index, dtype=object)
    for name in names:
        is_set = info.str.contains(rf"(?:^|;){name}(?:;|$)")
        told = info_value(info, name)
        require_numbers(sites, name, told)
        value = told.fillna("").replace(".", "").mask(is_set, "1")
        ends = ends + "|" + value.str.replace(",", "&").str.replace("|", "&", regex=False)
    return ends


def csq_lines(
    chunks: Iterable[pd.DataFrame],
    describe: Callable[[pd.DataFrame], pd.Series],
    custom: Sequence[str],
    fields: Sequence[str],
    contigs: Sequence[str],
) -> Iterator[str]:
    """Lines of a VCF of sites with VEP's INFO/CSQ.

    Args:
        chunks: Sites, see `read_sites`.
        describe: Makes the blocks of each site, joined by commas, missing where it has none.
        custom: INFO keys whose values end every block.
        fields: Names of the fields of a block, without the custom ones.
        contigs: Contig lines of the header.
    """
    yield "##fileformat=VCFv4.2"
    yield from contigs
    yield HEADER.format(fields="|".join([*fields, *custom]))
    yield "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"])
    for sites in chunks:
        blocks = describe(sites).reindex(sites.index)
        ends = custom_values(sites, custom)
        columns = (sites[name] for name in ("chromosome", "position", "reference", "alternate"))
        for contig, at, old, new, text, end in zip(*columns, blocks, ends, strict=True):
            if isinstance(text, str):
                told = text.replace(",", f"{end},") + end
                yield f"{contig}\t{at}\t.\t{old}\t{new}\t.\t.\tCSQ={told}"


def finds_unknown(path: str | Path) -> Callable[[str, int, int], bool]:
    """Tell of a contig, first and last base (1-based) whether a FASTA has an N between them."""
    genome = pysam.FastaFile(str(path))

    def has_unknown(contig: str, first: int, last: int) -> bool:
        return "N" in genome.fetch(contig, max(first - 1, 0), last).upper()

    return has_unknown

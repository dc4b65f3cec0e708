"""Gene models: transcripts with their exons and coding parts, from GTF or GFF3."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from gcin.reference.order import genome_order

logger = logging.getLogger(__name__)

EXONIC = ("exon", "CDS", "stop_codon")
NAMES = {
    "gene": ("gene_name", "gene", "Name"),
    "gene_biotype": ("gene_biotype", "gene_type", "biotype"),
    "transcript_biotype": ("transcript_biotype", "transcript_type", "biotype"),
    "protein": ("protein_id",),
}
GTF_VALUE = r'(?:^|[;\s]){key}\s+"?([^";]*)"?\s*(?:;|$)'
GFF3_VALUE = r"(?:^|;)\s*{key}=([^;]*)"


def read_models(path: str | Path) -> pd.DataFrame:
    """Read gene models, one row per transcript and place.

    GENCODE and RefSeq name what stands twice (the regions that X and Y share, other haplotypes) by
    one `transcript_id`, and UCSC in GTF, too: each place has a row, the later ones another name.

    Args:
        path: GTF or GFF3, plain or gzipped; RefSeq, Ensembl, GENCODE, UCSC or made by hand.

    Returns:
        `transcript gene gene_id chromosome start end strand biotype protein mane canonical phase`
        and the lists `exon_starts exon_ends coding_starts coding_ends`, ascending, 1-based and
        inclusive; the coding part holds the stop codon. `phase` counts the bases before the first
        whole codon. In genome order.

    Raises:
        ValueError: The file is neither format, or holds no transcript with exons.
    """
    lines = _read_lines(path)
    is_gff3 = _is_gff3(lines, path)
    parts = lines[lines["feature"].isin(EXONIC)].copy()
    owner = "Parent" if is_gff3 else "transcript_id"
    parts["transcript"] = _values(parts["attributes"], (owner,), is_gff3)
    parts = _split_parents(parts) if is_gff3 else _by_contig(parts, parts)
    if parts["transcript"].eq("").all() or not parts["feature"].eq("exon").any():
        raise ValueError(f"{path}: no transcript with exons in it; is it a GTF or GFF3?")
    described = _gff3_transcripts(lines, parts) if is_gff3 else _gtf_transcripts(lines, parts)
    return _assemble(described, parts)


def _read_lines(path: str | Path) -> pd.DataFrame:
    """Read the nine columns of the format, comments and sequence left out."""
    try:
        lines = pd.read_csv(
            path,
            sep="\t",
            comment="#",
            header=None,
            usecols=[0, 2, 3, 4, 6, 7, 8],
            names=["chromosome", 1, "feature", "start", "end", 5, "strand", "phase", "attributes"],
            dtype={"chromosome": str, "phase": str, "attributes": str},
            quoting=3,
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise ValueError(f"{path}: not a GTF or GFF3 of nine columns ({error})") from None
    return lines.astype({"start": np.int64, "end": np.int64})


def _is_gff3(lines: pd.DataFrame, path: str | Path) -> bool:
    """Tell GFF3 (`key=value`) from GTF (`key "value"`) by the attributes."""
    if lines.empty:
        raise ValueError(f"{path}: no gene model in it.")
    sample = lines["attributes"].head(200)
    return bool(sample.str.match(r"\s*[\w.-]+=").mean() > 0.5)


def _values(attributes: pd.Series, keys: tuple[str, ...], is_gff3: bool) -> pd.Series:
    """The value of the first of `keys` that an attribute column holds, else an empty text."""
    form = GFF3_VALUE if is_gff3 else GTF_VALUE
    found = pd.Series("", index=attributes.index, dtype=object)
    for key in reversed(keys):
        value = attributes.str.extract(form.format(key=key), expand=False)
        found = value.where(value.notna() & value.ne(""), found)
    return found


def _split_parents(parts: pd.DataFrame) -> pd.DataFrame:
    """One row per parent, as GFF3 lets one exon belong to several transcripts."""
    parts["transcript"] = parts["transcript"].str.split(",")
    return parts.explode("transcript", ignore_index=True)


def _by_contig(rows: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Name transcripts of a GTF by contig, too, where parts of them lie on another one first."""
    first = parts.drop_duplicates("transcript").set_index("transcript")["chromosome"]
    named, contigs = rows["transcript"], rows["chromosome"]
    again = named.ne("") & named.isin(first.index) & named.map(first).ne(contigs)
    return rows.assign(transcript=named.mask(again, named + "_" + contigs))


def _gtf_transcripts(lines: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Describe the transcripts of a GTF; exon lines stand in for missing transcript lines."""
    exons = parts[parts["feature"] == "exon"]
    rows = lines[lines["feature"] == "transcript"]
    rows = rows.assign(transcript=_values(rows["attributes"], ("transcript_id",), False))
    rows = _by_contig(rows, parts) if len(rows) else exons
    rows = pd.concat([rows, parts[~parts["transcript"].isin({"", *exons["transcript"]})]])
    text, described = rows["attributes"], rows[["transcript"]].copy()
    described["gene_id"] = _values(text, ("gene_id",), False)
    for name, keys in NAMES.items():
        described[name] = _values(text, keys, False)
    coding = parts[parts["feature"] == "CDS"].drop_duplicates("transcript")
    proteins = _values(coding.set_index("transcript")["attributes"], ("protein_id",), False)
    described["protein"] = described["transcript"].map(proteins).fillna("")
    described["tags"] = text
    return described


def _gff3_transcripts(lines: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Describe the transcripts of a GFF3 by following exon, transcript and gene upwards."""
    ids = _values(lines["attributes"], ("ID",), True)
    rows = lines[ids.isin(set(parts["transcript"])) & ~ids.duplicated()]
    text = rows["attributes"]
    described = pd.DataFrame({"identifier": ids[rows.index]})
    described["parent"] = _values(text, ("Parent",), True)
    # What is coded without a transcript between, as RefSeq has it of the mitochondrion, is a gene.
    described["parent"] = described["parent"].mask(lambda x: x.eq(""), described["identifier"])
    named = _values(text, ("transcript_id", "Name"), True)
    is_name = named.ne("") & ~named.duplicated()
    described["transcript"] = named.where(is_name, _bare(described["identifier"]))
    described["transcript_biotype"] = _values(text, NAMES["transcript_biotype"], True)
    described["tags"] = text
    genes = lines[ids.isin(set(described["parent"]))]
    above = pd.DataFrame({"parent": ids[genes.index]})
    for name in ("gene", "gene_biotype"):
        above[name] = _values(genes["attributes"], NAMES[name], True)
    above["gene_id"] = _values(genes["attributes"], ("gene_id",), True)
    above["gene_id"] = above["gene_id"].where(above["gene_id"].ne(""), _bare(above["parent"]))
    described = described.merge(above.drop_duplicates("parent"), how="left", on="parent")
    coding = parts[parts["feature"] == "CDS"].drop_duplicates("transcript")
    proteins = _values(coding.set_index("transcript")["attributes"], ("protein_id",), True)
    described["protein"] = described["identifier"].map(proteins).fillna("")
    renamed = dict(zip(described["identifier"], described["transcript"], strict=True))
    parts["transcript"] = parts["transcript"].map(renamed)
    return described.fillna("")


def _bare(identifiers: pd.Series) -> pd.Series:
    """Drop the kind that Ensembl and NCBI write before an identifier."""
    return identifiers.str.replace(r"^(transcript:|gene:|rna-|gene-)", "", regex=True)


def _assemble(described: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Join descriptions with exons and coding parts; without exons, these are what is coded."""
    described = described.drop_duplicates("transcript").set_index("transcript")
    is_exon = parts["feature"] == "exon"
    is_exon |= ~parts["transcript"].isin(parts["transcript"][is_exon])
    exons = _lists(parts[is_exon], "exon")
    coding = _lists(parts[parts["feature"].isin(["CDS", "stop_codon"])], "coding")
    models = exons.join(coding, how="left").join(described, how="inner")
    for column in ("coding_starts", "coding_ends"):
        models[column] = [value if isinstance(value, list) else [] for value in models[column]]
    models["start"] = [starts[0] for starts in models["exon_starts"]]
    models["end"] = [ends[-1] for ends in models["exon_ends"]]
    models["phase"] = models.index.map(_first_phases(parts)).fillna(0).astype(int)
    models["gene"] = models["gene"].where(models["gene"].ne(""), models["gene_id"])
    models["biotype"] = _biotypes(models)
    models["mane"] = models["tags"].str.contains(r"MANE[ _]Select", regex=True)
    models["canonical"] = models["tags"].str.contains("Ensembl_canonical", regex=False)
    models = models.rename_axis("transcript").reset_index()
    kept = ["transcript", "gene", "gene_id", "chromosome", "start", "end", "strand", "biotype"]
    kept += ["protein", "mane", "canonical", "phase"]
    kept += ["exon_starts", "exon_ends", "coding_starts", "coding_ends"]
    logger.info("read %d transcripts of %d genes", len(models), models["gene"].nunique())
    return in_genome_order(models[kept])


def in_genome_order(table: pd.DataFrame) -> pd.DataFrame:
    """Sort a table of transcripts by chromosome (1 to 22, X, Y, M, others), start and end."""
    order = sorted(set(table["chromosome"]), key=genome_order)
    rank = table["chromosome"].map({name: place for place, name in enumerate(order)})
    keys = ["rank", "start", "end", "transcript"]
    return table.assign(rank=rank).sort_values(keys, ignore_index=True).drop(columns="rank")


def _lists(parts: pd.DataFrame, name: str) -> pd.DataFrame:
    """Gather the intervals of each transcript, those that touch joined, ascending."""
    rows = parts.sort_values(["transcript", "start"], kind="stable")
    previous = rows.groupby("transcript")["end"].cummax().shift(fill_value=-2)
    is_new = rows["transcript"].ne(rows["transcript"].shift()) | (rows["start"] > previous + 1)
    block = is_new.cumsum()
    merged = rows.groupby(block.to_numpy()).agg(
        transcript=("transcript", "first"),
        chromosome=("chromosome", "first"),
        strand=("strand", "first"),
        start=("start", "min"),
        end=("end", "max"),
    )
    lists = merged.groupby("transcript").agg(
        chromosome=("chromosome", "first"),
        strand=("strand", "first"),
        starts=("start", list),
        ends=("end", list),
    )
    lists = lists.rename(columns={"starts": f"{name}_starts", "ends": f"{name}_ends"})
    return lists if name == "exon" else lists.drop(columns=["chromosome", "strand"])


def _first_phases(parts: pd.DataFrame) -> pd.Series:
    """Phase of the first coding part of each transcript, in its own direction."""
    coding = parts[parts["feature"] == "CDS"].copy()
    coding["order"] = coding["start"].where(coding["strand"] == "+", -coding["end"])
    first = coding.sort_values("order").drop_duplicates("transcript").set_index("transcript")
    return pd.to_numeric(first["phase"], errors="coerce").fillna(0)


def _biotypes(models: pd.DataFrame) -> pd.Series:
    """Biotype of each transcript: its own, else its gene's, else by whether it has a CDS."""
    own = models["transcript_biotype"]
    told = own.where(own.ne(""), models["gene_biotype"])
    coding = models["coding_starts"].str.len() > 0
    return told.where(told.ne(""), np.where(coding, "protein_coding", "lncRNA"))

"""Gene models written for other programs: GFF3 for bcftools csq, GTF for Ensembl VEP."""

from collections.abc import Iterator

import pandas as pd

# What bcftools csq takes for coding and for non-coding: only that matters to it here, and it would
# leave out every transcript of a biotype that it does not know, lncRNA among them.
CODING, NON_CODING = "protein_coding", "lincRNA"


def coding_phases(model: tuple) -> list[int]:
    """Bases before the first whole codon of each coding part, in genome order."""
    parts = list(zip(model.coding_starts, model.coding_ends, strict=True))
    phases, phase = [], model.phase
    for start, end in parts if model.strand == "+" else parts[::-1]:
        phases.append(phase)
        phase = (phase - (end - start + 1)) % 3
    return phases if model.strand == "+" else phases[::-1]


def untranslated(model: tuple) -> list[tuple[str, int, int]]:
    """Untranslated parts of the exons of a coding transcript: kind, start and end."""
    first, last = model.coding_starts[0], model.coding_ends[-1]
    before, after = "five_prime_UTR", "three_prime_UTR"
    before, after = (before, after) if model.strand == "+" else (after, before)
    exons = list(zip(model.exon_starts, model.exon_ends, strict=True))
    left = [(before, start, min(end, first - 1)) for start, end in exons if start < first]
    right = [(after, max(start, last + 1), end) for start, end in exons if end > last]
    return left + right


def _line(model: tuple, kind: str, start: int, end: int, phase: object, text: str) -> str:
    """One line of nine columns."""
    return "\t".join(
        (model.chromosome, "gcin", kind, str(start), str(end), ".", model.strand, str(phase), text)
    )


def gff3_lines(models: pd.DataFrame) -> Iterator[str]:
    """Lines of a GFF3 that bcftools csq understands, contig by contig and by start.

    Ids are written as Ensembl does (`gene:`, `transcript:`), coding parts hold the stop codon, and
    untranslated parts have lines of their own, as csq tells them from nothing else. It takes no
    gene twice: one that several contigs have is named by contig on all but the first.
    """
    genes = models.groupby(["chromosome", "gene_id"], sort=False)
    spans = genes.agg(start=("start", "min"), end=("end", "max"))
    lines, seen, homes = [], set(), {}
    for model in models.itertuples():
        key = (model.chromosome, model.gene_id)
        is_home = homes.setdefault(model.gene_id, model.chromosome) == model.chromosome
        gene = model.gene_id if is_home else f"{model.gene_id}_{model.chromosome}"
        biotype = CODING if len(model.coding_starts) else NON_CODING
        if key not in seen:
            seen.add(key)
            start, end = spans.loc[key]
            text = f"ID=gene:{gene};Name={model.gene};biotype={biotype}"
            lines.append(_line(model, "gene", start, end, ".", text))
        lines += _gff3_transcript(model, gene, biotype)
    yield "##gff-version 3"
    yield from _sorted_lines(lines)


def _gff3_transcript(model: tuple, gene: str, biotype: str) -> list[str]:
    """Lines of one transcript."""
    own = f"Parent=transcript:{model.transcript}"
    head = f"ID=transcript:{model.transcript};Parent=gene:{gene};biotype={biotype}"
    lines = [_line(model, "transcript", model.start, model.end, ".", head)]
    exons = zip(model.exon_starts, model.exon_ends, strict=True)
    lines += [_line(model, "exon", start, end, ".", own) for start, end in exons]
    if len(model.coding_starts):
        parts = zip(model.coding_starts, model.coding_ends, coding_phases(model), strict=True)
        lines += [_line(model, "CDS", start, end, phase, own) for start, end, phase in parts]
        lines += [
            _line(model, kind, start, end, ".", own) for kind, start, end in untranslated(model)
        ]
    return lines


def _sorted_lines(lines: list[str]) -> list[str]:
    """Lines by contig (in order of appearance) and start; a parent stays before its parts."""
    contigs = {
        name: place for place, name in enumerate(dict.fromkeys(x.split("\t")[0] for x in lines))
    }

    def key(line: str) -> tuple[int, int]:
        columns = line.split("\t", 4)
        return contigs[columns[0]], int(columns[3])

    return sorted(lines, key=key)


def gtf_lines(models: pd.DataFrame) -> Iterator[str]:
    """Lines of a GTF that Ensembl VEP understands, contig by contig and by start."""
    genes = models.groupby(["chromosome", "gene_id"], sort=False)
    spans = genes.agg(start=("start", "min"), end=("end", "max"))
    heads = models.drop_duplicates(["chromosome", "gene_id"])
    lines = [
        _line(model, "gene", *spans.loc[(model.chromosome, model.gene_id)], ".", _gtf_gene(model))
        for model in heads.itertuples()
    ]
    for model in models.itertuples():
        lines += _gtf_transcript(model)
    yield from _sorted_lines(lines)


def _gtf_gene(model: tuple) -> str:
    """Attributes of a gene."""
    return f'gene_id "{model.gene_id}"; gene_name "{model.gene}"; gene_biotype "{model.biotype}";'


def _gtf_transcript(model: tuple) -> list[str]:
    """Lines of one transcript; its coding parts hold the stop codon, which VEP takes as well."""
    own = f'{_gtf_gene(model)} transcript_id "{model.transcript}";'
    own += f' transcript_biotype "{model.biotype}";'
    tags = ' tag "MANE_Select";' * model.mane + ' tag "Ensembl_canonical";' * model.canonical
    lines = [_line(model, "transcript", model.start, model.end, ".", own + tags)]
    exons = list(zip(model.exon_starts, model.exon_ends, strict=True))
    ranks = range(1, len(exons) + 1)
    ranks = ranks if model.strand == "+" else reversed(ranks)
    for rank, (start, end) in zip(ranks, exons, strict=True):
        lines.append(_line(model, "exon", start, end, ".", f'{own} exon_number "{rank}";'))
    protein = f'{own} protein_id "{model.protein}";' if model.protein else own
    parts = zip(model.coding_starts, model.coding_ends, coding_phases(model), strict=True)
    return lines + [_line(model, "CDS", start, end, phase, protein) for start, end, phase in parts]

"""The gene models as GTF, in Ensembl's manner."""

from collections.abc import Iterator

from gcin.simulation.genome import Gene, Genome


def gtf_text(genome: Genome) -> str:
    """Write every gene's model, coordinates 1-based and inclusive; CDS without the stop codon."""
    title = "#!genome-build simulated: real symbols in GRCh38 order, sequence made by a program\n"
    return title + "".join(line for gene in genome.genes for line in _lines(gene))


def _lines(gene: Gene) -> Iterator[str]:
    """Write one gene: gene, transcript, then its parts in the order in which they are read."""
    for feature, start, end, frame, more in _parts(gene):
        fields = [gene.chromosome, "gcin", feature, str(start + 1), str(end), ".", gene.strand]
        fields += [frame, _attributes(gene, feature, more)]
        yield "\t".join(fields) + "\n"


def _parts(gene: Gene) -> Iterator[tuple[str, int, int, str, str]]:
    """List a gene's features: name, start and end (0-based, half open), frame, exon number."""
    turn = 1 if gene.strand == "+" else -1
    yield "gene", gene.start, gene.end, ".", ""
    yield "transcript", gene.start, gene.end, ".", ""
    read = 0
    segments = list(zip(gene.exons, gene.coding, strict=True))[::turn]
    for number, (exon, coding) in enumerate(segments, start=1):
        yield "exon", *exon, ".", str(number)
        start, end = _without_stop(gene, coding, last=number == len(segments))
        yield "CDS", start, end, str(-read % 3), str(number)
        read += end - start
    first, last = segments[0][1], segments[-1][1]
    yield "start_codon", *_first_three(first, turn), "0", "1"
    yield "stop_codon", *_first_three(last, -turn), "0", str(len(segments))
    before, after = (gene.start, gene.coding[0][0]), (gene.coding[-1][1], gene.end)
    yield "five_prime_utr", *(before if turn == 1 else after), ".", ""
    yield "three_prime_utr", *(after if turn == 1 else before), ".", ""


def _without_stop(gene: Gene, coding: tuple[int, int], last: bool) -> tuple[int, int]:
    """Leave the stop codon out of the last coding segment."""
    start, end = coding
    if not last:
        return start, end
    return (start, end - 3) if gene.strand == "+" else (start + 3, end)


def _first_three(segment: tuple[int, int], turn: int) -> tuple[int, int]:
    """Give the first three bases of a segment read forward, the last three read backward."""
    start, end = segment
    return (start, start + 3) if turn == 1 else (end - 3, end)


def _attributes(gene: Gene, feature: str, exon: str) -> str:
    """Write the ninth column."""
    pairs = {"gene_id": f"SIMG-{gene.name}", "gene_name": gene.name, "gene_source": "gcin"}
    pairs["gene_biotype"] = "protein_coding"
    if feature != "gene":
        pairs |= {"transcript_id": gene.transcript, "transcript_biotype": "protein_coding"}
        pairs |= {"tag": "Ensembl_canonical"}
    if exon:
        pairs["exon_number"] = exon
    return " ".join(f'{key} "{value}";' for key, value in pairs.items())

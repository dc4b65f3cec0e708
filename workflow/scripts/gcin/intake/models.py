"""Gene models, by how their file begins."""

import re

from gcin.intake.heads import UnreadableError, lines

FIELDS = 9  # contig, source, feature, start, end, score, strand, phase, attributes
NAMES = {"GRCh37": re.compile("GRCh37|hg19"), "GRCh38": re.compile("GRCh38|hg38")}
# GENCODE's own lift-over names both: of the one, mapped to the other.
MAPPED = re.compile(r"mapped to (GRCh3[78])")


def require_gene_models(path: str, assembly: str) -> None:
    """Refuse what is no GTF or GFF3, or says that it is of another assembly alone.

    Args:
        path: The file, plain or gzipped.
        assembly: Of the genome; of one without a known rival, what a file says is not looked at.

    Raises:
        UnreadableError: Says which.
    """
    remarks = []
    for line in lines(path):
        if line.startswith("#"):
            remarks.append(line)
        elif line.strip():
            fields = line.split("\t")
            if len(fields) != FIELDS or not (fields[3].isdigit() and fields[4].isdigit()):
                raise UnreadableError(
                    f"it is no GTF or GFF3: its first row {line[:40]!r} has no {FIELDS} fields "
                    "parted by tabs, with start and end in the fourth and fifth"
                )
            break
    else:
        raise UnreadableError("it holds no gene models")
    said = " ".join(remarks)
    said = " ".join(MAPPED.findall(said)) or said
    named = {name: pattern.search(said) for name, pattern in NAMES.items()}
    # Of which of both they are, programs that lift gene models over do not say in one way.
    if assembly not in NAMES or named.pop(assembly):
        return
    for told in filter(None, named.values()):
        raise UnreadableError(f"its header says that it is of {told[0]}, and the genome {assembly}")

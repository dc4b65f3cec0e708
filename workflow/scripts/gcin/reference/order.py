"""The order of chromosomes in a genome, whatever file they come from."""

# As others number them: MT of Ensembl, 23 and 24 of PLINK, and of MAF files from Firehose.
ALSO = {"MT": "M", "23": "X", "24": "Y"}
MAIN = [*(str(number) for number in range(1, 23)), "X", "Y", "M"]


def bare_name(contig: str) -> str:
    """Name a main chromosome as `1` to `22`, `X`, `Y`, `M`; another contig by its own name."""
    name = contig.removeprefix("chr")
    name = ALSO.get(name, name)
    return name if name in MAIN else contig


def is_mitochondrial(contig: str) -> bool:
    """Whether a contig is the mitochondrion, whatever its name."""
    return bare_name(contig) == "M"


def with_prefix(contig: str) -> str:
    """Name a main chromosome as GRCh38 analysis sets do: `chr1`, `chrX`, `chrM`."""
    name = bare_name(contig)
    return f"chr{name}" if name in MAIN else contig


def genome_order(contig: str) -> tuple[int, str]:
    """Sort key: chromosomes 1 to 22, X, Y, M, then every other contig by name."""
    name = bare_name(contig)
    return (MAIN.index(name), "") if name in MAIN else (len(MAIN), contig)

"""Reference files from the network, fetched only where the configuration asks for them."""

import re
from pathlib import PurePosixPath

ASKED = SETTINGS["reference"]["download"] or {"fasta": None, "known_sites": []}
DOWNLOADS = {
    PurePosixPath(file["url"]).name: file
    for file in (ASKED["fasta"], *ASKED["known_sites"])
    if file
}
if ASKED["fasta"]:
    # From here on the fetched genome, first of its kind, is the genome of the run.
    SETTINGS["reference"]["fasta"] = f"resources/external/{next(iter(DOWNLOADS))}"


rule download_reference:
    """Fetch a reference file and check that it is, byte for byte, the one that was named."""
    output:
        file=ensure(
            "resources/external/{file}",
            sha256=lambda wildcards: DOWNLOADS[wildcards.file]["sha256"],
        ),
    log:
        "logs/download_reference/{file}.log",
    benchmark:
        "benchmarks/results/download_reference/{file}.tsv"
    wildcard_constraints:
        file="|".join(map(re.escape, DOWNLOADS)) or "nothing-to-fetch",
    # Compute nodes often have no way out to the network.
    localrule: True
    conda:
        "../../envs/reads.yaml"
    params:
        url=lambda wildcards: DOWNLOADS[wildcards.file]["url"],
    shell:
        """
        exec 2>{log:q}
        curl --fail --location --retry 3 --show-error --silent --output {output.file:q} {params.url:q}
        """

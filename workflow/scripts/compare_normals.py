"""Compare a tumour with its patient's germline samples: are they of one person?"""

from tempfile import TemporaryDirectory

from gcin._log import log_to
from gcin.quality.normals import compared_normals

log_to(snakemake.log[0])

files = {"alignment": snakemake.input.alignment, "genome": snakemake.input.genome}
gvcfs = dict(zip(snakemake.params.normals, snakemake.input.gvcfs, strict=True))
with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
    normals = compared_normals(
        snakemake.wildcards.sample,
        files,
        gvcfs,
        snakemake.params.limits,
        snakemake.params.comparison,
        scratch,
    )
normals.to_csv(snakemake.output.normals, sep="\t", index=False, float_format="%.6g")

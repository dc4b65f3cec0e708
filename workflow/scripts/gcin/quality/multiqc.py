"""MultiQC over the reports of many samples, each under its sample's name."""

import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gcin.quality.samples import sample_of

HEADER = """\
# id: gcin_samples
# section_name: Samples of the generation
# description: every sample, whatever it came as; a cell is empty where nothing could be measured
# plot_type: table
"""


def render(samples: pd.DataFrame, reports: Iterable[str], page: str | Path, title: str) -> None:
    """Write MultiQC's page; its data are inside it.

    Args:
        samples: The table of sample quality, indexed by sample.
        reports: Reports named `…/samples/{sample}/quality/{report}`.
        page: The HTML file to write.
        title: Of the page.

    Raises:
        subprocess.CalledProcessError: MultiQC failed; its words are in the log.
    """
    with tempfile.TemporaryDirectory() as folder:
        for report in reports:
            # MultiQC takes a sample's name from the file's, and these are alike in all samples.
            name = f"{sample_of(report)}.{Path(report).name.removeprefix('coverage.')}"
            Path(folder, name).symlink_to(Path(report).resolve())
        table = samples.rename_axis("Sample").to_csv(sep="\t", na_rep="")
        Path(folder, "samples_mqc.tsv").write_text(HEADER + table)
        command = ["multiqc", folder, "--filename", Path(page).name, "--outdir", folder]
        command += ["--no-data-dir", "--fn_as_s_name", "--title", title, "--no-version-check"]
        subprocess.run([*command, "--no-ansi"], check=True)
        Path(page).write_bytes(Path(folder, Path(page).name).read_bytes())

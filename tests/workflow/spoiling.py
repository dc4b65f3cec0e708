"""Ways to spoil a valid run, and what its user must then be told."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import pysam
import pytest
from described_run import BLOCKS, GENOTYPES, Description, clinical_table, vcf_header


@dataclass(frozen=True)
class Case:
    """A way to spoil a valid run, and what its user must then be told, in one line."""

    name: str
    spoil: Callable[[Description], object]
    told: tuple[str, ...]


def case(name, spoil, *told):
    """Name a way to spoil a run and the words that one line of the message must hold."""
    return pytest.param(Case(name, spoil, told), id=name.replace(" ", "-"))


def row(line, **values):
    """Change fields of the row in this line of the sheet."""
    return lambda run: run.set_row(line, **values)


def card(old, new, cohort="a"):
    """Replace text of a card."""
    return lambda run: run.replace_in_card(old, new, cohort)


def setting(path, value):
    """Change one setting, its key path written with dots."""

    def spoil(run):
        *above, last = path.split(".")
        place = run.config
        for key in above:
            place = place[key]
        place[last] = value

    return spoil


def searched(search="random", **designs):
    """Ask for a search of these designs' settings."""
    asked = setting("model.tuning.search", search)
    return both(asked, setting("model.tuning.designs", designs))


def policy(**changes):
    """Declare a policy of the study that is valid but for these."""
    typical = {"confounders": ["age"], "endpoints": ["response", "os"]}
    return setting("studies.trial.policy", typical | changes)


def known_sites(*paths):
    """Ask for recalibration with these known sites."""
    return both(setting("alignment.recipe", "bqsr"), setting("reference.known_sites", list(paths)))


def data(name, content):
    """Write a file of the data root."""
    packed = content if isinstance(content, bytes) else content.encode()
    return lambda run: (run.data / name).write_bytes(packed)


def clinical_of(facts, patients=None):
    """Write a clinical table with a column of facts, its other columns valid."""
    patients = patients or [f"P{number}" for number, _ in enumerate(facts, 1)]
    return clinical_table(patients, fact=list(facts))


def alignment(kind="bam", form=None, groups=({"ID": "1", "SM": "S4"},), length=99, cut=0, **values):
    """Give sample S4 as an alignment without reads, in a form that its kind may not be."""
    form = form or kind
    header = {"SQ": [{"SN": "chr1", "LN": length}], "RG": list(groups)}

    def spoil(run):
        path = run.data / f"S4.{kind}"
        mode = {"bam": "wb", "cram": "wc", "sam": "w"}[form]
        with pysam.AlignmentFile(str(path), mode, header=header):
            pass
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) - cut])
        typical = {"kind": kind, "file": path.name, "tissue": "germline", "assembly": "GRCh38"}
        run.set_row(6, **typical | values)

    return spoil


def calls(kind="vcf", samples=("S4",), meta=(GENOTYPES, BLOCKS), cut=0, **values):
    """Give sample S4 as a VCF or genomic VCF without records, bgzipped."""

    def spoil(run):
        path = run.data / f"S4.{kind}.gz"
        plain = run.data / "S4.plain"
        plain.write_bytes(gzip.decompress(vcf_header(*samples, meta=meta)))
        pysam.tabix_compress(str(plain), str(path), force=True)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) - cut])
        typical = {"kind": kind, "file": path.name, "tissue": "germline", "assembly": "GRCh38"}
        run.set_row(6, **typical | values)

    return spoil


def truth(meta, contig, *samples):
    """Give sample S2 of cohort a a truth with these lines of its header and a record."""
    record = "\t".join([contig, "1", ".", "A", "C", ".", ".", ".", "GT", *["0/1"] * len(samples)])
    header = gzip.decompress(vcf_header(*samples, meta=(meta.decode().strip() or "##x=y",)))
    vcf = gzip.compress(header + record.encode() + b"\n")
    named = "assay: panel\ntruth: {S2: {vcf: t.vcf.gz, bed: t.bed}}"
    beds = data("t.bed", "chr1\t0\t4\n")
    return both(both(data("t.vcf.gz", vcf), beds), card("assay: panel", named))


def rename_column(old, new):
    """Rename a column of the sheet."""

    def spoil(run):
        run.rows = run.rows.rename(columns={old: new})

    return spoil


def drop_column(name):
    """Leave out a column of the sheet."""

    def spoil(run):
        run.rows = run.rows.drop(columns=name)

    return spoil


def add_row(**values):
    """Repeat the first row of the sheet with other values."""

    def spoil(run):
        added = pd.concat([run.rows, run.rows.iloc[[0]].assign(**values)], ignore_index=True)
        run.rows = added

    return spoil


def repeat_row(line, **values):
    """Repeat the row in this line of the sheet with other values."""

    def spoil(run):
        added = run.rows.iloc[[line - 2]].assign(**values)
        run.rows = pd.concat([run.rows, added], ignore_index=True)

    return spoil


def both(*spoils):
    """Spoil in several ways."""
    return lambda run: [spoil(run) for spoil in spoils]


def without_rows(run):
    """Leave nothing but the header of the sheet."""
    run.rows = run.rows.iloc[:0]


def repeat_column(run):
    """Name one column of the sheet twice."""
    run.rows.columns = [*run.rows.columns[:-1], "platform"]

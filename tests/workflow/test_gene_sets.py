"""Gene sets are of the same genes in every cohort of a study, and it is said who lacks these."""

import pytest
import yaml
from described_run import describe
from planning import files, planned

from gcin.splits.beforehand import check_beforehand

GENES = "ABCDEFGH"
MAPPED = (
    "omics:\n  rna: {file: rna.%s.tsv, patient: id, taken: before_treatment, sets: sets.gmt,"
    " min_genes: 2}\ncondition:\n"
)
PLAIN = MAPPED.replace(" sets: sets.gmt,", "").replace(" min_genes: 2", "")
TOLD = "of 1 of 1 gene sets b has fewer than half of the genes"


@pytest.fixture
def run(tmp_path):
    """A cohort with all genes of a set, and an external one."""
    made = describe(tmp_path)
    made.rows = made.rows[made.rows["kind"] != "fastq"]
    made.study.update(designs=["lasso"], predict_with="lasso")
    (made.data / "sets.gmt").write_text("ALL\tnote\t" + "\t".join(GENES) + "\n")
    return made


def with_tables(run, genes, mapped=MAPPED):
    for cohort, patient, own in (("a", "P1", GENES), ("b", "P4", genes)):
        table = "\n".join("\t".join(row) for row in (["id", *own], [patient, *"1" * len(own)]))
        (run.data / f"rna.{cohort}.tsv").write_text(table + "\n")
        run.cards[cohort] = run.cards[cohort].replace("condition:\n", mapped % cohort)
    run.write()
    return run


def omics_read(run):
    """Rule to the omics that it reads."""
    names = ("samples", "cards", "data_root", "studies")
    own = {name: run.config[name] for name in names}
    own["reference"] = {name: run.config["reference"][name] for name in ("fasta", "gene_models")}
    (run.folder / "own.yaml").write_text(yaml.safe_dump(own))
    jobs = [(rule, files(body, "input")) for rule, body in planned(run.folder)]
    return {
        rule: {path for path in inputs if path.endswith("/omics.parquet")} for rule, inputs in jobs
    }


def test_models_read_sets_of_the_same_genes(run):
    found = omics_read(with_tables(run, GENES))
    assert {path.split("/")[1] for path in found["average_gene_sets"]} == {"cohorts"}
    for rule, cohort in (("train_baseline", "a"), ("apply_baseline", "b")):
        assert found[rule]
        assert {path.split("/")[1] for path in found[rule]} == {"studies"}
        assert any(path.endswith(f"/clinical/{cohort}/omics.parquet") for path in found[rule])


@pytest.mark.parametrize("alone", [True, False])
def test_a_cohort_alone_and_tables_without_sets_are_read_as_they_are(run, alone):
    if alone:
        run.study["external"] = []
    found = omics_read(with_tables(run, GENES, MAPPED if alone else PLAIN))
    assert "average_gene_sets" not in found
    assert {path.split("/")[1] for path in found["train_baseline"]} == {"cohorts"}


@pytest.mark.parametrize(("genes", "told"), [("ABCD", False), ("ABC", True)])
def test_a_table_of_few_genes_of_the_sets_is_said(run, genes, told):
    said = check_beforehand(with_tables(run, genes).read())
    assert any(TOLD in line for line in said) == told

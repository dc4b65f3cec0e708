"""Which tables of omics a study reads: those of its cohorts, or with gene sets in common."""

from gcin.clinical.gene_sets import fewest_genes


def fewest_of(study):
    """Map each table of omics with gene sets, of a study's cohorts, to the genes a set must have."""
    return fewest_genes(RUN.cards[cohort]["omics"] for cohort in STUDIES[study]["cohorts"])


def omics_of(wildcards, cohorts):
    """Name the omics of some cohorts of a study; of several with gene sets, with sets in common."""
    every = RUN.cohorts_of(wildcards.study)
    if len(every) == 1 or not fewest_of(wildcards.study):
        return of_generations(cohorts, "clinical/omics.parquet")
    return [
        f"results/studies/{wildcards.study}/{wildcards.edition}/clinical/{cohort}/omics.parquet"
        for cohort in cohorts
    ]


def averaged_beside(wildcards):
    """Name the cohorts that a study trains on, and the one whose sets are averaged."""
    return list(dict.fromkeys([*STUDIES[wildcards.study]["cohorts"], wildcards.cohort]))

"""The settings: checked against their schema, then by what they mean for sheet and cards."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from gcin.intake.designs import check_designs, check_learning, check_spoken
from gcin.intake.endpoints import check_endpoints
from gcin.intake.heads import UnreadableError, is_file, table_header, vcf_header
from gcin.intake.limits import check_quality, check_shared_regions
from gcin.intake.models import require_gene_models
from gcin.intake.policies import check_policy
from gcin.intake.problems import Problems, nearest
from gcin.intake.propensity import check_propensity
from gcin.intake.references import cards_of
from gcin.intake.scales import check_scales
from gcin.intake.schema import check, dotted, filled, paths_in, resolved, schema_of
from gcin.intake.sheet import require_file
from gcin.intake.trials import check_tuning
from gcin.intake.tumours import check_allele_files
from gcin.intake.turns import check_inner_folds

CONFIG = "config"
STRATA = ("cancer_type", "arm", "cohort", "site", "has_genome")


def check_settings(config: dict, resolve: Callable[[str], str], problems: Problems) -> dict | None:
    """Check the merged configuration's own form.

    Returns:
        The settings with paths resolved and the optional keys of studies filled in; None where
        their form is wrong.
    """
    schema, before = schema_of("config"), len(problems.lines)
    check(config, schema, CONFIG, problems)
    if len(problems.lines) > before:
        return None
    settings = resolved(filled(config, schema), schema, resolve)
    _check_paths(settings, config, problems)
    _check_recipe(settings, problems)
    _check_keeping(settings, problems)
    check_quality(settings["quality"], f"{CONFIG}, quality", problems)
    regions = settings["quality"]["sex"]["shared_regions"]
    check_shared_regions(settings["reference"]["name"], regions, problems)
    check_designs(settings["model"], problems)
    check_tuning(settings["model"], problems)
    check_learning(settings["evaluation"]["learning_curve"], settings["model"]["designs"], problems)
    check_allele_files(settings, problems)
    genes = settings["reference"]["pathway_genes"]
    if genes["min"] > genes["max"]:
        problem = f"min {genes['min']} is above max {genes['max']}"
        problems.add(f"{CONFIG}, reference.pathway_genes", problem, "Lower min, or raise max")
    before = len(problems.lines)
    for name, study in settings["studies"].items():
        _check_split(study, f"{CONFIG}, studies.{name}.split", problems)
    if len(problems.lines) == before:
        check_inner_folds(settings, problems)
    return settings


def _check_paths(settings: dict, written: dict, problems: Problems) -> None:
    schema = schema_of("config")
    as_written = {leaf.keys: leaf.path for leaf in paths_in(written, schema)}
    for leaf in paths_in(settings, schema):
        place = f"{CONFIG}, {dotted(leaf.keys)}"
        remedy = f"Correct the path (here {leaf.path}), or make the file"
        try:
            if leaf.format == "file-path":
                require_file(leaf.path)
            elif not Path(leaf.path).is_dir():
                raise UnreadableError("there is no such folder")
        except UnreadableError as fault:
            problems.add(place, f"{as_written[leaf.keys]}: {fault}", remedy)


def _check_recipe(settings: dict, problems: Problems) -> None:
    """Recalibration takes every difference from the genome for an error, but known variants."""
    reference = settings["reference"]
    fetched = reference["download"] is not None and reference["download"]["known_sites"]
    if settings["alignment"]["recipe"] != "bqsr":
        return
    if not reference["known_sites"] and not fetched:
        remedy = "Name VCFs of common variants (dbSNP, known indels), or write recipe: dragen"
        problem = "recipe bqsr needs known sites, and none is named"
        problems.add(f"{CONFIG}, reference.known_sites", problem, remedy)
    for number, path in enumerate(reference["known_sites"]):
        try:
            if is_file(path):
                vcf_header(path)
        except UnreadableError as fault:
            place = f"{CONFIG}, reference.known_sites[{number}]"
            problems.add(place, f"{path}: {fault}", "Name a VCF")


def _check_keeping(settings: dict, problems: Problems) -> None:
    """Structural variants are genotyped in each generation, and each time from the alignments."""
    is_sought = settings["calling"]["structural"]["tool"] != "none"
    if is_sought and not settings["alignment"]["keep_cram"]:
        problem = "alignments are not kept, but calling.structural needs them again"
        remedy = "Write keep_cram: true, or calling.structural.tool: none"
        problems.add(f"{CONFIG}, alignment.keep_cram", problem, remedy)


def _check_split(study: dict, place: str, problems: Problems) -> None:
    """The shares of a split make a whole; given folds have a file with their columns."""
    scheme = study["split"]["scheme"]
    if isinstance(scheme, str):
        shares = [int(share) for share in scheme.split("-")]
        if sum(shares) != 100 or 0 in shares:
            problem = f"{scheme} does not divide 100 per cent into three parts"
            problems.add(f"{place}.scheme", problem, "Write for example 70-15-15 or 80-10-10")
        return
    if scheme["name"] == "site" and scheme["repeats"] > 1:
        problem = "sites are divided in one best way, so a repeat is the same again"
        problems.add(f"{place}.scheme.repeats", problem, "Write repeats: 1")
    given = scheme["name"] == "given"
    for key in ("file", "patient"):
        if given and key not in scheme:
            problems.add(f"{place}.scheme.{key}", "given folds need it", f"Write {key}:")
        elif not given and key in scheme:
            problem = f"a {scheme['name']} split reads no {key}"
            problems.add(f"{place}.scheme.{key}", problem, f"Remove {key}:, or write name: given")
    if given and {"file", "patient"} <= set(scheme) and is_file(scheme["file"]):
        _check_given_folds(scheme, place, problems)


def _check_given_folds(scheme: dict, place: str, problems: Problems) -> None:
    wanted = [scheme["patient"], *(f"repeat{n + 1}" for n in range(scheme["repeats"]))]
    try:
        columns = table_header(scheme["file"])
    except UnreadableError as fault:
        problems.add(f"{place}.scheme.file", f"{scheme['file']}: {fault}", "Correct the file")
        return
    for column in wanted:
        if column not in columns:
            problem = f"{scheme['file']} has no column {column!r}"
            remedy = f"{nearest(column, columns)}; correct patient: or lower repeats:"
            problems.add(f"{place}.scheme", problem, remedy)


def check_reference(reference: dict, rows: pd.DataFrame, problems: Problems) -> None:
    """Note what the samples need of the reference.

    Args:
        reference: Settings of the stage that are in force, paths resolved.
        rows: The sheet.
        problems: Where problems are noted.
    """
    kinds = sorted(set(rows["kind"]) - {"maf"})
    fetched = reference["download"] is not None and reference["download"]["fasta"] is not None
    if kinds and reference["fasta"] is None and not fetched:
        problem = f"it is null, but the sheet has {', '.join(kinds)}"
        problems.add(f"{CONFIG}, reference.fasta", problem, "Name the genome's FASTA")
    if len(rows) and reference["gene_models"] is None:
        remedy = "Name a GTF or GFF3 of the assembly"
        problems.add(f"{CONFIG}, reference.gene_models", "it is null", remedy)
    _check_gene_models(reference["gene_models"], reference["name"], problems)


def _check_gene_models(path: str | None, assembly: str, problems: Problems) -> None:
    """A file that is absent or empty is told of with all other paths."""
    if path is None or not is_file(path) or not Path(path).stat().st_size:
        return
    try:
        require_gene_models(path, assembly)
    except UnreadableError as fault:
        remedy = f"Name a GTF or GFF3 of {assembly}, such as Ensembl's or GENCODE's"
        problems.add(f"{CONFIG}, reference.gene_models", f"{path}: {fault}", remedy)


def check_studies(
    settings: dict, cards: dict[str, dict], rows: pd.DataFrame, problems: Problems
) -> None:
    """Note what studies ask for that sheet, cards and designs do not have.

    Args:
        settings: The settings, complete.
        cards: The readable cards.
        rows: The sheet.
        problems: Where problems are noted.
    """
    designs = settings["model"]["designs"]
    for name, study in settings["studies"].items():
        place = f"{CONFIG}, studies.{name}"
        _check_cohorts(study, rows, place, problems)
        check_endpoints(study, cards, place, problems)
        check_scales(study, cards, place, problems)
        _check_arms(study, cards, place, problems)
        check_policy(study, cards, place, problems)
        check_propensity(study, settings["model"], cards, place, problems)
        check_spoken(study, designs, place, problems)
        _check_strata(study, f"{place}.split.stratify", problems)
        _check_sites(study, cards, f"{place}.split.scheme", problems)
        for design in study["designs"]:
            if design not in designs:
                remedy = f"{nearest(design, designs)}; model.designs must name it"
                problems.add(f"{place}.designs", f"unknown design {design!r}", remedy)
        if study["predict_with"] not in study["designs"]:
            problem = f"{study['predict_with']!r} is none of the study's designs"
            problems.add(f"{place}.predict_with", problem, "Write predict_with: one of designs")


def _check_cohorts(study: dict, rows: pd.DataFrame, place: str, problems: Problems) -> None:
    """Cohorts are in the sheet, each has one role, and a patient counts once in a study."""
    known = list(dict.fromkeys(rows["cohort"]))
    for key in ("cohorts", "external"):
        for cohort in study[key]:
            if cohort not in known:
                remedy = f"{nearest(cohort, known)}; a study's cohorts have rows in the sheet"
                problems.add(f"{place}.{key}", f"unknown cohort {cohort!r}", remedy)
    for cohort in sorted(set(study["cohorts"]) & set(study["external"])):
        problem = f"cohort {cohort} is trained on as well"
        problems.add(f"{place}.external", problem, "Name it once: what trains cannot test")
    mine = rows[rows["cohort"].isin([*study["cohorts"], *study["external"]])]
    counts = mine.drop_duplicates(["patient", "cohort"]).groupby("patient")["cohort"].agg(list)
    shared = counts[counts.str.len() > 1]
    if len(shared):
        problem = (
            f"{len(shared)} patients stand in several of its cohorts ({', '.join(shared.iloc[0])})"
        )
        problems.add(place, problem, "Name cohorts without common patients: each counts once")


def _check_sites(study: dict, cards: dict, place: str, problems: Problems) -> None:
    """Sites can be left out where cards say what they are."""
    scheme = study["split"]["scheme"]
    if isinstance(scheme, str) or scheme["name"] != "site":
        return
    for cohort, card in cards_of(study["cohorts"], cards):
        if card["person"]["site"] is None:
            problem = f"the card of {cohort} maps no site"
            problems.add(place, problem, "Map person.site in it, or write name: k-fold")


def _check_arms(study: dict, cards: dict, place: str, problems: Problems) -> None:
    """Nothing is learnt or measured of a patient whose treatment is unknown."""
    for key in ("cohorts", "external"):
        for cohort, card in cards_of(study[key], cards):
            if card["treatment"].get("arm") is None:
                problem = f"the card of {cohort} maps no treatment.arm"
                remedy = "Map it in the card, or give all the same: arm: {value: standard}"
                problems.add(f"{place}.{key}", problem, remedy)


def _check_strata(study: dict, place: str, problems: Problems) -> None:
    known = [
        *STRATA,
        *(
            f"{name}_event" if "event" in endpoint else name
            for name, endpoint in study["endpoints"].items()
            if isinstance(endpoint, str) or "event" in endpoint
        ),
    ]
    for stratum in study["split"]["stratify"]:
        if stratum not in known:
            problems.add(place, f"unknown stratum {stratum!r}", nearest(stratum, known))

"""A run as its user described it: sheet, cards and settings, checked and with paths resolved."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from gcin.intake.assayed import doubts_about_assays
from gcin.intake.calls import doubts_about_callers, doubts_about_status, gatk_of
from gcin.intake.cards import read_card
from gcin.intake.contigs import check_contigs, check_names_of_calls
from gcin.intake.endpoints import kinds_of, transforms_of, units_of
from gcin.intake.force import in_force
from gcin.intake.kinds import CALLS, DESCRIBING, GENOTYPED, INTERLEAVED, LIFTED, SEQUENCED
from gcin.intake.normals import check_normals, doubts_about_normals
from gcin.intake.paths import resolver
from gcin.intake.problems import Problems
from gcin.intake.references import mappings_of
from gcin.intake.scatter import shard_count
from gcin.intake.scratch import check_scratch
from gcin.intake.settings import check_reference, check_settings, check_studies
from gcin.intake.sexes import check_sexes
from gcin.intake.sheet import check_files, check_sheet, read_sheet
from gcin.intake.truths import check_truths
from gcin.intake.tumours import doubts_about_tumours, normals_by_tumour
from gcin.intake.written import check_keys_once


@dataclass(frozen=True)
class Run:
    """What is to be processed.

    Attributes:
        samples: One row per sequenced unit, all text, with the sheet's columns and `size_bytes`.
        cards: Each cohort's card, paths resolved and every optional key filled in.
        settings: The configuration, paths resolved, shards counted and the optional keys of
            studies filled in.
        doubts: What does not stop the run but must be said.
    """

    samples: pd.DataFrame
    cards: dict[str, dict]
    settings: dict
    doubts: tuple[str, ...] = ()

    @property
    def in_force(self) -> dict:
        """The settings without those that another one, or the sheet, gives nothing to do."""
        own = in_force(self.settings)
        if own["calling"]["panel_sites"] is None:
            del own["calling"]["panel_sites"], own["tensors"]["require_panel"]
        if not self.samples_of_kind(*SEQUENCED, tissue="tumour"):
            del own["calling"]["somatic"], own["quality"]["normals"]
        if not any(card["visits"] for card in self.cards.values()):
            del own["model"]["network"]["visits"], own["model"]["preparation"]["visits_per_patient"]
        return own

    def card_in_force(self, cohort: str) -> dict:
        """A cohort's card; what is not there is as before cards could name it."""
        card, later = deepcopy(self.cards[cohort]), ("visits", "segments", "segments_of_men")
        for _, _, mapping in mappings_of(card):
            if mapping["missing"] is None:
                del mapping["missing"]
        return {section: said for section, said in card.items() if said or section not in later}

    @property
    def cohorts(self) -> list[str]:
        """Cohorts, sorted."""
        return list(dict.fromkeys(self.samples["cohort"]))

    @property
    def sample_names(self) -> list[str]:
        """Samples, sorted, each once however many cohorts it stands in."""
        return sorted(set(self.samples["sample"]))

    # Every job of a sample asks for its units: they are looked up, and not searched each time, and
    # in plain mappings, as taking rows out of a table takes a hundred times as long.
    @cached_property
    def _units(self) -> dict[str, dict[str, dict[str, str]]]:
        own = self.samples.drop(columns=["cohort", *DESCRIBING]).drop_duplicates()
        units = {sample: {} for sample in self.sample_names}
        for row in own.sort_values("unit").to_dict("records"):
            units[row["sample"]][row["unit"]] = row
        return units

    @cached_property
    def _bytes(self) -> dict[str, dict[str, int]]:
        sizes = {sample: {} for sample in self.sample_names}
        columns = (self.samples[name] for name in ("sample", "file", "size_bytes"))
        for sample, file, size in zip(*columns, strict=True):
            sizes[sample][file] = sum(map(int, size.split()))
        return sizes

    def units_of(self, sample: str) -> dict[str, dict[str, str]]:
        """Each unit's row of the sheet by its name, in order; what only describes it left out."""
        return self._units[sample]

    def reads_of(self, sample: str, unit: str) -> list[str]:
        """Files of a FASTQ unit: read 1 and read 2, or one that holds both in turn."""
        row = self.units_of(sample)[unit]
        return [row[key] for key in ("file", "mate") if row[key] not in ("", INTERLEAVED)]

    def rows_in(self, cohort: str) -> pd.DataFrame:
        """Rows of the sheet that belong to a cohort, without what describes none of its samples."""
        rows = self.samples[self.samples["cohort"] == cohort]
        return rows.drop(columns=[name for name in DESCRIBING if rows[name].eq("").all()])

    def bytes_of(self, *samples: str) -> int:
        """Size of all files that the sheet names for some samples."""
        files = {}
        for sample in samples:
            files |= self._bytes[sample]
        return sum(files.values())

    def samples_of(self, cohort: str, *kinds: str, tissue: str = "") -> list[str]:
        """Samples of a cohort, sorted, of these kinds and this tissue (of every one by default)."""
        return _samples(self.rows_in(cohort), kinds, tissue)

    def samples_of_kind(self, *kinds: str, tissue: str = "") -> list[str]:
        """Samples of every cohort, sorted, of these kinds and this tissue."""
        return _samples(self.samples, kinds, tissue)

    @cached_property
    def _normals(self) -> dict[str, list[str]]:
        return normals_by_tumour(self.samples)

    def normals_of(self, sample: str) -> list[str]:
        """Sequenced germline samples of a tumour's patient, sorted; none of another sample."""
        return self._normals.get(sample, [])

    def called_files(self) -> list[str]:
        """Name what is made of each sample by itself: alignment, calls, alleles of the panel."""
        kept = ["alignment.cram"] * self.settings["alignment"]["keep_cram"]
        called = [
            f"{sample}/{file}"
            for tissue, calls in CALLS.items()
            for sample in self.samples_of_kind(*SEQUENCED, tissue=tissue)
            for file in (*kept, calls)
        ]
        if self.settings["calling"]["panel_sites"] is None:
            return called
        germline = self.samples_of_kind(*GENOTYPED, tissue="germline")
        return called + [f"{sample}/panel.vcf.gz" for sample in germline]

    def files_of(self, cohort: str, kind: str) -> list[str]:
        """Distinct files of one kind in a cohort, sorted."""
        rows = self.rows_in(cohort)
        return sorted(set(rows["file"][rows["kind"] == kind]))

    def samples_in(self, cohort: str, file: str) -> list[str]:
        """Samples of a cohort that a file holds, sorted."""
        rows = self.rows_in(cohort)
        return sorted(set(rows["sample"][rows["file"] == file]))

    def assembly_in(self, cohort: str, file: str) -> str:
        """Assembly of a file's positions."""
        rows = self.rows_in(cohort)
        return rows["assembly"][rows["file"] == file].iloc[0]

    def lifted_in(self, cohort: str) -> list[int]:
        """Numbers of a cohort's given VCFs, among all of these, that are of another assembly."""
        files = enumerate(self.files_of(cohort, "vcf"))
        return [number for number, file in files if self.assembly_in(cohort, file) != "GRCh38"]

    def is_lifted(self, cohort: str) -> bool:
        """Whether calls of a cohort come from another assembly."""
        rows = self.rows_in(cohort)
        return bool((rows["kind"].isin(LIFTED) & rows["assembly"].ne("GRCh38")).any())

    def assay_of(self, cohort: str) -> dict:
        """What a tensor depends on beside the cohort's own rows: its card's assay, the normals."""
        card = {key: self.cards[cohort][key] for key in ("assay", "targets", "genes")}
        later = {key: self.cards[cohort][key] for key in ("segments", "segments_of_men")}
        card |= {key: said for key, said in later.items() if said}
        copies = self.settings["calling"]["copy_number"]
        normals = self.samples["sample"].isin(copies["normals"]) & (copies["tool"] != "none")
        rows = self.samples[normals].drop(columns=list(DESCRIBING))
        return card | {"normals": rows.to_numpy().tolist()}

    def cohorts_of(self, study: str) -> list[str]:
        """Cohorts of a study: those trained on, then the external ones."""
        own = self.settings["studies"][study]
        return own["cohorts"] + own["external"]

    def folds_of(self, study: str) -> list[int]:
        """Folds of a study, from 0: one for a single split, else folds times repeats."""
        scheme = self.settings["studies"][study]["split"]["scheme"]
        if isinstance(scheme, str):
            return [0]
        return list(range(scheme["folds"] * scheme["repeats"]))

    def kinds_of(self, study: str) -> dict[str, str]:
        """Kind of each endpoint of a study: `binary`, `survival` or `quantity`."""
        return kinds_of(self.settings["studies"][study]["endpoints"])

    def transforms_of(self, study: str) -> dict[str, str]:
        """Transform of each quantity that has one; the cards of a study agree on it."""
        found = self._by_card(study, transforms_of)
        return {name: kept for own in found for name, kept in own.items() if kept is not None}

    def amount_units_of(self, study: str) -> dict[str, str | None]:
        """UCUM unit of each quantity, None where it has none."""
        return {name: unit for own in self._by_card(study, units_of) for name, unit in own.items()}

    def _by_card(self, study: str, told: Callable[[Mapping, Mapping], dict]) -> list[dict]:
        """What is told of a study's endpoints by the card of each cohort that it trains on."""
        own = self.settings["studies"][study]
        return [told(own["endpoints"], self.cards[cohort]) for cohort in own["cohorts"]]

    def given_folds_of(self, study: str) -> list[str]:
        """File of a study's given folds; none where its folds are made here."""
        scheme = self.settings["studies"][study]["split"]["scheme"]
        return [scheme["file"]] if "file" in scheme and not isinstance(scheme, str) else []


def _samples(rows: pd.DataFrame, kinds: tuple[str, ...], tissue: str) -> list[str]:
    """Samples of some rows, sorted, each once; no kind and no tissue mean every one."""
    wanted = rows["kind"].isin(kinds) | (not kinds)
    wanted &= (rows["tissue"] == tissue) | (not tissue)
    return sorted(set(rows["sample"][wanted]))


def read_run(
    config: dict, project: str | Path, files: Iterable[str | Path] = (), scratch: str | None = None
) -> Run:
    """Read and check the sheet, the cards and the settings.

    Of tables, variant files and reads, only the first lines are read.

    Args:
        config: The merged configuration.
        project: The project's own folder, where paths that begin with `resources/` start.
        files: Those that the configuration was read from.
        scratch: The folder of jobs for temporary files; None is that of this process.

    Raises:
        ValueError: Lists the problems, each with file, row, column, value and remedy.
    """
    problems = Problems()
    check_keys_once(files, problems)
    resolve = resolver(str(config["data_root"]), project)
    settings = check_settings(config, resolve, problems)
    sheet_path = str(config["samples"])
    named = read_sheet(sheet_path, problems)
    check_sheet(named, sheet_path, problems)
    rows = named.assign(**{key: named[key].map(resolve) for key in ("file", "mate")})
    headers = check_files(rows, named, sheet_path, problems)
    check_scratch(scratch, rows, problems)
    cards = _read_cards(rows, str(config["cards"]), resolve, problems)
    check_sexes(rows, cards, sheet_path, problems)
    if settings is not None:
        check_reference(in_force(settings)["reference"], rows, problems)
        check_normals(settings["calling"]["copy_number"], rows, problems)
        check_contigs(in_force(settings)["reference"], cards, problems)
        check_truths(settings["reference"], cards, problems)
        prefixes = {name: header.prefix for name, header in headers.items()}
        fasta = settings["reference"]["fasta"]
        check_names_of_calls(fasta, rows, prefixes, sheet_path, problems)
        settings["reference"]["shards"] = shard_count(settings["reference"], problems)
        if not rows.empty:  # else each study would be told that it has no cohort
            check_studies(settings, cards, rows, problems)
    problems.stop()
    # Sorted, so that nothing made from the rows depends on their order in the sheet.
    ordered = _with_sizes(rows).sort_values(["cohort", "sample", "unit", "file"])
    doubts = doubts_about_callers(rows, headers, gatk_of(project))
    doubts += doubts_about_status(rows, headers)
    doubts += doubts_about_normals(settings["calling"]["copy_number"], rows)
    doubts += doubts_about_tumours(settings["calling"]["somatic"], rows)
    doubts += doubts_about_assays(settings["reference"], rows, cards)
    return Run(ordered.reset_index(drop=True), cards, settings, tuple(doubts))


def _read_cards(
    rows: pd.DataFrame, folder: str, resolve: Callable[[str], str], problems: Problems
) -> dict[str, dict]:
    """Read the card of each cohort of the sheet; unreadable ones are left out."""
    cards = {}
    for cohort in dict.fromkeys(rows["cohort"]):
        path = Path(folder) / f"{cohort}.yaml"
        cards[cohort] = read_card(path, resolve, problems)
        truths = set((cards[cohort] or {}).get("truth", {}))
        if truths and truths.isdisjoint(rows["sample"][rows["cohort"] == cohort]):
            problem = f"the sheet has none of the samples {', '.join(sorted(truths))}"
            problems.add(f"{path}, truth", problem, "Name samples of the cohort as in the sheet")
    return {cohort: card for cohort, card in cards.items() if card is not None}


def _with_sizes(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the sizes of each row's files, so that a file replaced under its name is noticed."""
    named = {*rows["file"], *rows["mate"]} - {"", INTERLEAVED}
    sizes = {name: str(Path(name).stat().st_size) for name in named}
    pairs = zip(rows["file"], rows["mate"], strict=True)
    own = [" ".join(sizes[name] for name in pair if name in sizes) for pair in pairs]
    return rows.assign(size_bytes=own)

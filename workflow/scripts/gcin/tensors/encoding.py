"""From annotated records to sites and calls, in one pass over the genome."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from cyvcf2 import Variant

from gcin.tensors.consequences import Annotation, GeneIndex, annotation_reader
from gcin.tensors.effects import EFFECTS, SILENT, effect_of
from gcin.tensors.genotypes import carriers, dosages
from gcin.tensors.layout import Carriers
from gcin.tensors.markers import MarkerMatrix
from gcin.tensors.sites import KEY, SCHEMA, SiteTable
from gcin.tensors.spool import CallSpool
from gcin.tensors.tally import CarriedTally, MissingTally

logger = logging.getLogger(__name__)

BLOCK_ROWS = 20_000
ANNOTATED = [name for name in SCHEMA.names if name not in ("chromosome", "gene")]


@dataclass(frozen=True)
class Sinks:
    """Where an encoding goes."""

    sites: SiteTable
    calls: CallSpool
    markers: MarkerMatrix
    missing: MissingTally
    carried: CarriedTally


class Encoder:
    """Encodes a cohort chromosome by chromosome."""

    def __init__(
        self,
        genes: pd.DataFrame,
        fields: Sequence[str],
        columns: np.ndarray,
        beside_tumours: np.ndarray,
        marker_frequency: float,
        sinks: Sinks,
    ) -> None:
        """Prepare an encoding.

        Args:
            genes: The gene universe, in genome order.
            fields: Fields of CSQ (empty where there are no records, only MAF calls).
            columns: Row in the store of each sample of the records, in their order.
            beside_tumours: Of each sample of the store, see `gcin.tensors.manifest`.
            marker_frequency: Lowest population frequency of a common marker.
            sinks: Where to write.
        """
        self._read = annotation_reader(list(fields), gene_index(genes))
        self._chromosomes = genes["chromosome"].to_numpy()
        self._columns = columns
        self._told = beside_tumours[columns]
        self._marker_frequency = marker_frequency
        self._sinks = sinks
        self._rows, self._count = [], 0
        self.tally = Counter()

    def encode(self, chromosome: str, records: Iterable[Variant], calls: pd.DataFrame) -> None:
        """Encode one chromosome.

        Args:
            chromosome: Its name.
            records: Its annotated records with one alternate each, by position.
            calls: Its MAF calls (see `gcin.tensors.maf.maf_calls`), by position.
        """
        positions, taken, end = calls["position"].to_numpy(), 0, 0
        for record in records:
            if len(self._rows) >= BLOCK_ROWS and end < record.POS:
                upto = np.searchsorted(positions, end, side="right")
                self._close(chromosome, calls.iloc[taken:upto])
                taken = upto
            self._record(record)
            end = record.POS
        self._close(chromosome, calls.iloc[taken:])

    def _record(self, record: Variant) -> None:
        """Encode a record, its genotypes only where a gene or a marker wants them."""
        self.tally["records"] += 1
        value = record.INFO.get("CSQ")
        if value is None or not record.ALT or record.ALT[0][0] in "<*":
            self.tally["records without annotation or written-out alternate"] += 1
            return
        annotation = self._read(value)
        common = (annotation.population_af or 0) >= self._marker_frequency
        own = [row for row in annotation.rows if self._is_here(row, record.CHROM)]
        rows = [row for row in own if not (common and _is_silent(row))]
        marked = common and annotation.near
        if not rows and not marked:
            self.tally["records outside the transcripts of the gene universe"] += 1
            return
        dosage = dosages(record)
        self._sinks.missing.add(record.CHROM, record.POS, self._spread(dosage))
        if own:
            self._sinks.carried.add(self._columns, dosage)
        if marked:
            self._sinks.markers.append(_marker(record, annotation), self._spread(dosage))
        if rows:
            self._sites(record, rows, dosage)

    def _is_here(self, row: dict, chromosome: str) -> bool:
        """Whether the gene of a row lies on a chromosome."""
        return self._chromosomes[row["gene_index"]] == chromosome

    def _spread(self, dosage: np.ndarray) -> np.ndarray:
        """Place dosages of the records' samples among all samples; others have no call."""
        spread = np.full(len(self._sinks.calls.counts), -1, np.int8)
        spread[self._columns] = dosage
        return spread

    def _sites(self, record: Variant, rows: list[dict], dosage: np.ndarray) -> None:
        """Add a site and its carriers for each gene."""
        found = carriers(record, dosage, self._told)
        found = found._replace(sample=self._columns[found.sample])
        place = {"position": record.POS, "reference": record.REF, "alternate": record.ALT[0]}
        for row in rows:
            self._site(place | row, found)

    def _site(self, row: dict, found: Carriers) -> None:
        """Number a site as it comes, and spool its carriers."""
        self._rows.append(row)
        self._sinks.calls.append(self._count, found)
        self._count += 1
        self.tally["rows of alleles and genes"] += 1

    def _close(self, chromosome: str, calls: pd.DataFrame) -> None:
        """Write the rows so far as a block, together with the MAF calls of the same stretch."""
        for _, group in calls.groupby(KEY, sort=False):
            self._site(
                group.iloc[0][ANNOTATED].to_dict(),
                Carriers(*(group[name].to_numpy() for name in Carriers._fields)),
            )
        alleles = calls.drop_duplicates(["sample", "position", "reference", "alternate"])
        self._sinks.carried.add(*(alleles[name].to_numpy(int) for name in ("sample", "dosage")))
        self._sinks.sites.append(chromosome, self._rows)
        self._rows = []

    def report(self) -> None:
        """Log what was read and what was dropped."""
        for what, count in self.tally.items():
            logger.info("%d %s", count, what)


def gene_index(genes: pd.DataFrame) -> GeneIndex:
    """Make the look-up of genes by symbol and by identifier without version; symbols win."""
    symbols = {symbol: row for row, symbol in enumerate(genes["gene"])}
    identifiers = {str(name).split(".")[0]: row for row, name in enumerate(genes["gene_id"])}
    return GeneIndex(
        identifiers | symbols,
        genes["transcript"].fillna("").astype(str).tolist(),
        genes["protein_length"].fillna(0).tolist(),
    )


def _is_silent(row: dict) -> bool:
    """Whether a row changes no protein: where it is common it becomes no site, but a marker."""
    return EFFECTS[effect_of(row["consequence"])].kind in SILENT


def _marker(record: Variant, annotation: Annotation) -> dict:
    """Describe a common marker."""
    return {
        "chromosome": record.CHROM,
        "position": record.POS,
        "reference": record.REF,
        "alternate": record.ALT[0],
        "population_af": annotation.population_af,
    }

"""Site filters: what is wrong with a site itself, whoever carries it.

A site that fails takes all its genotypes with it: FORMAT/FT says so. Excess heterozygosity is
looked at in every cohort; GATK's documented hard filters belong to recipe `bqsr` alone, since the
annotations that they read mean something else in DRAGEN mode.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cyvcf2 import Variant

SPANNING_DELETION = "*"
SENSITIVITY = "CALIBRATION_SENSITIVITY"


class Measure(NamedTuple):
    """What a limit is held against.

    Attributes:
        field: INFO field, or QUAL.
        verdict: Name of the filter.
        meaning: The filter in words.
    """

    field: str
    verdict: str
    meaning: str


MEASURES = {
    "max_excess_het": Measure("ExcessHet", "ExcessHet", "More heterozygotes than chance allows"),
    "min_qual": Measure("QUAL", "LowSiteQUAL", "Too little evidence for any alternate"),
    "min_qd": Measure("QD", "LowQD", "Too little evidence for the depth of its carriers"),
    "max_sor": Measure("SOR", "HighSOR", "Alternate reads are of one strand (odds ratio)"),
    "max_fs": Measure("FS", "HighFS", "Alternate reads are of one strand (Fisher's exact test)"),
    "min_mq": Measure("MQ", "LowMQ", "Its reads are badly placed"),
    "min_mq_rank_sum": Measure(
        "MQRankSum", "LowMQRankSum", "Alternate reads are placed worse than reference reads"
    ),
    "max_sensitivity": Measure(
        SENSITIVITY, "LowVETS", "Its annotations are less like those of known variants (VETS)"
    ),
    "min_read_pos_rank_sum": Measure(
        "ReadPosRankSum", "LowReadPosRankSum", "The alternate lies at the ends of its reads"
    ),
}


def kind_of_site(reference: str, alternates: Sequence[str]) -> str:
    """Tell by which limits a site is judged: `snv`, or `indel` where an alternate changes length.

    A mixed site is judged as an indel: its reads are those around an indel, which the stricter
    limits for SNVs would take for artefacts. An upstream deletion (`*`) does not count.
    """
    own = [allele for allele in alternates if allele != SPANNING_DELETION]
    return "snv" if all(len(allele) == len(reference) for allele in own) else "indel"


def faults_of(site: Variant, limits: Mapping) -> list[str]:
    """Name the filters that a site fails.

    What a site does not say it is not judged by: rank sums need heterozygotes, for example. One
    that was scored as a whole is judged by its score in place of the hard filters.

    Args:
        site: A site whose alleles are not yet split.
        limits: `max_excess_het` (None = no limit), and the hard filters of `snv` and `indel` where
            the recipe has them; their keys are those of `MEASURES`.
    """
    own = limits.get(kind_of_site(site.REF, site.ALT), {})
    if "max_sensitivity" in own and site.INFO.get(SENSITIVITY) is not None:
        own = {"max_sensitivity": own["max_sensitivity"]}
    wanted = {"max_excess_het": limits["max_excess_het"], **own}
    return [
        MEASURES[key].verdict
        for key, limit in wanted.items()
        if limit is not None and _is_beyond(_value(site, MEASURES[key].field), key, limit)
    ]


def described(limits: Mapping) -> dict[str, str]:
    """The filters that some site may fail, each with its meaning."""
    used = {key for kind in limits.values() if isinstance(kind, Mapping) for key in kind}
    return {
        measure.verdict: measure.meaning
        for key, measure in MEASURES.items()
        if key in used or limits.get(key) is not None
    }


def _value(site: Variant, field: str) -> float | None:
    return site.QUAL if field == "QUAL" else site.INFO.get(field)


def _is_beyond(value: float | None, key: str, limit: float) -> bool:
    if value is None:
        return False
    return value < limit if key.startswith("min_") else value > limit

"""What the clinical step and the splits would refuse, found before any job starts."""

from collections.abc import Iterator, Mapping

import pandas as pd

from gcin.clinical.harmonise import harmonise
from gcin.clinical.omics import read_omics
from gcin.clinical.reading import read_rows
from gcin.clinical.visits import tables_of_visits
from gcin.intake.recorded import MISSING
from gcin.intake.run import Run
from gcin.intake.spelling import other_spellings
from gcin.intake.units import convert
from gcin.splits.across import VISITS, doubts_between, doubts_within, known_of
from gcin.splits.folds import given_folds, require_enough, tested_groups
from gcin.splits.patients import patients_of
from gcin.tables import read_text

MONTH = 31  # days by which a time in whole months may miss the day of its event
OTHER_SHARE = 0.1  # of a cohort's patients who received an arm, beyond that of another cohort


def check_beforehand(run: Run) -> list[str]:
    """Read the clinical tables of every cohort, and list the patients of every study.

    What is read is thrown away: the jobs read it again, and what they tell of genomes counts too.

    Args:
        run: What is to be processed.

    Returns:
        What does not stop the run but must be said.

    Raises:
        ValueError: Lists what is wrong; tables with file, row, column, value and remedy.
    """
    told, doubts, read = [], [], {}
    for cohort in run.cohorts:
        genomes = set(run.rows_in(cohort)["patient"])
        try:
            read[cohort] = _read(run.cards[cohort], genomes)
        except ValueError as fault:
            told.append(f"Cohort {cohort}: {fault}")
        else:
            doubts += _strangers(cohort, run.cards[cohort], genomes)
            doubts += _unheld(cohort, run.cards[cohort], read[cohort])
            doubts += doubts_within(cohort, read[cohort])
    for study, settings in run.settings["studies"].items():
        own = {cohort: read[cohort] for cohort in run.cohorts_of(study) if cohort in read}
        try:
            if len(own) == len(run.cohorts_of(study)):
                patients = _check_study(run, settings, run.given_folds_of(study), own)
                doubts += _half_known(study, settings["endpoints"], patients)
                doubts += _other_days(study, settings["endpoints"], own)
                doubts += _shared_sites(study, patients)
                doubts += _undeclared_cohorts(study, settings, patients)
                doubts += _unknown_sites(study, settings)
                doubts += doubts_between(study, settings, run.cards, own, patients)
        except ValueError as fault:
            told.append(f"config, studies.{study}: {fault}")
    if told:
        raise ValueError("\n".join(["Nothing was started.", *told]))
    return doubts


def _read(card: Mapping, genomes: set[str]) -> dict:
    tables = harmonise(card, genomes)
    return tables | {"omics": read_omics(card["omics"], tables["features"].index)}


def _unheld(cohort: str, card: Mapping, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Tell of facts that a card maps and nobody has on day 0, as of a day with the wrong sign."""
    mapped = [name for name in ("age", "sex") if card["person"][name] is not None]
    mapped += [
        *card["condition"],
        *card["measurement"],
        *(VISITS + name for name in card["visits"]),
    ]
    known = set(known_of(tables))
    unheld = [name for name in mapped if name not in known]
    if unheld:
        yield (
            f"{cohort}: nobody has a value of {', '.join(unheld)} on day 0, where the card maps "
            "one: all are missing, of a later day or of an unknown one, and no model reads it; "
            "where that is not meant, correct the column or its day in the card"
        )


def _half_known(study: str, endpoints: Mapping, patients: pd.DataFrame) -> Iterator[str]:
    """Tell of patients of whom a time is known and not whether the event came, or only this."""
    for name, endpoint in endpoints.items():
        if isinstance(endpoint, str) or "event" not in endpoint:
            continue
        known = patients[[f"{name}_time", f"{name}_event"]].notna()
        half = int((known.any(axis=1) & ~known.all(axis=1)).sum())
        if half:
            yield (
                f"{study}: {half} of {len(patients)} patients have a time or an event of {name}, "
                "and not both, so that nothing is learnt or measured of it in them"
            )


def _other_days(
    study: str, endpoints: Mapping, read: Mapping[str, Mapping[str, pd.DataFrame]]
) -> Iterator[str]:
    """Tell of events whose day is not the end of their time, as where two rows tell of them.

    Of time and event the latest row counts, each by itself: where a death has a row without a time,
    the patient dies when last seen alive.
    """
    for name, endpoint in endpoints.items():
        if isinstance(endpoint, str) or "event" not in endpoint:
            continue
        apart = 0
        for tables in read.values():
            rows = tables["outcome"].sort_values("day", kind="stable")
            latest = rows.drop_duplicates(["patient", "name"], keep="last").set_index("patient")
            events, times = (latest[latest["name"] == endpoint[key]] for key in ("event", "months"))
            days = events["day"][events["value"] == 1]
            ends = convert(times["value"].reindex(days.index), "mo", "d")
            apart += int(((ends - days).abs() > MONTH).sum())
        if apart:
            yield (
                f"{study}: in {apart} patients with the event of {name} its time ends more than a "
                "month before or after the day of the event, as where a row has the one without "
                "the other; write both in the row of the event"
            )


def _shared_sites(study: str, patients: pd.DataFrame) -> Iterator[str]:
    """Tell of sites whose name several cohorts have: hospitals often number what they are made of.

    How many is said, as elsewhere, and not which.
    """
    cohorts = patients[patients["role"] == "train"].groupby("site")["cohort"].nunique()
    shared = int((cohorts > 1).sum())
    if shared:
        yield (
            f"{study}: {shared} of {len(cohorts)} sites have one name in several cohorts, and each "
            "counts as one hospital; where it is not, give it names of its own by codes in cards"
        )


def _undeclared_cohorts(study: str, settings: Mapping, patients: pd.DataFrame) -> Iterator[str]:
    """Tell of a policy over cohorts that give arms to other shares, if no confounder says so."""
    policy = settings["policy"]
    if policy is None or {"cohort", "site"} & set(policy["confounders"]):
        return
    known = patients[(patients["role"] == "train") & patients["arm"].notna()]
    shares = pd.crosstab(known["cohort"], known["arm"], normalize="index")
    apart = shares.max() - shares.min()
    if len(shares) > 1 and apart.max() > OTHER_SHARE:
        arm = apart.idxmax()
        low, high = shares[arm].idxmin(), shares[arm].idxmax()
        yield (
            f"{study}: {100 * shares.loc[high, arm]:.0f} % of {high} and "
            f"{100 * shares.loc[low, arm]:.0f} % of {low} received {arm}, and policy.confounders "
            "names neither cohort nor site: where outcomes differ between cohorts, too, that "
            "counts as an effect of the arm, so add cohort"
        )


def _unknown_sites(study: str, settings: Mapping) -> Iterator[str]:
    """Tell of a policy whose confounder is the site, where sites are left out."""
    policy, scheme = settings["policy"], settings["split"]["scheme"]
    if policy is None or "site" not in policy["confounders"] or isinstance(scheme, str):
        return
    if scheme["name"] == "site":
        yield (
            f"{study}: policy.confounders names site, and the split leaves sites out, so that why "
            "patients of a site got their arm is told by other sites alone and without the site: "
            "where sites chose otherwise, name: k-fold in the place of name: site tells it"
        )


def _strangers(cohort: str, card: Mapping, genomes: set[str]) -> Iterator[str]:
    """Tell of patients whom only the sheet, or only the clinical tables, name."""
    tables = [card["tables"][name] for name in card["tables"].keys() - tables_of_visits(card)]
    rows = [read_rows(table["file"], [table["patient"]])[table["patient"]] for table in tables]
    named = {patient for patients in rows for patient in patients} - MISSING
    if tables and genomes - named:
        count = len(genomes - named)
        yield f"{cohort}: {count} of {len(genomes)} patients of the sheet are in no clinical table"
    if named - genomes:
        count = len(named - genomes)
        yield f"{cohort}: {count} of {len(named)} patients of the tables have no row in the sheet"


def _check_study(
    run: Run,
    study: Mapping,
    folds: list[str],
    read: Mapping[str, Mapping[str, pd.DataFrame]],
) -> pd.DataFrame:
    """List and count the patients of a study as its splits will, relatives still unknown."""
    clinical = {cohort: tables["patients"] for cohort, tables in read.items()}
    genomes = {cohort: set(run.rows_in(cohort)["patient"]) for cohort in read}
    _require_one_spelling({cohort: tables["features"] for cohort, tables in read.items()})
    _require_one_spelling({cohort: table[["arm"]] for cohort, table in clinical.items()})
    patients = patients_of(clinical, genomes, study["external"], study["endpoints"])
    scheme = study["split"]["scheme"]
    given = [given_folds(read_text(path), scheme["patient"], scheme["repeats"]) for path in folds]
    require_enough(patients, study["split"], given)
    _require_answers(patients, study["endpoints"], study["split"])
    return patients


def _require_answers(
    patients: pd.DataFrame, endpoints: Mapping[str, str | Mapping], split: Mapping
) -> None:
    """Refuse a yes or no, and an event, that those who teach never or always had.

    In folds that test everybody, two groups that test as a whole must have it: the fold that tests
    the only one has nobody to learn it from.
    """
    training = patients[patients["role"] == "train"].set_index("patient").sort_index()
    groups, teaching = tested_groups(training, split), training[training["arm"].notna()]
    for name, endpoint in endpoints.items():
        if not isinstance(endpoint, str) and "event" not in endpoint:
            continue
        answer = teaching[name if isinstance(endpoint, str) else f"{name}_event"].dropna()
        # An event of everybody still comes sooner or later; no event comes never.
        needed = (0, 1) if isinstance(endpoint, str) else (1,)
        having = [groups[answer.index[answer == value]].nunique() for value in needed]
        who = f"The {len(answer)} patients of a known arm whose {name} is known"
        if min(having) == 0:
            what = (
                f"{who} all have the same"
                if len(answer)
                else f"No patient of a known arm has {name}"
            )
            raise ValueError(
                f"{what}, so nothing can be learnt of it. Leave it out of the endpoints, or "
                "correct the card."
            )
        if min(having) == 1 and not isinstance(split["scheme"], str):
            raise ValueError(
                f"{who} have the same but for one patient, family or site, and the fold that "
                "tests it has nobody to learn the other from. Leave it out of the endpoints, "
                "choose scheme: 70-15-15, or correct the card."
            )


def _require_one_spelling(columns: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a code that two cohorts write in two ways: nothing of it would be learnt for both."""
    for name in dict.fromkeys(name for table in columns.values() for name in table):
        written = {
            cohort: list(table[name].dropna().unique())
            for cohort, table in columns.items()
            if name in table and table[name].dtype == object
        }
        everywhere = (word for words in written.values() for word in words)
        for other, usual in other_spellings(everywhere).items():
            first, second = (
                {cohort for cohort, words in written.items() if word in words}
                for word in (usual, other)
            )
            # Of one cohort that has both, codes of the card say that they differ (AA and Aa).
            if first.isdisjoint(second):
                raise ValueError(
                    f"{name} is {usual!r} in {min(first)} and {other!r} in {min(second)}. "
                    "Write both alike, or map them to one word by codes in the cards."
                )

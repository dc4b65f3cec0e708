"""What clinical step and splits would refuse is told before any job starts."""

import pytest
from described_run import clinical_table, describe
from spoiling import card, clinical_of, data, setting

from gcin.splits.beforehand import check_beforehand

PEOPLE = ["P1", "P2", "P3", "P5"]


@pytest.fixture
def run(tmp_path):
    """Three patients who train and one more whom the sheet lacks; one who tests from outside."""
    described = describe(tmp_path)
    data("clinical.tsv", clinical_of("xyxy", PEOPLE))(described)
    data("clinical.b.tsv", clinical_of("x", ["P4"]))(described)
    return described


def told(run) -> str:
    run.write()
    with pytest.raises(ValueError, match=r"^Nothing was started") as refused:
        check_beforehand(run.read())
    return str(refused.value)


def test_who_is_in_one_place_alone_is_said(run):
    run.write()
    assert check_beforehand(run.read()) == [
        "a: 1 of 4 patients of the tables have no row in the sheet"
    ]
    data("clinical.tsv", clinical_of("xyx", PEOPLE[1:]))(run)
    assert "a: 1 of 3 patients of the sheet are in no clinical table" in check_beforehand(
        run.read()
    )


def test_every_cohort_is_told_of_at_once(run):
    for table, patient in (("clinical", "P1"), ("clinical.b", "P4")):
        spoilt = clinical_of("x", [patient]).replace("50", "fifty")
        data(f"{table}.tsv", spoilt)(run)
    lines = told(run).splitlines()
    assert [line for line in lines if "clinical.tsv, row 2, column age: 'fifty' is no" in line]
    assert [line for line in lines if "clinical.b.tsv, row 2, column age: 'fifty' is no" in line]


@pytest.mark.parametrize(
    ("scheme", "told_of"),
    [
        ("70-15-15", "2 patients in 2 families (a single patient counts as one) cannot fill 3"),
        ({"name": "k-fold", "folds": 4, "repeats": 1}, "cannot fill 4 parts"),
        ({"name": "k-fold", "folds": 2, "repeats": 1}, "cannot fill 3 parts"),
    ],
)
def test_a_study_of_two_patients_is_refused(run, scheme, told_of):
    data("clinical.tsv", clinical_of("xy", PEOPLE[:2]))(run)
    setting("studies.trial.split.scheme", scheme)(run)
    message = told(run)
    assert "config, studies.trial: 2 patients in 2 families" in message
    assert told_of in message


def test_arms_that_cohorts_write_in_two_ways_are_refused(run):
    card("codes: {0: control, 1: drug}", "codes: {0: control, 1: Drug}", "b")(run)
    assert "arm is 'drug' in a and 'Drug' in b. Write both alike" in told(run)


def test_facts_that_cohorts_write_in_two_ways_are_refused(run):
    for cohort in "ab":
        card("condition:\n", "condition:\n  kind: {column: clinical.fact}\n", cohort)(run)
    data("clinical.b.tsv", clinical_of("Y", ["P4"]))(run)
    assert "kind is 'y' in a and 'Y' in b" in told(run)


def test_codes_that_one_card_tells_apart_are_left_as_they_are(run):
    mapped = "condition:\n  kind: {column: clinical.fact, codes: {x: AA, y: Aa}}\n"
    for cohort in "ab":
        card("condition:\n", mapped, cohort)(run)
    run.write()
    check_beforehand(run.read())


def test_a_study_without_an_outcome_is_refused(run):
    for name, patients in (("clinical", PEOPLE), ("clinical.b", ["P4"])):
        bare = clinical_table(patients, remission="", os_days="", dead="")
        data(f"{name}.tsv", bare)(run)
    assert "No patient of the training cohorts has an outcome" in told(run)


@pytest.mark.parametrize(
    ("column", "value", "told_of"), [("remission", "1", "response"), ("dead", "0", "os")]
)
def test_an_outcome_that_everybody_has_is_refused(run, column, value, told_of):
    data("clinical.tsv", clinical_table(PEOPLE, **{column: value}))(run)
    words = f"config, studies.trial: The 4 patients of a known arm whose {told_of} is known all"
    assert words in told(run)


def test_an_outcome_that_nobody_of_a_known_arm_has_is_refused(run):
    data("clinical.tsv", clinical_table(PEOPLE, remission=""))(run)
    assert "No patient of a known arm has response, so nothing can be learnt" in told(run)


def test_an_event_of_everybody_is_no_fault(run):
    data("clinical.tsv", clinical_table(PEOPLE, dead="1"))(run)
    run.write()
    check_beforehand(run.read())


@pytest.mark.parametrize(
    ("patients", "told_of"),
    [("P1 P2 P3", "leave out 1 patient(s)"), ("P1 P2 P3 P3", "1 patient(s) twice")],
)
def test_given_folds_that_do_not_fit_are_refused(run, patients, told_of):
    named = patients.split()
    rows = [f"{patient}\t{number % 3}\n" for number, patient in enumerate(named)]
    data("folds.tsv", "".join(["patient\trepeat1\n", *rows]))(run)
    scheme = {"name": "given", "folds": 3, "repeats": 1, "file": "folds.tsv", "patient": "patient"}
    setting("studies.trial.split.scheme", scheme)(run)
    assert told_of in told(run)


@pytest.mark.parametrize(("dead", "fine"), [("0001", False), ("0011", True), ("0111", True)])
def test_an_event_of_one_patient_alone_is_refused_where_everybody_tests(run, dead, fine):
    data("clinical.tsv", clinical_table(PEOPLE, dead=list(dead)))(run)
    run.write()
    check_beforehand(run.read())
    scheme = {"name": "k-fold", "folds": 4, "repeats": 1}
    setting("studies.trial.split.scheme", scheme)(run)
    if fine:
        check_beforehand(run.read())
    else:
        assert "whose os is known have the same but for one patient, family or site" in told(run)


def test_half_an_outcome_is_said(run):
    data("clinical.tsv", clinical_table(PEOPLE, os_days=["9", "", "9", "9"]))(run)
    run.write()
    (said,) = [line for line in check_beforehand(run.read()) if line.startswith("trial")]
    assert said.startswith("trial: 1 of 5 patients have a time or an event of os, and not both")


@pytest.mark.parametrize(("months", "is_told"), [("", True), ("200", False), ("180", False)])
def test_an_event_that_is_told_in_another_row_than_its_time_is_said(run, months, is_told):
    """P1 was seen alive on day 100 and died on day 200: the death had the time of the visit."""
    for name in ("os_days", "dead"):
        card(f"{{column: clinical.{name}", f"{{day: clinical.seen, column: clinical.{name}")(run)
    seen = clinical_table(PEOPLE, os_days="100", dead="0", seen="100")
    death = clinical_table(["P1"], os_days=months, dead="1", seen="200").splitlines()[1]
    data("clinical.tsv", f"{seen}{death}\n")(run)
    run.write()
    said = [line for line in check_beforehand(run.read()) if "the event of os" in line]
    assert [line.startswith("trial: in 1 patients with") for line in said] == [True] * is_told


def test_sites_of_one_name_in_two_cohorts_are_said(run):
    for cohort in "ab":
        card("person:\n", "person:\n  site: {column: clinical.site}\n", cohort)(run)
    setting("studies.trial.external", [])(run)
    setting("studies.trial.cohorts", ["a", "b"])(run)
    for table, patients, sites in (
        ("clinical", PEOPLE, "1233"),
        ("clinical.b", ["P4", "P6"], "23"),
    ):
        people = clinical_of("xyxy"[: len(patients)], patients).splitlines()
        rows = [f"{row}\t{site}" for row, site in zip(people, ["site", *sites], strict=True)]
        data(f"{table}.tsv", "\n".join([*rows, ""]))(run)
    run.write()
    [said] = [line for line in check_beforehand(run.read()) if "sites" in line]
    assert said.startswith("trial: 2 of 3 sites have one name in several cohorts")


@pytest.mark.parametrize(("names", "is_told"), [("1223", True), ("3440", False)])
def test_families_of_one_name_in_two_cohorts_are_said(run, names, is_told):
    """They are two, and an external patient may be kin of one who trains, as far as cards know."""
    for cohort in "ab":
        card("person:\n", "person:\n  family: {column: clinical.family}\n", cohort)(run)
    data("clinical.tsv", clinical_table(PEOPLE, family=list(names)))(run)
    data("clinical.b.tsv", clinical_table(["P4", "P6"], family=["2", "0"]))(run)
    run.write()
    said = [line for line in check_beforehand(run.read()) if "families" in line]
    told = "trial: 1 of 3 families have one name in several cohorts"
    assert [line.startswith(told) for line in said] == [True] * is_told


@pytest.mark.parametrize(("times", "doubted"), [(1, False), (100, True)])
def test_omics_that_cohorts_hold_on_other_scales_are_said(run, times, doubted):
    mapped = "omics:\n  rna: {file: %s, patient: id, taken: before_treatment}\ncondition:\n"
    for cohort, patients, scale in (("a", PEOPLE, 1), ("b", ["P4"], times)):
        rows = [f"{patient}\t{5 * scale}\t0\n" for patient in patients]
        data(f"rna.{cohort}.tsv", "".join(["id\tG1\tG2\n", *rows]))(run)
        card("condition:\n", mapped % f"rna.{cohort}.tsv", cohort)(run)
    run.write()
    said = [line for line in check_beforehand(run.read()) if "omics.rna reach 500 in b" in line]
    assert bool(said) == doubted


@pytest.mark.parametrize(
    ("before", "keys", "named"),
    [
        ("condition:", "column: clinical.fact", ""),
        ("visits:", "column: clinical.age, day: clinical.seen", "visits."),
    ],
)
def test_facts_that_a_cohort_has_by_another_name_are_said(run, before, keys, named):
    """A model takes them for missing in everybody, and its figures there tell nothing of it."""
    for cohort, name in (("a", "kind"), ("b", "sort")):
        table, patients = {"a": ("clinical", PEOPLE), "b": ("clinical.b", ["P4"])}[cohort]
        data(f"{table}.tsv", clinical_table(patients, fact="x", seen="-3"))(run)
        mapped = f"{before}\n  {name}: {{{keys}}}\n" + "condition:\n" * (before != "condition:")
        card("condition:\n", mapped, cohort)(run)
    run.write()
    said = check_beforehand(run.read())
    for cohort, name in (("b", "kind"), ("a", "sort")):
        told = f"nobody of {cohort} has {named}{name}, as patients of other"
        assert [line for line in said if told in line]


def with_fact(run, fact, **values):
    """Let both cards map a fact, say what of it patients of each cohort have, and read them."""
    for cohort, table in (("a", "clinical.tsv"), ("b", "clinical.b.tsv")):
        known = list(values[cohort])
        names = {"a": [*PEOPLE, "P10", "P11"], "b": ["P4", "P20", "P21", "P22", "P23", "P24"]}
        rows = clinical_table(names[cohort][: len(known)], fact=known, seen="-3")
        data(table, rows)(run)
        card("condition:\n", f"{fact}\n" * (fact != "") + "condition:\n", cohort)(run)
    run.write()
    return check_beforehand(run.read())


PERCENT = [0, 20, 40, 60, 80, 90]


@pytest.mark.parametrize(
    ("b", "told_of"),
    [
        ([0.3, 0.5, 0, 0.6, 0.2, 0.9], "blasts is 60 in a and 0.5 in b, zeros apart"),
        ([30, 50, 0, 60, 20, 90], None),
        ([0.3, 0.5, 0, 0.6, 0.2], None),
    ],
)
@pytest.mark.parametrize("section", ["measurement", "visits"])
def test_a_number_in_another_unit_than_its_card_says_is_said(run, section, b, told_of):
    """Shares that a card calls percent read as next to none; of four values nothing is told."""
    fact = f'{section}:\n  blasts: {{column: clinical.fact, unit: "%", day: clinical.seen}}'
    said = [line for line in with_fact(run, fact, a=PERCENT, b=b) if "the median of " in line]
    assert [told_of in line for line in said] == [True] * (told_of is not None)


@pytest.mark.parametrize(
    ("times", "fewer", "highest", "is_told"),
    [(10, 0, 14, True), (3, 0, 14, False), (10, 1, 14, False), (10, 0, 500, False)],
)
def test_sites_of_a_cohort_that_count_in_other_units_are_said(run, times, fewer, highest, is_told):
    """Haemoglobin in g/dL at one hospital, and in g/L at the other, was one column.

    Of counts that are as high in a few of the one, nothing is told.
    """
    card("person:\n", "person:\n  site: {column: clinical.site}\n")(run)
    mapped = "measurement:\n  hb: {column: clinical.fact, unit: g/dL}\n"
    card("condition:\n", mapped + "condition:\n")(run)
    sites = [*["one"] * 12, *["two"] * (10 - fewer)]
    values = [*[12, 13, 13, highest] * 3, *[times * 13] * (10 - fewer)]
    names = [*PEOPLE, *(f"Q{number}" for number in range(18 - fewer))]
    data("clinical.tsv", clinical_table(names, site=sites, fact=values))(run)
    run.write()
    said = [line for line in check_beforehand(run.read()) if "median of hb" in line]
    told = "a: the median of hb is 130 at a site of 10 values and 13 at one of 12, zeros apart"
    assert [line.startswith(told) for line in said] == [True] * is_told


@pytest.mark.parametrize("is_slip", [True, False])
def test_survival_that_a_card_gives_months_for_days_is_said(run, is_slip):
    if is_slip:
        card("os_days, unit: d, to: mo", "os_days, unit: mo", "b")(run)
    for table, patients in (("clinical", PEOPLE), ("clinical.b", ["P4", "P20", "P21", "P22"])):
        data(f"{table}.tsv", clinical_table([*patients, f"{patients[0]}x"], os_days="50"))(run)
    run.write()
    said = [line for line in check_beforehand(run.read()) if "the median of os_months" in line]
    assert bool(said) == is_slip


@pytest.mark.parametrize(
    ("b", "told_of"),
    [
        (["1", "2", "2"], "3 of 3 patients of b have a stage (1, 2) that no other cohort has (I,"),
        (["1", "I", "2"], "2 of 3 patients of b have a stage (1, 2) that no other cohort has (I,"),
        (["1", "I", "II"], None),
        (["", "", ""], None),
    ],
)
def test_codes_that_most_of_a_cohort_have_alone_are_said(run, b, told_of):
    """To models they are none: a patient of stage 4 read as one of no stage that they know."""
    fact = "measurement:\n  stage: {column: clinical.fact, type: category}"
    said = [
        line for line in with_fact(run, fact, a=["I", "II", "II", "I"], b=b) if "stage (" in line
    ]
    assert [told_of in line for line in said] == [True] * (told_of is not None)


def test_cohorts_of_one_cancer_each_are_told_of_where_one_is_external(run):
    for cohort, cancer in (("a", "LUAD"), ("b", "adenocarcinoma")):
        card("{value: AML}", f"{{value: {cancer}}}", cohort)(run)
    run.write()
    assert any("have a cancer_type (adeno" in line for line in check_beforehand(run.read()))
    setting("studies.trial.external", [])(run)
    setting("studies.trial.cohorts", ["a", "b"])(run)
    assert not any("cancer_type" in line for line in check_beforehand(run.read()))


@pytest.mark.parametrize(("seen", "is_told"), [("3", True), ("", True), ("-3", False)])
def test_a_fact_that_nobody_has_on_day_0_is_said(run, seen, is_told):
    """Days before treatment without their sign are days after it, of which no feature is made."""
    data("clinical.tsv", clinical_table(PEOPLE, seen=seen, fact="7"))(run)
    fact = "{column: clinical.fact, unit: g/L, day: clinical.seen}"
    card("condition:\n", f"measurement:\n  hb: {fact}\ncondition:\n")(run)
    run.write()
    said = [line for line in check_beforehand(run.read()) if line.startswith("a: nobody has a")]
    assert [line.split(",")[0] for line in said] == [
        "a: nobody has a value of hb on day 0"
    ] * is_told


@pytest.mark.parametrize(("named", "is_told"), [("", True), (", columns: [X, Y]", False)])
def test_features_that_no_patient_of_a_cohort_has_a_row_of_are_said(run, named, is_told):
    """They are absent in all of them, and read as not measured: as in the mean training patient."""
    for cohort, rows in (("a", "P1\tX\t1\nP2\tY\t1\n"), ("b", "P4\tX\t1\n")):
        data(f"calls.{cohort}.tsv", f"id\tgene\tvaf\n{rows}")(run)
        keys = f"file: calls.{cohort}.tsv, patient: id, taken: before_treatment, absent: 0"
        mapped = f"omics:\n  calls: {{{keys}, feature: gene, value: vaf{named}}}\n"
        card("condition:\n", mapped + "condition:\n", cohort)(run)
    run.write()
    said = [line for line in check_beforehand(run.read()) if "not for absent" in line]
    told = "trial: b has no row of 1 of the 2 features that other cohorts have of omics.calls;"
    assert [line.startswith(told) for line in said] == [True] * is_told


@pytest.mark.parametrize(
    ("names", "told_of"), [("ABCD", None), ("AB..", None), ("A...", "1 of the 4")]
)
def test_omics_whose_features_have_other_names_are_said(run, names, told_of):
    for cohort, own in (("a", "ABCD"), ("b", names)):
        features = [name if name != "." else f"other{n}" for n, name in enumerate(own)]
        patient = {"a": PEOPLE[0], "b": "P4"}[cohort]
        rows = ["\t".join(row) for row in (["id", *features], [patient, *"1234"])]
        data(f"rna.{cohort}.tsv", "\n".join(rows) + "\n")(run)
        mapped = (
            f"omics:\n  rna: {{file: rna.{cohort}.tsv, patient: id, taken: before_treatment}}\n"
        )
        card("condition:\n", mapped + "condition:\n", cohort)(run)
    run.write()
    said = [
        line for line in check_beforehand(run.read()) if "have of omics.rna; models take" in line
    ]
    assert [told_of in line for line in said if "b has" in line] == [True] * (told_of is not None)


@pytest.mark.parametrize(
    ("arms", "confounders", "told"),
    [
        (["1110", "10"], ["age"], True),
        (["1110", "10"], ["age", "cohort"], False),
        (["1010", "10"], ["age"], False),
    ],
)
def test_cohorts_that_give_other_arms_are_said_where_no_confounder_is_the_cohort(
    run, arms, confounders, told
):
    setting("studies.trial.external", [])(run)
    setting("studies.trial.cohorts", ["a", "b"])(run)
    policy = {"confounders": confounders, "endpoints": ["response"], "months": 24}
    setting("studies.trial.policy", policy)(run)
    for table, patients, own in zip(
        ("clinical", "clinical.b"), (PEOPLE, ["P4", "P6"]), arms, strict=True
    ):
        data(f"{table}.tsv", clinical_table(patients, arm=list(own)))(run)
    run.write()
    said = [line for line in check_beforehand(run.read()) if "received" in line]
    assert bool(said) == told
    if told:
        assert said[0].startswith("trial: 50 % of b and 25 % of a received control, and ")


@pytest.mark.parametrize(
    ("confounders", "name", "is_told"),
    [(["age", "site"], "site", True), (["age"], "site", False), (["age", "site"], "k-fold", False)],
)
def test_sites_left_out_that_are_a_confounder_are_said(run, confounders, name, is_told):
    for cohort in "ab":
        card("person:\n", "person:\n  site: {column: clinical.site}\n", cohort)(run)
    data("clinical.tsv", clinical_table(PEOPLE, site=list("1234"), arm=list("0110")))(run)
    data("clinical.b.tsv", clinical_table(["P4"], site="9"))(run)
    policy = {"confounders": confounders, "endpoints": ["response"], "months": 24}
    setting("studies.trial.policy", policy)(run)
    setting("studies.trial.split.scheme", {"name": name, "folds": 4, "repeats": 1})(run)
    run.write()
    said = [line for line in check_beforehand(run.read()) if "leaves sites out" in line]
    assert [line.startswith("trial: policy.confounders names site") for line in said] == [
        True
    ] * is_told

"""What every rule, script and rules file keeps to."""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from project import (
    PACKAGE,
    ROOT,
    RULES_FILES,
    SCRIPTS,
    all_rules,
    directive,
    environment_of,
    importable_from,
    imports_of,
    reached_by,
)

from gcin.intake.schema import schema_of

RULES = all_rules()
PYTHON_RULES = [name for name, body in RULES.items() if directive(body, "script")]
# Rules that do no work of their own ask for no memory or time.
WORKING_RULES = [name for name, body in RULES.items() if not directive(body, "localrule")]


def test_there_are_rules_to_hold_to_it():
    assert len(RULES) > 20
    assert len(PYTHON_RULES) > 10


@pytest.mark.parametrize("rule", RULES)
def test_rule_says_what_it_is_for(rule):
    assert RULES[rule].lstrip().startswith('"""')


# Longest name of a file on the usual file systems, and what tools may add to it meanwhile.
LONGEST_NAME, ROOM = 255, 40
NAMED = re.compile(r"\{+(?:cohort|sample|unit|study|design)\}+")


@pytest.mark.parametrize("path", RULES_FILES, ids=lambda path: path.stem)
def test_names_of_files_have_room_for_the_longest_ids(path):
    pattern = schema_of("samples")["properties"]["sample"]["pattern"]
    longest = 1 + int(re.search(r"\{0,(\d+)\}", pattern)[1])
    assert re.fullmatch(pattern, "x" * longest)
    for name in re.findall(r"[^/\"'\s]+", path.read_text()):
        if NAMED.search(name):
            assert len(NAMED.sub("x" * longest, name)) + ROOM <= LONGEST_NAME, name


@pytest.mark.parametrize("rule", RULES)
def test_rule_logs_and_measures_itself_under_its_own_name(rule):
    log = re.fullmatch(rf'\s+"logs/{rule}(/.+)?\.log",\s+', directive(RULES[rule], "log"))
    benchmark = directive(RULES[rule], "benchmark")
    measured = re.fullmatch(rf'\s+"benchmarks/results/{rule}(/.+)?\.tsv"\s+', benchmark)
    assert log
    assert measured
    assert log[1] == measured[1]


@pytest.mark.parametrize("rule", RULES)
def test_rule_names_an_environment_that_exists(rule):
    assert environment_of(RULES[rule]).is_file()


@pytest.mark.parametrize("rule", RULES)
def test_rule_names_each_input_and_output(rule):
    for kind in ("input", "output"):
        for line in (directive(RULES[rule], kind) or "").splitlines():
            if re.match(r" {8}\S", line):
                assert re.match(r" {8}(\w+=|multiext\($|[)\]}#])", line), (
                    f"{kind} without a name: {line}"
                )


@pytest.mark.parametrize("rule", WORKING_RULES)
def test_rule_states_its_needs(rule):
    resources = directive(RULES[rule], "resources") or ""
    assert re.search(r"mem_mb=.*attempt", resources, re.DOTALL)
    # A job that ran out of time would run out of the same time again.
    assert re.search(r"runtime=.*attempt", resources)


@pytest.mark.parametrize("rule", RULES)
def test_rule_has_no_code_of_its_own_and_no_retries(rule):
    assert not directive(RULES[rule], "run")
    assert not directive(RULES[rule], "retries")


@pytest.mark.parametrize("rule", PYTHON_RULES)
def test_python_rule_runs_the_script_of_its_name_and_notes_its_code(rule):
    assert directive(RULES[rule], "script").strip() == f'"../scripts/{rule}.py"'
    assert f'code=code_of("{rule}")' in directive(RULES[rule], "params")


@pytest.mark.parametrize("rule", PYTHON_RULES)
def test_environment_declares_what_the_script_imports(rule):
    imported = {
        name.split(".")[0]
        for path in reached_by(SCRIPTS / f"{rule}.py")
        for name in imports_of(path)
    }
    third_party = imported - sys.stdlib_module_names
    assert third_party <= importable_from(environment_of(RULES[rule]))


@pytest.mark.parametrize("rule", [name for name in RULES if directive(RULES[name], "shell")])
def test_shell_rule_sends_every_message_to_its_log_and_quotes_each_value(rule):
    lines = directive(RULES[rule], "shell").splitlines()
    code = [line.strip() for line in lines if line.strip() and line.strip() != '"""']
    assert code[0] == "exec 2>{log:q}"
    # Options of Java are one quoted word, in which :q would put quotes of its own.
    text = re.sub(r'--java-options "[^"]*"', "", "\n".join(code))
    values = re.findall(r"(?<!{){([^{}]+)}(?!})", text)
    assert [value for value in values if not re.search(r":q$|^threads$|^resources\.", value)] == []


# They end well though the disk was full, with a part of their report; `cat` does not.
HEEDLESS = r"samtools (flagstat|stats|dict|idxstats)|bcftools stats|BaseRecalibrator|GatherBQSR"
HEEDLESS += r"|GetPileupSummaries|--tumor-segmentation"


@pytest.mark.parametrize("rule", [name for name in RULES if directive(RULES[name], "shell")])
def test_report_is_written_by_a_program_that_notices_a_full_disk(rule):
    lines = directive(RULES[rule], "shell").replace("\\\n", " ").splitlines()
    heedless = [line for line in lines if re.search(HEEDLESS, line)]
    assert [line for line in heedless if not re.search(r"\| cat >{output", line)] == []


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.py")), ids=lambda path: path.stem)
def test_script_only_reads_computes_and_writes(path):
    assert path.stem in RULES
    assert len(path.read_text().splitlines()) <= 40
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    assert not [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, defined)]


def test_script_works_in_a_temporary_folder_of_its_own():
    # The folder of `resources` is shared by all jobs of a machine, which would read each other's.
    texts = {path.stem: path.read_text() for path in SCRIPTS.glob("*.py")}
    shared = {
        name for name, text in texts.items() if re.search(r"(?<!dir=)snakemake.*tmpdir", text)
    }
    # It hands the folder to a function that makes its own there.
    assert shared == {"encode_calls"}


@pytest.mark.parametrize("path", RULES_FILES, ids=lambda path: path.stem)
def test_rules_file_stays_small(path):
    limit = 100 if path.stem == "common" else 200
    assert len(path.read_text().splitlines()) <= limit


def test_snakefile_is_a_table_of_contents_of_every_rules_file():
    text = (ROOT / "Snakefile").read_text()
    assert len(text.splitlines()) <= 60
    assert "def " not in text
    included = re.findall(r'^include: "(.+)"$', text, re.MULTILINE)
    assert sorted(included) == sorted(str(path.relative_to(ROOT)) for path in RULES_FILES)


def test_no_two_rules_files_give_the_same_name():
    # They share one namespace: the later one would speak for the earlier, in every function of it.
    origins = defaultdict(set)
    for path in RULES_FILES:
        text = path.read_text()
        for name in re.findall(r"^(?:def )?(\w+)(?:\(.*:| = )", text, re.MULTILINE):
            origins[name].add(path.stem)
        for module, names in re.findall(r"^from (\S+) import (\([^)]*\)|.*)$", text, re.MULTILINE):
            for name in re.findall(r"\w+", names):
                origins[name].add(module)
    assert len(origins) > 100
    assert {name: found for name, found in origins.items() if len(found) > 1} == {}


def lengths(path: Path) -> list[tuple[int, str]]:
    """Lines of each function of a module, its docstring left out."""
    measured = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            said = (
                node.body[0].end_lineno - node.body[0].lineno + 1 if ast.get_docstring(node) else 0
            )
            measured.append((node.end_lineno - node.lineno + 1 - said, node.name))
    return measured


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_module_and_its_functions_stay_small(path):
    assert len(path.read_text().splitlines()) <= 300
    assert [(lines, name) for lines, name in lengths(path) if lines > 40] == []

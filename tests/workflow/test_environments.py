"""The environments of a cluster, and the packages of one machine, are one set of versions."""

import ast
import re

import pytest
import yaml
from project import (
    ENVIRONMENTS,
    ROOT,
    SCRIPTS,
    all_rules,
    directive,
    environment_of,
    pins_of,
    reached_by,
)

RULES = all_rules()
# Programs by the package that brings them, and those that every Linux has.
BRINGS = {
    **{name: name for name in ("bcftools", "bwa", "curl", "delly", "fastp", "mosdepth", "multiqc")},
    **{"samtools": "samtools", "bgzip": "htslib", "tabix": "htslib"},
    **{"gatk": "gatk4", "vep": "ensembl-vep"},
}
ON_EVERY_LINUX = {"awk", "cat", "echo", "exec", "exit", "gzip", "mktemp", "mv", "printf", "rm"}
ON_EVERY_LINUX |= {"grep", "tr", "trap", "wc"}
# Not pinned, since it must be the one that VEP was built against.
ALSO_BRINGS = {"ensembl-vep": {"htslib"}}

# Where conda's channels have another version than PyPI; the reason for each.
DIFFERS_FROM_HOST = {
    "cyvcf2": "bioconda is one minor version behind PyPI; the interface used is the same",
    "pulp": "conda-forge stays with 2.8; the interface used is the same in 3.3",
    "tensorflow-cpu": "conda-forge builds 2.19; Keras 3 is the interface, and is the same",
}


def host_pins() -> dict[str, str]:
    text = (ROOT / "envs" / "host" / "requirements.txt").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("==") for line in lines)


def test_every_host_package_has_one_exact_version():
    assert len(host_pins()) > 50
    for name, version in host_pins().items():
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name, re.IGNORECASE)
        assert re.fullmatch(r"\d+(\.\d+)*(\.post\d+)?", version)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda path: path.stem)
def test_environment_pins_everything_and_uses_no_default_channel(environment):
    described = yaml.safe_load(environment.read_text())
    assert described["channels"] == ["conda-forge", "bioconda", "nodefaults"]
    assert described["dependencies"] == sorted(described["dependencies"])
    for item in described["dependencies"]:
        assert re.fullmatch(r"[a-z0-9-]+=\d+(\.\d+)*(=cuda\*)?", item), f"not pinned: {item}"


def test_a_package_has_one_version_in_every_environment():
    versions = {}
    for environment in ENVIRONMENTS:
        for package, version in pins_of(environment).items():
            versions.setdefault(package, {})[environment.name] = version
    assert {
        package: seen for package, seen in versions.items() if len(set(seen.values())) > 1
    } == {}


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda path: path.stem)
def test_environment_has_the_minor_versions_of_the_host(environment):
    host = host_pins()
    for package, version in pins_of(environment).items():
        if package in host:
            same = (host[package] + ".").startswith(version + ".")
            assert same != (package in DIFFERS_FROM_HOST), f"{package} {version}, {host[package]}"


def test_the_two_environments_of_the_networks_differ_only_in_tensorflow():
    cpu, gpu = (pins_of(ROOT / "envs" / f"model-{kind}.yaml") for kind in ("cpu", "gpu"))
    assert cpu.pop("tensorflow-cpu") == gpu.pop("tensorflow")
    assert cpu == gpu


def brought_by(environment):
    pinned = set(pins_of(environment))
    return pinned.union(*(ALSO_BRINGS.get(package, ()) for package in pinned))


def programs_of_shell(rule):
    text = directive(RULES[rule], "shell").replace("\\\n", " ").replace('"""', "")
    bare = re.sub(r"'[^']*'|\"[^\"]*\"|\{[^{}]+\}", "x", text)
    return set(re.findall(r"(?:^|[|;]|\$\(|\{\{)\s*([a-z][\w-]*)(?= |$)", bare, re.MULTILINE))


def programs_of_script(rule):
    trees = [ast.parse(path.read_text()) for path in reached_by(SCRIPTS / f"{rule}.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    lists = [node.elts for node in nodes if isinstance(node, ast.List) and node.elts]
    firsts = {getattr(elements[0], "value", None) for elements in lists}
    return {first for first in firsts if isinstance(first, str) and first in BRINGS}


def test_programs_of_rules_are_found():
    assert programs_of_shell("mark_duplicates") == {"exec", "gatk", "samtools"}
    assert programs_of_shell("calibrate_dragstr") == {"exec", "gatk", "wc"}
    assert programs_of_script("adopt_alignment") == {"bwa", "samtools"}
    assert programs_of_script("lift_vcf") == programs_of_script("score_sites") == {"gatk"}
    assert programs_of_script("render_multiqc") == {"multiqc"}


@pytest.mark.parametrize("rule", RULES)
def test_environment_has_the_programs_that_a_rule_starts(rule):
    if directive(RULES[rule], "shell"):
        tools = programs_of_shell(rule) - ON_EVERY_LINUX
    else:
        tools = programs_of_script(rule)
    assert tools <= set(BRINGS)
    assert {BRINGS[tool] for tool in tools} <= brought_by(environment_of(RULES[rule]))


def test_every_environment_is_used_by_a_rule():
    used = {environment_of(body) for body in RULES.values()}
    assert set(ENVIRONMENTS) == used


def test_gatk_is_the_same_on_a_cluster_and_on_one_machine():
    pom = (ROOT / "envs" / "host" / "gatk" / "pom.xml").read_text()
    host = re.search(r"<artifactId>gatk</artifactId>\s+<version>([\d.]+)</version>\s+<excl", pom)[1]
    assert pins_of(ROOT / "envs" / "gatk.yaml")["gatk4"] == host

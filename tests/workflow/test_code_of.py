"""An edit is seen by the rules that it reaches, and by no other."""

import json
import os

import pytest

from gcin import _code

RECIPE = '"""A recipe."""\nfrom gcin.upper import double\n\nprint(double(2))\n'
UPPER = """from gcin import _quiet
from gcin.lower import one


def double(n):
    return one() * n * 2
"""
LOWER = 'def one():\n    """Give one."""\n    return 1\n'


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A script that reaches `lower` through `upper`, and a module that it does not reach."""
    (tmp_path / "gcin").mkdir()
    files = {"upper": UPPER, "lower": LOWER, "apart": "A = 1\n", "_quiet": "Q = 1\n"}
    for name, text in files.items():
        (tmp_path / "gcin" / f"{name}.py").write_text(text)
    (tmp_path / "recipe.py").write_text(RECIPE)
    monkeypatch.setattr(_code, "SCRIPTS", tmp_path)
    monkeypatch.setattr(_code, "PACKAGE", tmp_path / "gcin")
    monkeypatch.setattr(_code, "KEPT", tmp_path / "kept" / "code.json")
    start_anew()
    yield tmp_path
    start_anew()


def start_anew():
    """Forget what this process has read, as the next run of the workflow does not know it."""
    _code._understood.cache_clear()
    _code._kept.cache_clear()
    _code._module.cache_clear()


def test_a_rule_knows_its_script_and_all_that_it_reaches(project):
    assert list(_code.code_of("recipe")) == ["gcin/lower.py", "gcin/upper.py", "recipe.py"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("gcin/lower.py", "return 1", "return 1  # of many"),
        ("gcin/lower.py", "Give one.", "Give the first number."),
        ("gcin/lower.py", '    """Give one."""\n', ""),
        ("gcin/upper.py", "one() * n * 2", "(\n        one() * n * 2\n    )"),
        ("gcin/apart.py", "A = 1", "A = 2"),
        ("gcin/_quiet.py", "Q = 1", "Q = 2"),
        ("recipe.py", "A recipe.", "The recipe."),
    ],
)
def test_words_layout_and_what_is_not_reached_change_nothing(project, file, old, new):
    before = _code.code_of("recipe")
    text = (project / file).read_text()
    assert old in text
    (project / file).write_text(text.replace(old, new))
    start_anew()
    assert _code.code_of("recipe") == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("gcin/lower.py", "return 1", "return 2"),
        ("gcin/upper.py", "n * 2", "2 * n"),
        ("recipe.py", "double(2)", "double(3)"),
    ],
)
def test_an_edit_of_code_is_seen_and_named(project, file, old, new):
    before = _code.code_of("recipe")
    text = (project / file).read_text()
    assert old in text
    (project / file).write_text(text.replace(old, new))
    start_anew()
    after = _code.code_of("recipe")
    assert [name for name in after if after[name] != before[name]] == [file]


def test_the_next_run_reads_no_syntax_again_and_says_the_same(project, monkeypatch):
    first = _code.code_of("recipe")
    start_anew()
    monkeypatch.setattr(_code.ast, "parse", None)
    assert _code.code_of("recipe") == first


def test_an_edit_that_keeps_size_and_time_is_seen(project):
    path = project / "gcin" / "lower.py"
    before, times = _code.code_of("recipe"), path.stat()
    path.write_text(path.read_text().replace("return 1", "return 2"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert path.stat().st_size == times.st_size
    start_anew()
    assert _code.code_of("recipe") != before


@pytest.mark.parametrize("kept", ["", '{"cut'])
def test_what_was_kept_and_cannot_be_read_is_made_again(project, kept):
    first = _code.code_of("recipe")
    _code.KEPT.write_text(kept)
    start_anew()
    assert _code.code_of("recipe") == first
    assert json.loads(_code.KEPT.read_text())


def test_where_nothing_may_be_written_code_is_digested_all_the_same(project, monkeypatch):
    first = _code.code_of("recipe")
    monkeypatch.setattr(_code, "KEPT", project / "recipe.py" / "code.json")
    start_anew()
    assert _code.code_of("recipe") == first


def test_another_way_to_digest_does_not_meet_what_was_kept(project, monkeypatch):
    first = _code.code_of("recipe")
    start_anew()
    monkeypatch.setattr(_code, "_own_text", lambda: b"another way")
    monkeypatch.setattr(_code, "_digest", lambda tree: "00000000")
    assert set(_code.code_of("recipe").values()) == {"00000000"} != set(first.values())

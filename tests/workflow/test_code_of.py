"""An edit is seen by the rules that it reaches, and by no other."""

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
    return tmp_path


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
    after = _code.code_of("recipe")
    assert [name for name in after if after[name] != before[name]] == [file]

"""Every curated table has its row, with source, licence and checksum."""

import hashlib
import re

from project import ROOT

FOLDER = ROOT / "resources"


def test_each_file_has_its_row_and_checksum():
    text = (FOLDER / "README.md").read_text()
    told = dict(re.findall(r"^\| `([^`]+)` \|.*\| ([0-9a-f]{64}) \|$", text, re.MULTILINE))
    files = [path for path in FOLDER.rglob("*") if path.is_file() and path.name != "README.md"]
    own = [path for path in files if "external" not in path.relative_to(FOLDER).parts]
    found = {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in own
    }
    assert found == told

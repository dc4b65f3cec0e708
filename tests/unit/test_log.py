"""Messages of a script go to its log, and Arrow cannot abort a script that has done its work."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"
SCRIPT = """
import os
import sys

import pandas
import pyarrow

from gcin._log import log_to

log_to(sys.argv[1])
print("threads of Arrow:", pyarrow.cpu_count())
os.write(2, b"from a compiled library")
raise SystemExit(3)
"""


def test_a_log_has_every_stream_and_arrow_has_one_thread(tmp_path):
    log = tmp_path / "rule.log"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, log],
        env={"PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 3
    assert done.stdout == done.stderr == ""
    assert "threads of Arrow: 1\n" in log.read_text()
    assert "from a compiled library" in log.read_text()


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("gcin.simulation.summary", ["config.yaml"]), ("gcin.cli.main", ["cohort", "show", "a"])],
)
def test_commands_that_read_parquet_leave_arrow_one_thread(tmp_path, module, arguments):
    (tmp_path / "config.yaml").write_text("studies: {a: {}}\n")
    command = f"from {module} import main; main({arguments})"
    done = subprocess.run(
        [sys.executable, "-c", f"import pyarrow; {command}; print(pyarrow.cpu_count())"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "1\n"
    assert "Traceback" not in done.stderr

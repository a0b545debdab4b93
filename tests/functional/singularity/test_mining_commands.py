"""Mining as a user runs it, each command in its own process, and what a kill leaves behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.common.learning import REPEATED, repeated
from tests.common.processes import (
    CHECKOUT,
    database_of,
    environment,
    eventually,
    manage,
    migrated_site,
)
from tests.common.trees import write_tree


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A migrated site with servers that stay up for the tests of this file."""
    folder = tmp_path_factory.mktemp("state")
    with migrated_site(folder):
        yield folder


def ingest(root: Path, state: Path) -> None:
    done = manage("ingest", str(root), "--vectors", "later", state=state)
    assert done.returncode == 0, done.stderr


def mine(state: Path, *options: str) -> dict[str, Any]:
    done = manage("mine_patterns", "--json", *options, state=state)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_nothing_to_mine_is_said_in_one_line(state: Path) -> None:
    done = manage("mine_patterns", state=state)
    assert done.returncode != 0
    assert "manage.py ingest PATH" in done.stderr
    assert "Traceback" not in done.stderr
    unknown = manage("mine_patterns", "--codebase", "nowhere", state=state)
    assert "nowhere" in unknown.stderr


def test_ingest_mine_show(state: Path, tmp_path: Path) -> None:
    ingest(write_tree(tmp_path / "shop", repeated(12)), state)
    result = mine(state, "--codebase", "shop")
    assert set(result) >= {"code_patterns", "rules", "findings", "architecture", "frameworks"}
    assert result["runs"][0]["files"] == 13
    assert {row["codebase"] for row in result["code_patterns"]} == {"shop"}
    found = [row for row in result["code_patterns"] if "json.load(" in row["template"]]
    assert found
    assert found[0]["kind"] == "idiom"
    assert {row["key"] for row in result["frameworks"]} >= {"django", "requests"}

    shown = manage("mine_patterns", "--codebase", "shop", state=state).stdout
    assert "nothing changed since it was last mined" in shown
    assert "Idioms" in shown
    listed = manage("patterns", "--kind", "idiom", "--words", "json.load", state=state).stdout
    assert found[0]["signature"] in listed
    one = manage("patterns", found[0]["signature"], "--json", state=state)
    (row,) = json.loads(one.stdout)
    assert row["trend"][0]["files"] == found[0]["files"]
    missing = manage("patterns", "idiom-1-ffff", state=state)
    assert missing.returncode != 0
    assert "no pattern begins" in missing.stderr


def test_a_killed_mining_goes_on_where_it_stopped(state: Path, tmp_path: Path) -> None:
    body = REPEATED.format(n=0)
    files = {f"p{n % 9}/m{n}.py": f"{body}\n\nX = {n}\n" for n in range(900)}
    root = write_tree(tmp_path / "large", files)
    ingest(root, state)
    count = (
        "SELECT count(*) FROM patterns_filefacts f JOIN ingestion_codebase c"
        " ON c.id = f.codebase_id WHERE c.name = 'large'"
    )
    process = subprocess.Popen(
        [sys.executable, "manage.py", "mine_patterns", "--codebase", "large"],
        cwd=CHECKOUT,
        env=environment(state),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with database_of(state) as connection:

        def read() -> int:
            row = connection.execute(count).fetchone()
            assert row is not None
            return int(row[0])

        assert eventually(lambda: read() > 0, 60.0)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        stored = read()
        assert 0 < stored < 900
        patterns = connection.execute(
            "SELECT count(*) FROM patterns_codepattern p JOIN ingestion_codebase c"
            " ON c.id = p.codebase_id WHERE c.name = 'large'"
        ).fetchone()
        assert patterns == (0,)
    result = mine(state, "--codebase", "large")
    assert result["runs"][0]["read"] == 900 - stored
    assert result["runs"][0]["files"] == 900


def test_two_minings_at_once_are_one_and_a_plain_refusal(state: Path, tmp_path: Path) -> None:
    files = {f"m{n}.py": REPEATED.format(n=n) for n in range(700)}
    ingest(write_tree(tmp_path / "twice", files), state)
    command = [sys.executable, "manage.py", "mine_patterns", "--codebase", "twice"]
    runs = [
        subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=environment(state),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = sorted((run.communicate()[1], run.returncode) for run in runs)
    codes = sorted(code for _, code in ended)
    assert codes in ([0, 1], [0, 0])  # the second may begin after the first has ended
    if codes == [0, 1]:
        refused = next(said for said, code in ended if code)
        assert "already running" in refused
        assert "Traceback" not in refused


NEW = '''import json
import logging
import sqlite3

logger = logging.getLogger(__name__)


def fetch_all(name):
    connection = sqlite3.connect(name)
    return connection.cursor()


def read_again(path):
    """Read settings."""
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except OSError as error:
        logger.warning("cannot read %s", path)
        raise RuntimeError("no settings") from error
'''


def test_review_of_a_diff_and_of_a_path(state: Path, tmp_path: Path) -> None:
    root = write_tree(tmp_path / "reviewed", repeated(30))
    ingest(root, state)
    unmined = manage("review", str(root / "app/module_0.py"), state=state)
    assert unmined.returncode == 2
    assert "mine_patterns --codebase reviewed" in unmined.stderr
    mine(state, "--codebase", "reviewed")
    write_tree(root, {"app/fresh.py": NEW})

    lines = "".join(f"+{line}\n" for line in NEW.splitlines())
    count = len(NEW.splitlines())
    diff = f"--- /dev/null\n+++ b/app/fresh.py\n@@ -0,0 +1,{count} @@\n{lines}"
    (tmp_path / "new.diff").write_text(diff)
    done = manage(
        "review", str(tmp_path / "new.diff"), "--codebase", "reviewed", "--format", "json",
        state=state,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    remarks = json.loads(done.stdout)["remarks"]
    broken = [one for one in remarks if one["kind"] == "breaks-rule"]
    assert any("commit" in one["message"] or "close" in one["message"] for one in broken)
    assert {one["path"] for one in remarks} == {"app/fresh.py"}
    (clone,) = [one for one in remarks if one["kind"] == "clone"]
    assert clone["symbol"] == "read_again"

    output = tmp_path / "out.sarif"
    sarif = manage(
        "review", str(root / "app/fresh.py"), "--format", "sarif", "--output", str(output),
        "--fail-on", "never", state=state,
    )  # fmt: skip
    assert sarif.returncode == 0, sarif.stderr
    log = json.loads(output.read_text())
    assert log["version"] == "2.1.0"
    assert len(log["runs"][0]["results"]) == len(remarks)
    assert manage("review", str(root / "app/__init__.py"), state=state).returncode == 0


def test_what_cannot_be_reviewed_is_said_in_one_line(state: Path, tmp_path: Path) -> None:
    root = write_tree(tmp_path / "odd", repeated(2))
    ingest(root, state)
    mine(state, "--codebase", "odd")
    (tmp_path / "no.diff").write_text("nothing of the kind\n")
    (tmp_path / "gone.diff").write_text("--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n")
    cases = {
        str(tmp_path / "no.diff"): "no unified diff",
        str(tmp_path / "gone.diff"): "apply the diff",
        str(tmp_path / "missing.diff"): "cannot be read",
        str(root / "missing.py"): "does not exist",
    }
    for change, said in cases.items():
        done = manage("review", change, "--codebase", "odd", state=state)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    elsewhere = manage("review", str(tmp_path), state=state)
    assert "no code base" in elsewhere.stderr

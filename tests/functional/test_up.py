"""`manage.py up` from nothing: it serves, mends itself, and leaves no process behind."""

import json
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.common.learning import REPEATED
from tests.common.processes import CHECKOUT, environment, eventually, manage, processes_of

READY_SECONDS = 240.0


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("code")
    (folder / "greeting.py").write_text('def greet(name):\n    return f"Hello {name}"\n')
    for number in range(8):
        text = REPEATED.format(n=number)
        (folder / f"store_{number}.py").write_text(text)
    return folder


class Up:
    """A running `manage.py up` and what it has said so far."""

    def __init__(self, state: Path, code: Path) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--code", str(code)],
            cwd=CHECKOUT,
            env=environment(state) | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    def said(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def wait_ready(self) -> None:
        ready = eventually(lambda: self.said("Centralcloud is ready"), READY_SECONDS)
        assert ready, "".join(self.lines)

    def url(self, site: str) -> str:
        (url,) = re.findall(rf"{site} is ready: (\S+)", "".join(self.lines))
        return str(url)


@pytest.fixture
def up(state: Path, code: Path) -> Iterator[Up]:
    running = Up(state, code)
    yield running
    running.process.kill()
    running.process.wait()
    for process in processes_of(state):
        process.kill()


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def child(state: Path, *words: str) -> psutil.Process | None:
    return next((p for p in processes_of(state) if set(words) <= set(p.cmdline())), None)


def gone(state: Path) -> bool:
    return eventually(lambda: not processes_of(state), 60)


def test_once_goes_through_everything_and_leaves_nothing_behind(state: Path, code: Path) -> None:
    result = manage("up", "--once", "--code", str(code), state=state)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"admin, password \S{12,}", result.stdout)
    assert "Singularity is ready: http://127.0.0.1:" in result.stdout
    assert "Centralcloud is ready: http://127.0.0.1:" in result.stdout
    assert re.search(r"chunks +\d+", result.stdout)
    learned, _, _ = result.stdout.partition("Singularity is ready")
    assert "with open($" in learned.partition("Idioms")[2]
    assert "who calls sqlite3.connect" in learned
    assert gone(state)


def test_both_sites_serve_and_ctrl_c_ends_everything(state: Path, up: Up) -> None:
    up.wait_ready()
    assert not up.said("password")
    for site in ("Singularity", "Centralcloud"):
        url = up.url(site)
        pages = ("", "livez", "readyz", "metrics", "admin/login/", "static/unfold/css/styles.css")
        assert {page: status(url + page) for page in pages} == dict.fromkeys(pages, 200)
        assert status(url + "api/v1/schema") == 401
    second = manage("up", "--once", state=state)
    assert second.returncode == 1
    assert second.stderr.startswith("CommandError: The sites run already")
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(60) == 0
    assert gone(state)


def test_a_program_that_dies_is_started_again(state: Path, up: Up) -> None:
    up.wait_ready()
    beat = child(state, "centralcloud_site", "beat")
    assert beat is not None
    beat.kill()
    assert eventually(lambda: up.said("centralcloud beat    | ended with -9; starts again in 1 s"))
    assert eventually(lambda: child(state, "centralcloud_site", "beat") not in (None, beat))
    up.process.terminate()
    assert up.process.wait(60) == 0
    assert gone(state)


def test_after_kill_9_the_next_start_cleans_up_and_works(state: Path, code: Path, up: Up) -> None:
    up.wait_ready()
    up.process.kill()
    up.process.wait()
    left = child(state, "singularity_site", "worker")
    assert left is not None
    result = manage("up", "--once", "--code", str(code), state=state)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "that an earlier start had left" in result.stdout
    assert not left.is_running()
    assert gone(state)


@pytest.mark.parametrize(
    ("arguments", "variables", "line"),
    [
        (["--code", "/does/not/exist"], {}, "is not a folder"),
        (["--code", "a:b", "--instances", "3"], {}, "CODE names 2 folders for 3 instances"),
        ([], {"DATABASE_URL": "postgres://h/one"}, "CENTRALCLOUD_DATABASE_URL"),
        (
            ["--instances", "2"],
            {"SINGULARITY_DATABASE_URL": "postgres://h/one"},
            "leave the database URL of instances out",
        ),
    ],
)
def test_what_cannot_work_is_refused_before_anything_starts(
    tmp_path: Path, arguments: list[str], variables: dict[str, str], line: str
) -> None:
    result = manage("up", *arguments, state=tmp_path, **variables)
    assert result.returncode == 1
    assert line in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not processes_of(tmp_path)


@pytest.fixture
def three(tmp_path: Path) -> dict[str, Path]:
    """Three code bases with one library; two of them repeat an idiom that the third has not."""
    folders = {name: tmp_path / name for name in ("alpha", "beta", "gamma")}
    for name, folder in folders.items():
        folder.mkdir()
        (folder / "requirements.txt").write_text("requests==2.32.0\n")
        for number in range(8):
            client = (
                f"import requests\n\n\ndef {name}_{number}(url):\n    return requests.get(url)\n"
            )
            (folder / f"client_{number}.py").write_text(client)
            if name != "gamma":
                (folder / f"store_{number}.py").write_text(REPEATED.format(n=number))
    return folders


def test_three_instances_learn_from_each_other(own_state: Path, three: dict[str, Path]) -> None:
    code = ":".join(map(str, three.values()))
    start = manage(
        "up", "--once", "--instances", "3", "--code", code, state=own_state, INSTANCE_ID="team"
    )
    assert start.returncode == 0, start.stdout + start.stderr
    for instance, name in zip(("team", "team-2", "team-3"), three, strict=True):
        assert f"{instance} learned alone, from {name}" in start.stdout
        assert f"{instance} is ready: http://127.0.0.1:" in start.stdout
    _, _, told = start.stdout.partition("team-3 was told")
    adopted = told.partition("is ready")[0].partition("Adopted elsewhere: 2 of the 3 instances")[2]
    assert "with open($" in adopted, start.stdout
    assert gone(own_state)
    said = manage("insights", "--json", "--kind", "adopt", state=own_state, **own("team-3"))
    evidence = [row["evidence"] for row in json.loads(said.stdout) if "open(" in row["name"]]
    assert [(numbers["having"], numbers["of"]) for numbers in evidence] == [(2, 3)]
    first = manage("insights", "--json", "--kind", "adopt", state=own_state, INSTANCE_ID="team")
    assert "open(" not in first.stdout
    assert first.returncode == 0, first.stderr


def own(instance: str) -> dict[str, str]:
    return {"INSTANCE_ID": instance, "EMBEDDED_DATABASE": f"singularity_{instance[-1]}"}

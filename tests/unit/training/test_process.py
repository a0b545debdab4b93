"""A training process is listened to whatever it says, and is gone afterwards whatever it does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import FAILED_EXIT
from apps.singularity.training.services import process
from apps.singularity.training.services.process import event_read, training_process
from tests.common.processes import CHECKOUT, environment


def events(code: str, folder: Path) -> tuple[list[dict[str, Any]], str]:
    """What a program says, and how it ended."""
    with training_process([sys.executable, "-c", code], folder=folder) as running:
        said = [dict(event) for event in running.events() if event is not None]
        return said, running.how_it_ended()


def test_events_are_heard_and_all_else_is_left_out(tmp_path: Path) -> None:
    code = """
import os, sys
print('{"event": "started", "step": 0}')
print("Loading weights: 100%")
print('{"event": ')
print('[1, 2]'); print('{"loss": 3}'); print('{"event": 7}'); print()
sys.stdout.flush(); os.write(1, b'\\xff\\xfe garbage\\n' + b'[' * 200_000 + b'\\n')
print('{"event": "done"}')
"""
    said, ended = events(code, tmp_path)
    assert said == [{"event": "started", "step": 0}, {"event": "done"}]
    assert ended == "ended with exit code 0"


def test_an_end_without_a_word_is_told_by_the_last_line_of_the_log(tmp_path: Path) -> None:
    said, ended = events("raise RuntimeError('no such kernel')", tmp_path)
    assert said == []
    assert ended == "ended with exit code 1: RuntimeError: no such kernel"


def test_a_killed_process_is_told_by_its_signal(tmp_path: Path) -> None:
    _, ended = events("import os; os.kill(os.getpid(), 9)", tmp_path)
    assert ended == "was killed by SIGKILL (memory may have run out)"


def test_what_the_process_started_goes_with_it(tmp_path: Path) -> None:
    """It holds the pipe open, and would be waited for."""
    code = """
import json, subprocess
print(json.dumps({"event": "started", "other": subprocess.Popen(["sleep", "600"]).pid}))
"""
    said, ended = events(code, tmp_path)
    assert ended == "ended with exit code 0"
    assert _is_gone(said[0]["other"])


def test_a_process_that_will_not_end_is_killed_with_its_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.2)
    code = """
import json, signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(json.dumps({"event": "started", "other": subprocess.Popen(["sleep", "60"]).pid}), flush=True)
time.sleep(60)
"""
    pids = []

    def interrupted() -> None:
        with training_process([sys.executable, "-c", code], folder=tmp_path) as running:
            event = next(event for event in running.events() if event)
            pids.extend([event["other"], running._process.pid])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(pids) == 2
    assert all(_is_gone(pid) for pid in pids)


def test_a_second_process_waits_for_the_first_to_be_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose parent was killed may still be writing its checkpoint."""
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(tmp_path)],
        cwd=CHECKOUT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    orphan = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    monkeypatch.setattr(process, "LOCK_SECONDS", 0)
    with pytest.raises(TrainingFailed, match="still alive"):
        events("print()", tmp_path)
    os.kill(orphan, signal.SIGKILL)
    monkeypatch.setattr(process, "LOCK_SECONDS", 30)
    assert events("print()", tmp_path)[1] == "ended with exit code 0"


ORPHAN = """
import sys, django
from pathlib import Path
from typing import Any
django.setup()
from apps.singularity.training.services.process import training_process
with training_process(["sleep", "60"], folder=Path(sys.argv[1])) as running:
    print(running._process.pid, flush=True)
    list(running.events())
"""


def test_who_says_events_to_nobody_is_asked_to_end_and_can_still_finish(tmp_path: Path) -> None:
    """A killed worker takes the pipe with it: what a step has learned must reach a checkpoint."""
    program = subprocess.Popen(
        [sys.executable, "-c", SPEAKER, str(tmp_path / "checkpoint")],
        cwd=CHECKOUT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    assert "started" in program.stdout.readline()
    program.stdout.close()
    program.communicate("\n")
    assert (tmp_path / "checkpoint").read_text() == "asked to stop: True"
    assert program.returncode == FAILED_EXIT


SPEAKER = """
import sys
from pathlib import Path
from apps.singularity.training.engine import process
from apps.singularity.training.engine.events import say
from apps.singularity.training.engine.stopping import Stopped, held, stop_asked

def perform(_order):
    with held():
        say("started")
        input()
        say("progress")
        Path(sys.argv[1]).write_text(f"asked to stop: {stop_asked()}")
        say("checkpoint")
    raise Stopped

process._order_read, process._perform = lambda order: order, perform
sys.exit(process.run(Path("order")))
"""


def _is_gone(pid: int) -> bool:
    """Whether a process ends that was killed: it may take a moment."""
    for _ in range(200):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.1)
    return False


def test_a_line_that_is_no_event_is_none() -> None:
    assert event_read('{"event": "note", "text": "x"}') == {"event": "note", "text": "x"}
    assert event_read("NaN") is None

"""Training processes as they are started: killed, stopped, starved, told nonsense."""

import random
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from apps.singularity.training.engine.spec import FAILED_EXIT, Spec
from apps.singularity.training.engine.t5 import train
from tests.common.processes import CHECKOUT
from tests.common.t5 import events, named, perform, process

WORKER = """
import subprocess, sys
command = [sys.executable, "-m", "apps.singularity.training.engine", sys.argv[1]]
started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
print(started.pid, flush=True)
for line in started.stdout:
    print(line, end="", flush=True)
"""


def test_a_killed_run_goes_on_to_the_same_bits(spec: Spec, tmp_path: Path) -> None:
    spec = replace(spec, threads=2, steps=40)
    train(spec, spec.corpus)
    killed = replace(spec, run=tmp_path / "killed")
    checkpoints = random.Random().randint(1, 6)
    with process(killed) as started:
        for event in events(started):
            checkpoints -= event["event"] == "checkpoint"
            if not checkpoints:
                started.send_signal(signal.SIGKILL)
                break
        assert started.wait() == -signal.SIGKILL
    assert not (killed.run / "bundle").exists()
    status, resumed = perform(replace(killed, resume=True))
    assert status == 0
    assert "Goes on from the checkpoint" in named(resumed, "note")[0]["text"]
    weights = [run.joinpath("bundle/model.safetensors") for run in (spec.run, killed.run)]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    assert len(list(killed.run.glob("checkpoint-*"))) == 2


def test_asked_to_stop_it_leaves_a_checkpoint_of_its_last_step(spec: Spec) -> None:
    with process(replace(spec, steps=100_000, checkpoint_every=0, evaluate_every=0)) as started:
        said = []
        for event in events(started):
            said.append(event)
            if event["event"] == "progress":
                started.send_signal(signal.SIGTERM)
        assert started.wait() == FAILED_EXIT
    assert "--resume" in said[-1]["reason"]
    [checkpoint] = named(said, "checkpoint")
    assert (spec.run / f"checkpoint-{checkpoint['step']}" / "state.json").exists()


def test_it_dies_with_its_worker_and_leaves_a_checkpoint_of_its_last_step(spec: Spec) -> None:
    spec.run.mkdir()
    endless = replace(spec, steps=100_000, checkpoint_every=0, evaluate_every=0)
    endless.write(order := spec.run / "spec.json")
    command = [sys.executable, "-c", WORKER, str(order)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout
        child = psutil.Process(int(worker.stdout.readline()))
        assert any('"progress"' in line for line in worker.stdout)
        worker.kill()
    child.wait(timeout=60)
    [checkpoint] = spec.run.glob("checkpoint-*")
    assert (checkpoint / "state.json").exists()


def test_a_full_disk_leaves_nothing_half_done(spec: Spec) -> None:
    """A quota on the size of files: the kernel refuses the write as a full disk does."""
    with process(replace(spec, checkpoint_every=1)) as started:
        resource.prlimit(started.pid, resource.RLIMIT_FSIZE, (10_000, 10_000))
        said = list(events(started))
        assert started.wait() == FAILED_EXIT
    assert "disk is full" in said[-1]["reason"]
    assert [path.name for path in spec.run.iterdir()] == ["spec.json"]


def test_a_wrong_order_ends_in_one_line(spec: Spec) -> None:
    status, said = perform(replace(spec, kind="vocabulary", vocabulary_size=100))
    assert (status, [one["event"] for one in said]) == (FAILED_EXIT, ["failed"])
    assert "at least 360 tokens" in said[0]["reason"]
    assert "\n" not in said[0]["reason"]


@pytest.mark.slow
def test_two_processes_learn_as_one_does(spec: Spec) -> None:
    """By gloo: the same batches in two halves, and one of both speaks."""
    status, said = perform(replace(spec, batch=8, processes=2))
    alone = replace(spec, batch=8, run=spec.run / "alone")
    assert status == 0
    [one], [two] = named(said, "done"), named(perform(alone)[1], "done")
    assert one["metrics"]["bits_per_byte"] == pytest.approx(
        two["metrics"]["bits_per_byte"], rel=1e-3
    )


@pytest.mark.slow
def test_two_processes_stop_as_one_does(spec: Spec) -> None:
    endless = replace(spec, processes=2, steps=100_000, checkpoint_every=0, evaluate_every=0)
    with process(endless) as started:
        said: list[dict[str, Any]] = []
        workers: list[psutil.Process] = []
        for event in events(started):
            said.append(event)
            if event["event"] == "progress" and not workers:
                workers = psutil.Process(started.pid).children()
                started.send_signal(signal.SIGTERM)
        assert started.wait() != 0
    assert len(workers) == 2
    assert psutil.wait_procs(workers, timeout=30)[1] == []
    assert "--resume" in said[-1]["reason"]
    assert len(named(said, "checkpoint")) == 1

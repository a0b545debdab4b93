"""Training processes as an instance starts them, and what they say at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from apps.singularity.training.engine.spec import Spec


def trained(spec: Spec) -> Path:
    """Train; the bundle's folder. Exits with the process's own line when it fails."""
    _said(spec)
    return spec.run / "bundle"


@dataclass(frozen=True, slots=True)
class Judged:
    """A metric's value, and how many hidden bytes or questions it is of."""

    value: float
    examples: int


def judged(spec: Spec, models: dict[str, Path], metric: str) -> dict[str, Judged]:
    """What each model reaches on the held-out part of ``spec.corpus``."""
    folders = {name: str(folder) for name, folder in models.items()}
    said = _said(replace(spec, task="evaluate", models=folders, run=spec.run / "judging"))
    compared = [event for event in said if event["event"] == "compared"]
    return {one["name"]: Judged(one["metrics"][metric], one["examples"]) for one in compared}


def _said(spec: Spec) -> list[dict[str, Any]]:
    spec.run.mkdir(parents=True, exist_ok=True)
    file = spec.run / "spec.json"
    spec.write(file)
    command = [sys.executable, "-m", "apps.singularity.training.engine", str(file)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        sys.exit(events[-1].get("reason", "") if events else done.stderr[-2000:])
    return events

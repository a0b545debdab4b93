"""Runs, models and comparisons as JSON: the same for commands, REST and tools."""

from __future__ import annotations

from typing import Any

from apps.shared.core.jobs.status import job_status
from apps.singularity.training.models import ModelInUse, TrainingRun
from apps.singularity.training.selectors.curves import Comparison
from apps.singularity.training.selectors.runs import run_settings

INTERRUPTED = "interrupted"
"""The state of a run whose job's row is gone."""


def run_state(run: TrainingRun) -> str:
    """Its job's state; a run that made its model has succeeded whatever came after."""
    if hasattr(run, "model"):
        return "succeeded"
    return str(job_status(run.job).state) if run.job else INTERRUPTED


def run_error(run: TrainingRun) -> str:
    """Why it ended, where it did not end well."""
    if run.job is None or hasattr(run, "model"):
        return ""
    return job_status(run.job).error


def run_facts(run: TrainingRun) -> dict[str, Any]:
    """All that is said of a run but its curves."""
    numbers = ("step", "steps", "loss", "tokens_per_second", "mfu", "seconds_left", "examples")
    return {
        "run": str(run.pk),
        "kind": run.kind,
        "scope": run.scope,
        "state": run_state(run),
        "error": run_error(run),
        "model": run.model.version if hasattr(run, "model") else None,
        "base": run.base.version if run.base else None,
        "device": run.device,
        "created_at": run.created_at.isoformat(),
        **{name: getattr(run, name) for name in numbers},
        "before": run.before,
        "metrics": run.metrics,
        "notes": run.notes,
        "settings": run_settings(run),
    }


def model_facts(model: Any, *, in_use: bool) -> dict[str, Any]:
    """All that is said of a model that ``with_bundle`` gave."""
    return {
        "model": model.pk,
        "version": model.version,
        "kind": model.kind,
        "scope": model.scope,
        "origin": model.origin,
        "family": model.family,
        "in_use": in_use,
        "metrics": model.metrics,
        "examples": model.examples,
        "size": model.size,
        "artifact": model.artifact,
        "bundle_removed_at": removed.isoformat() if (removed := model.bundle_removed_at) else None,
        "base": model.base.version if model.base else None,
        "tokenizer": model.tokenizer_model.version if model.tokenizer_model else None,
        "run": str(model.run_id) if model.run_id else None,
        "created_at": model.created_at.isoformat(),
    }


def in_use_facts(row: ModelInUse) -> dict[str, Any]:
    """What answers for a kind and scope, since when and why."""
    return {
        "kind": row.kind,
        "scope": row.scope,
        "version": row.model.version,
        "former": row.former.version if row.former else None,
        "reason": row.reason,
        "since": row.since.isoformat(),
    }


def comparison_facts(comparison: Comparison) -> dict[str, Any]:
    """Two runs side by side."""
    return {
        "runs": [run_facts(run) for run in comparison.runs],
        "settings": comparison.settings,
        "metrics": comparison.metrics,
        "curves": comparison.curves,
    }

"""What an operator or a worker of a site does, for ``tests.common.learner`` to do on command.

All of it is the product's own, in one process that stays: to start one for each command takes most
of a test's time.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any


def ingest(*, folder: str, name: str) -> dict[str, int]:
    """Read a code base, its manifests among the rest; vectors are left to others."""
    from django.conf import settings

    from apps.singularity.ingestion.services import codebase_ingest, codebase_open

    codebase = codebase_open(instance=settings.INSTANCE_ID, path=Path(folder), name=name)
    report = codebase_ingest(codebase=codebase, workers=0)
    return {"changed": report.changed, "removed": report.removed}


def forget(*, name: str) -> dict[str, int]:
    """Delete a code base."""
    from apps.singularity.ingestion.models import Codebase
    from apps.singularity.ingestion.services.removal import codebase_delete

    return {"chunks": codebase_delete(codebase=Codebase.objects.get(name=name))}


def manage(*, arguments: Sequence[str]) -> dict[str, str]:
    """What a management command prints."""
    from django.core.management import call_command

    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return {"out": out.getvalue(), "err": err.getvalue()}


def job(*, kind: str) -> dict[str, Any]:
    """What beat starts and a worker runs; how it ended, as its row says."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    from apps.shared.core.models import Job

    import_string(import_module(settings.SITE_WIRING).JOBS[kind])()
    row = Job.objects.filter(kind=kind).latest("id")
    return {"state": row.state, "result": row.result, "error": row.error}

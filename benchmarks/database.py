"""A site with servers of its own, for benchmarks that store things."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def instance_site(name: str = "") -> Iterator[None]:
    """The instance's site, migrated, on an embedded PostgreSQL under a temporary folder.

    The exported model is kept in the checkout's state folder, since making it takes a while.
    """
    with _site("singularity_site.settings", name):
        yield


@contextmanager
def cloud_site() -> Iterator[None]:
    """Centralcloud, as ``instance_site`` is an instance."""
    with _site("centralcloud_site.settings"):
        yield


@contextmanager
def _site(settings: str, instance: str = "") -> Iterator[None]:
    state = Path(tempfile.mkdtemp(prefix="singularity-bench-"))
    for name in ("DATABASE_URL", "REDIS_URL", "NATS_URL", "NATS_HOST", "INSTANCE_ID"):
        os.environ.pop(name, None)
    if instance:
        os.environ["INSTANCE_ID"] = instance
    os.environ["SINGULARITY_STATE"] = str(state)
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django
    from django.core.management import call_command

    django.setup()
    from apps.shared.core.embedded.servers import servers_of

    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        servers_of(state).release()
        shutil.rmtree(state, ignore_errors=True)

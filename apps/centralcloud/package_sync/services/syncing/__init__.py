"""Packages read from their registries, each stored with how that went."""

from apps.centralcloud.package_sync.services.syncing.pruning import outcomes_prune
from apps.centralcloud.package_sync.services.syncing.report import SyncReport
from apps.centralcloud.package_sync.services.syncing.run import SyncStopped, packages_sync
from apps.centralcloud.package_sync.services.syncing.runs import (
    SYNC,
    WORKER_SECONDS,
    sync_due,
    sync_enqueue,
    sync_run,
    sync_running,
)

__all__ = [
    "SYNC",
    "WORKER_SECONDS",
    "SyncReport",
    "SyncStopped",
    "outcomes_prune",
    "packages_sync",
    "sync_due",
    "sync_enqueue",
    "sync_run",
    "sync_running",
]

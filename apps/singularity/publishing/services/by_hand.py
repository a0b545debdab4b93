"""What a person does at once that the schedule does in time, or would never do."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.publishing.services.messages import Sink, Told, nowhere
from apps.singularity.publishing.services.statistics import statistics_report
from apps.singularity.publishing.services.sync import codebase_sync, instance_sync
from apps.singularity.publishing.services.withdrawal import withdraw


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to do: tell changes, or all, or take back; of one code base by name, or of all."""

    codebase: str = ""
    full: bool = False
    withdraw: bool = False
    dry_run: bool = False


def publish(*, wanted: Wanted, sink: Sink = nowhere) -> Told:
    """Do what is wanted; a dry run does the very same and undoes it.

    A code base that is named, and any with ``full``, is published again after a withdrawal.

    Raises:
        UnknownCodebase: there is none of the name.
    """
    if not wanted.dry_run:
        return _publish(wanted, sink)
    with transaction.atomic():
        told = _publish(wanted, sink)
        transaction.set_rollback(True)
    return told


def _publish(wanted: Wanted, sink: Sink) -> Told:
    if wanted.withdraw:
        return _withdraw(wanted, sink)
    if not wanted.codebase:
        return instance_sync(full=wanted.full, sink=sink)
    told = Told()
    for codebase in codebases_of(instance=settings.INSTANCE_ID, name=wanted.codebase):
        told.add(codebase_sync(codebase=codebase, full=wanted.full, by_hand=True, sink=sink))
    return told


def _withdraw(wanted: Wanted, sink: Sink) -> Told:
    """Facts, and with them the statistics: the next report counts only what is still told."""
    if wanted.codebase:
        codebases_of(instance=settings.INSTANCE_ID, name=wanted.codebase)
    told = withdraw(name=wanted.codebase, sink=sink)
    if settings.PUBLISH == "all":
        row = statistics_report()
        sink(row.subject, bytes(row.data))
        told.messages += 1
        told.size += row.size
    return told

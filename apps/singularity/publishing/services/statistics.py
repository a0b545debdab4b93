"""How much this instance holds: numbers alone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.shared.contracts.payloads import LanguageTotal, PatternTotal, StatisticsReported
from apps.shared.contracts.revisions import next_revision
from apps.shared.nats_bridge.services import outbox_replace
from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.published import Holdings, holdings_of
from apps.singularity.ingestion.selectors.totals import instance_vectors
from apps.singularity.patterns.selectors.changed import learned_counts
from apps.singularity.publishing.engine.packages import purl_plain
from apps.singularity.publishing.models import PublishedCodebase, PublishedReport

STATISTICS = "statistics"
"""What the report is known by in the outbox: one waits at a time."""


@transaction.atomic
def statistics_report() -> Any:
    """Queue what this instance holds now, in the place of a report that was not sent yet.

    Code bases that were taken back by hand are not counted. Returns the outbox's row.
    """
    PublishedReport.objects.get_or_create(instance=settings.INSTANCE_ID)
    row = PublishedReport.objects.select_for_update().get(instance=settings.INSTANCE_ID)
    row.revision = next_revision(now=timezone.now(), last=row.revision)
    message = outbox_replace(payload=_report(row.revision), state_key=STATISTICS)
    row.save()
    return message


def _report(revision: int) -> StatisticsReported:
    codebases = _codebases()
    held = holdings_of(codebases=codebases)
    learned = learned_counts(codebases=codebases)
    vectors = instance_vectors(instance=settings.INSTANCE_ID).vectors if codebases else 0
    return StatisticsReported(
        revision=revision,
        codebases=len(codebases),
        files=sum(one.files for one in held.languages.values()),
        chunks=sum(one.chunks for one in held.languages.values()),
        vectors=vectors,
        languages=_languages(held),
        patterns=tuple(
            PatternTotal(kind=kind, language=language, patterns=count)
            for kind, language, count in learned.patterns
        ),
        architecture=learned.architecture,
        frameworks=learned.frameworks,
        packages=len({purl_plain(purl) for purl in held.purls}),
        findings=learned.findings,
        secrets=held.secrets,
        reported_at=timezone.now(),
    )


def _codebases() -> list[int]:
    taken_back = PublishedCodebase.objects.filter(
        instance=settings.INSTANCE_ID, withdrawn_at__isnull=False
    )
    left_out = set(taken_back.values_list("codebase", flat=True))
    known = (one.pk for one in codebases_of(instance=settings.INSTANCE_ID))
    return [pk for pk in known if pk not in left_out]


def _languages(held: Holdings) -> tuple[LanguageTotal, ...]:
    """The languages by their chunks, the largest first."""
    ranked = sorted(held.languages.items(), key=lambda item: (-item[1].chunks, item[0]))
    return tuple(
        LanguageTotal(language=name, files=one.files, chunks=one.chunks, lines=one.lines)
        for name, one in ranked
    )

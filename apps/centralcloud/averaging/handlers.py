"""Messages of instances about models: each is handed to one service.

What an instance had sent before it was withdrawn is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from apps.centralcloud.averaging import services, tasks
from apps.centralcloud.fleet.selectors.admission import admitted
from apps.shared.contracts.payloads.training import ModelEvaluated, TrainingCompleted
from apps.shared.nats_bridge.received import Received


def training_completed(batch: Sequence[Received[TrainingCompleted]]) -> None:
    """``intelligence.training.completed``; a round that has enough is closed once that is stored.

    A queue that is away costs nothing but time: the schedule looks as well.
    """
    ready = [
        services.submission_receive(
            instance=one.instance, payload=one.payload, received_at=one.stored_at
        )
        for one in admitted(batch)
    ]
    if any(ready):
        transaction.on_commit(tasks.close_due.delay, robust=True)


def model_evaluated(batch: Sequence[Received[ModelEvaluated]]) -> None:
    """``intelligence.model.evaluated``."""
    for one in admitted(batch):
        services.evaluation_receive(instance=one.instance, payload=one.payload)

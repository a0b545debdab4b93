"""What a T5 learns from in a step: gradients over lanes, micro-batches and processes.

On a CPU each core takes a part of the rows with one thread of its own (a lane), which wastes less
than all cores sharing each small matrix; on a GPU there is one lane. Lanes, micro-batches and
processes add up in a fixed order, so that a step gives the same bits whenever it is run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from transformers import T5ForConditionalGeneration

from apps.singularity.training.engine.devices import Device, sum_over_processes
from apps.singularity.training.engine.evaluation import Window, bits_per_byte
from apps.singularity.training.engine.events import TrainingFailed, say
from apps.singularity.training.engine.loop import Learned, Metrics
from apps.singularity.training.engine.process import is_out_of_memory
from apps.singularity.training.engine.t5.batches import IGNORED, Batch, Batches
from apps.singularity.training.engine.t5.instructions import Row
from apps.singularity.training.engine.t5.judging import judged, nats_of
from apps.singularity.training.engine.t5.loss import nats, tensors_of
from apps.singularity.training.engine.t5.size import model_flops
from apps.singularity.training.engine.t5.vocabulary import Vocabulary

Sums = list[torch.Tensor]
"""Gradients of the summed nats, one for each weight."""


class T5Learner:
    """Learns span corruption and instructions; judged in bits per byte.

    Args:
        model: with the weights to train; on the device.
        vocabulary: that it reads.
        batches: what each step learns from.
        windows: held-out code.
        pairs: held-out instructions and the bytes of their answers; empty where it learns none.
        device: where.
        identity: what a checkpoint must share.
    """

    metric = "bits_per_byte"
    less_is_better = True

    def __init__(
        self,
        model: T5ForConditionalGeneration,
        *,
        vocabulary: Vocabulary,
        batches: Batches,
        windows: Sequence[Window],
        pairs: tuple[list[Row], int],
        device: Device,
        identity: Mapping[str, Any],
    ) -> None:
        self.model, self.identity, self.settings = model, identity, {"micro": 0}
        self._vocabulary, self._batches, self._windows = vocabulary, batches, windows
        self._pairs = pairs
        self._device = device
        self._weights = [weight for weight in model.parameters() if weight.requires_grad]
        self._lanes = 1 if device.is_cuda else device.threads
        self._pool = ThreadPoolExecutor(self._lanes, initializer=_one_thread)
        self._nats = torch.compile(nats) if device.is_cuda else nats

    def learn(self, step: int) -> Learned:
        """Mean gradient over the targets of the batch of ``step``."""
        whole = self._batches.at(step)
        share = -(-len(whole) // self._device.world)
        mine = whole.rows(share * self._device.rank, share * (self._device.rank + 1))
        sums = self._sums_in_memory(mine)
        loss, *gradients = sum_over_processes(self._device, sums)
        targets = int((whole.targets != IGNORED).sum())
        for weight, gradient in zip(self._weights, gradients, strict=True):
            weight.grad = gradient.div_(targets)
        tokens = targets + int((whole.sources != self._vocabulary.pad).sum())
        flops = len(whole) * self._row_flops(whole)
        return Learned(float(loss) / targets, tokens, flops)

    def judge(self) -> Metrics:
        """Bits per byte on the held-out windows, and on held-out pairs where it learns them."""
        metrics = judged(self.model, self._vocabulary, self._windows, self._device).metrics
        rows, size = self._pairs
        if not rows:
            return metrics
        nats = nats_of(self.model, rows, self._vocabulary, self._device)
        return metrics | {"instruction_bits_per_byte": bits_per_byte(nats, size)}

    def _row_flops(self, batch: Batch) -> int:
        return model_flops(self.model.config, batch.sources.shape[1], batch.targets.shape[1])

    def _sums_in_memory(self, batch: Batch) -> Sums:
        """``_sums``, with ever smaller micro-batches until they fit.

        Raises TrainingFailed where not even one row does.
        """
        while True:
            micro = int(self.settings["micro"]) or -(-len(batch) // self._lanes)
            try:
                return self._sums(batch, micro)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
            self._lower(micro, batch.sources.shape[1])

    def _lower(self, micro: int, length: int) -> None:
        if micro == 1:
            raise TrainingFailed(
                f"Out of memory with a single sequence of {length} tokens: "
                "take a smaller size or length."
            )
        self.settings["micro"] = micro // 2
        if self._device.is_cuda:
            torch.cuda.empty_cache()
        say(
            "note", text=f"Out of memory at {micro} sequences at a time: goes on with {micro // 2}."
        )

    def _sums(self, batch: Batch, micro: int) -> Sums:
        """Loss and gradients, summed over all rows, ``micro`` of them at a time and lane."""
        parts = [batch.rows(start, start + micro) for start in range(0, len(batch), micro)]
        total: Sums | None = None
        lanes = self._pool.map if self._lanes > 1 else map
        for sums in lanes(self._part_sums, parts):
            total = sums if total is None else [a.add_(b) for a, b in zip(total, sums, strict=True)]
        if total is None:
            return [
                torch.zeros((), device=self._device.torch),
                *map(torch.zeros_like, self._weights),
            ]
        return total

    def _part_sums(self, batch: Batch) -> Sums:
        tensors = tensors_of(batch, self._vocabulary.pad, self._device.torch)
        with self._device.autocast():
            loss = self._nats(self.model, *tensors).sum()
        gradients = torch.autograd.grad(loss, self._weights, materialize_grads=True)
        return [loss.detach(), *gradients]


def _one_thread() -> None:
    torch.set_num_threads(1)

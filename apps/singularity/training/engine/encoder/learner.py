"""What the search encoder learns from a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import torch

from apps.singularity.training.engine.corpus import Pair
from apps.singularity.training.engine.devices import Device, sum_over_processes
from apps.singularity.training.engine.encoder.batches import batches
from apps.singularity.training.engine.encoder.judging import Exam, judge
from apps.singularity.training.engine.encoder.loss import backward_in_parts
from apps.singularity.training.engine.encoder.network import Network, Tokens
from apps.singularity.training.engine.encoder.texts import embedded_text
from apps.singularity.training.engine.events import say
from apps.singularity.training.engine.flops import encoder_flops
from apps.singularity.training.engine.loop import Learned, Metrics
from apps.singularity.training.engine.process import is_out_of_memory

AT_ONCE = 64
"""Pairs that are passed through the network at once; memory halves it where it must."""


class Contrast:
    """Tells the functions of a batch apart by their documentation.

    Args:
        network: what is tuned.
        pairs: what it learns from.
        exam: what it is judged on.
        device: where.
        batch: pairs of one step, over all processes.
        seed: of the batches' order and of dropout.
        identity: see ``loop.Learner``.
    """

    metric = "mrr_at_10"
    less_is_better = False

    def __init__(
        self,
        network: Network,
        pairs: Sequence[Pair],
        exam: Exam,
        *,
        device: Device,
        batch: int,
        seed: int,
        identity: Mapping[str, Any],
    ) -> None:
        self.model = network.to(device.torch)
        self.identity = identity
        self.settings: dict[str, Any] = {"at_once": AT_ONCE}
        self._exam, self._device, self._seed = exam, device, seed
        self._pairs, self._size = pairs, batch
        self._batches: Iterator[list[Pair]] = iter(())
        self._next = -1

    def learn(self, step: int) -> Learned:
        """One batch; where memory does not bear it, in smaller parts."""
        pairs = self._batch(step)[self._device.rank :: self._device.world]
        sentences = self.model.tokens([pair.query for pair in pairs])
        functions = self.model.tokens([embedded_text(pair) for pair in pairs])
        self.model.train()
        while True:
            try:
                loss = self._backward(step, sentences, functions)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error) or self.settings["at_once"] == 1:
                    raise
                self._take_less()
            else:
                return self._learned(loss, [*sentences, *functions])

    def judge(self) -> Metrics:
        """MRR@10 and recall@10 on held-out code."""
        return judge(self.model, self._exam)

    def _batch(self, step: int) -> list[Pair]:
        """The batch of a step; a run that is taken up again passes over those before it."""
        if step != self._next:
            self._batches = batches(self._pairs, self._size, self._seed)
            for _ in range(step):
                next(self._batches)
        self._next = step + 1
        return next(self._batches)

    def _backward(
        self, step: int, sentences: Sequence[Tokens], functions: Sequence[Tokens]
    ) -> float:
        self.model.zero_grad(set_to_none=True)
        size = self.settings["at_once"]

        def encode(start: int) -> torch.Tensor:
            # Drawn anew for each part, so that it drops the same units both times it is passed.
            torch.manual_seed(self._dropout_seed(step, start))
            with self._device.autocast():
                part = slice(start, start + size)
                return torch.stack([self.model(sentences[part]), self.model(functions[part])])

        return backward_in_parts(encode, range(0, len(sentences), size))

    def _dropout_seed(self, step: int, start: int) -> int:
        said = f"{self._seed}:{step}:{start}:{self._device.rank}"
        return int.from_bytes(blake2b(said.encode(), digest_size=6).digest(), "little")

    def _take_less(self) -> None:
        before = self.settings["at_once"]
        self.settings["at_once"] = before // 2
        if self._device.is_cuda:
            torch.cuda.empty_cache()
        say("note", text=f"Out of memory at {before} pairs at once: goes on with {before // 2}.")

    def _learned(self, loss: float, texts: Sequence[Tokens]) -> Learned:
        """Sums over processes; gradients become their mean."""
        layers, world = self.model.layers, self._device.world
        flops = sum(encoder_flops(encoder=layers, tokens=len(text)) for text in texts)
        if world == 1:
            return Learned(loss, sum(map(len, texts)), flops)
        told = torch.tensor(
            [loss, sum(map(len, texts)), flops], dtype=torch.float64, device=self._device.torch
        )
        (told,) = sum_over_processes(self._device, [told])
        grown = [w.grad for w in self.model.parameters() if w.grad is not None]
        for gradient, total in zip(grown, sum_over_processes(self._device, grown), strict=True):
            gradient.copy_(total / world)
        return Learned(float(told[0]) / world, int(told[1]), int(told[2]))

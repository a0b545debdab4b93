"""What a run computes on, and how fast that device multiplies matrices."""

from __future__ import annotations

import math
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Spec

_PEAK_SIZE = {"cpu": 512, "cuda": 8192}
_PEAK_SECONDS = 0.4
"""A hundred products of one core."""


@dataclass(frozen=True, slots=True)
class Device:
    """One process's device.

    Args:
        torch: where tensors go.
        name: of the processor, for people.
        threads: torch threads on a CPU.
        rank: of this process among ``world``, as ``torchrun`` started them.
    """

    torch: torch.device
    name: str
    threads: int
    rank: int = 0
    world: int = 1

    @property
    def is_cuda(self) -> bool:
        """bf16, compiled graphs and fused optimizers are for these alone."""
        return self.torch.type == "cuda"

    def autocast(self) -> AbstractContextManager[object]:
        """bf16 where it is fast; a CPU without AMX runs it at a hundredth of fp32's speed."""
        if not self.is_cuda:
            return nullcontext()
        return torch.autocast("cuda", torch.bfloat16)


def device_pick(spec: Spec) -> Device:
    """The device for a run; sets torch's threads. Raises TrainingFailed where there is none."""
    if spec.device == "cuda" and not torch.cuda.is_available():
        raise TrainingFailed('There is no CUDA device here: take the device "auto" or "cpu".')
    use_cpu = spec.device == "cpu" or not torch.cuda.is_available()
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        return _of_many(spec, use_cpu=use_cpu)
    where = torch.device("cpu") if use_cpu else torch.device("cuda", 0)
    return _prepared(where, spec.threads)


def _of_many(spec: Spec, *, use_cpu: bool) -> Device:
    """One process of those that torchrun started; accelerate picks the backend and the device."""
    from accelerate import PartialState  # type: ignore[import-untyped]  # it has none

    state = PartialState(cpu=use_cpu)
    return _prepared(state.device, spec.threads or 1, state.process_index, state.num_processes)


def _prepared(where: torch.device, threads: int, rank: int = 0, world: int = 1) -> Device:
    threads = threads or _threads_allowed()
    torch.set_num_threads(threads)
    if where.type == "cuda":
        torch.set_float32_matmul_precision("high")
        return Device(where, torch.cuda.get_device_name(where), threads, rank, world)
    return Device(where, _processor_name(), threads, rank, world)


def _threads_allowed() -> int:
    """Cores that this process may use: those it may run on, capped by its container's quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota = Path("/sys/fs/cgroup/cpu.max")
    allowed, _, period = quota.read_text().partition(" ") if quota.exists() else ("max", "", "")
    if allowed.isdigit():
        return max(1, min(cores or 1, int(allowed) // int(period)))
    return cores or 1


def _processor_name() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


@cache
def matmul_peak(device: Device) -> float:
    """FLOP/s of a dense matrix product in the precision that training multiplies in.

    What MFU is measured against. Each core multiplies for itself, all at once, as the lanes of a
    T5 do, and the fastest product of each counts: short ones of one core find quiet moments
    beside other work, where products of all cores wait for the slowest. The first ones warm up
    caches and clocks and are never the fastest.
    """
    if device.is_cuda:
        return _lane_peak(device)
    with ThreadPoolExecutor(
        device.threads, initializer=torch.set_num_threads, initargs=(1,)
    ) as lanes:
        peaks = list(lanes.map(_lane_peak, [device] * device.threads))
    torch.set_num_threads(device.threads)  # for threads that begin later
    return sum(peaks)


def _lane_peak(device: Device) -> float:
    size = _PEAK_SIZE[device.torch.type]
    kind = torch.bfloat16 if device.is_cuda else torch.float32
    one = torch.randn(size, size, device=device.torch, dtype=kind)
    fastest, until = math.inf, time.perf_counter() + _PEAK_SECONDS
    while math.isinf(fastest) or time.perf_counter() < until:
        fastest = min(fastest, _seconds(one, device))
    return 2 * size**3 / fastest


def _seconds(one: torch.Tensor, device: Device) -> float:
    """Seconds of ``one @ one``."""
    synchronize(device)
    start = time.perf_counter()
    one @ one
    synchronize(device)
    return time.perf_counter() - start


def synchronize(device: Device) -> None:
    """Wait for what was started on the device."""
    if device.is_cuda:
        torch.cuda.synchronize(device.torch)


def sum_over_processes(device: Device, tensors: list[torch.Tensor]) -> list[torch.Tensor]:
    """Each tensor's sum over all processes: one message for all of them."""
    if device.world == 1:
        return tensors
    from accelerate.utils import reduce  # type: ignore[import-untyped]  # it has none

    flat = reduce(torch.cat([tensor.reshape(-1) for tensor in tensors]), "sum")
    parts = flat.split([tensor.numel() for tensor in tensors])
    return [part.view_as(tensor) for part, tensor in zip(parts, tensors, strict=True)]


def agreed(device: Device, number: float) -> float:
    """The first process's number, at every process: clocks and signals differ between them."""
    if device.world == 1:
        return number
    said = torch.tensor([number], dtype=torch.float64, device=device.torch)
    torch.distributed.broadcast(said, src=0)
    return float(said.item())

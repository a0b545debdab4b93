"""What model FLOP utilisation is measured against."""

from __future__ import annotations

from itertools import count

import pytest
import torch

from apps.singularity.training.engine import devices
from apps.singularity.training.engine.devices import Device, matmul_peak


@pytest.fixture(autouse=True)
def unknown() -> None:
    """The peak of another test's measurement is forgotten."""
    matmul_peak.cache_clear()


def processor(threads: int) -> Device:
    return Device(torch.device("cpu"), "any", threads=threads)


def test_products_that_warm_up_do_not_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = count()
    monkeypatch.setattr(devices, "_seconds", lambda *_: 0.05 if next(rounds) < 12 else 0.01)
    assert matmul_peak(processor(1)) == pytest.approx(2 * 512**3 / 0.01)


def test_cores_add_up_and_keep_their_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = torch.get_num_threads()
    monkeypatch.setattr(devices, "_seconds", lambda *_: 0.01)
    try:
        assert matmul_peak(processor(3)) == pytest.approx(3 * 2 * 512**3 / 0.01)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(threads)

"""Model bundles: through the object store beside nats-py's own way, and differences by codec.

Real nats-server on the loopback address. The bytes are random, the difference is that of a small
T5 after some steps on this repository's own code.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.database import cloud_site
from benchmarks.report import median, peak_memory_mb, show

MEGABYTE = 1_000_000
SIZE = 256 * MEGABYTE
DOCUMENTED = 32 * MEGABYTE
"""What nats-py's documented ``get`` is given: its time grows with the square."""
ROUNDS = 3
STEPS, BATCH, LENGTH = 12, 8, 64
BLOCKS = (16, 32, 64, 128, 256, 512)


def main() -> None:
    """Measure and print."""
    with cloud_site():
        folder = Path(os.environ["SINGULARITY_STATE"])
        show("artifacts", _transport(folder))
        show("artifact codecs", _codecs(folder))


class Figures:
    """Rates by name, in megabytes a second."""

    def __init__(self) -> None:
        self.rates: dict[str, list[float]] = {}
        self.memory = 0.0

    @contextmanager
    def timed(self, name: str, size: int = SIZE) -> Iterator[None]:
        """Time the block, in which so many bytes are moved."""
        begin = time.perf_counter()
        yield
        self.rates.setdefault(name, []).append(size / MEGABYTE / (time.perf_counter() - begin))


def _transport(folder: Path) -> dict[str, Any]:
    figures, bundle = Figures(), folder / "bundle"
    bundle.mkdir()
    _stores_make()
    for _ in range(ROUNDS):
        _raw(bundle / "model.safetensors", figures)
        _ours(bundle, figures)
    for _ in range(ROUNDS):  # later: its memory is not ours
        asyncio.run(_theirs(bundle / "model.safetensors", figures))
    said: dict[str, Any] = {f"{n}, MB/s": median(rates) for n, rates in figures.rates.items()}
    return said | {"memory that put and fetch added, MiB": figures.memory}


def _stores_make() -> None:
    """A server, and what Centralcloud makes on it."""
    from django.conf import settings

    from apps.shared.nats_bridge.connection import connected
    from apps.shared.nats_bridge.setup import streams_ensure

    async def make() -> None:
        async with connected(key=settings.IDENTITY.key_made_here()) as client:
            await streams_ensure(client)

    asyncio.run(make())


def _raw(file: Path, figures: Figures) -> None:
    """What the disk and the digest alone take."""
    block = os.urandom(MEGABYTE)
    with figures.timed("write and fsync alone"):
        _write(file, block)
    with figures.timed("SHA-256 alone"), file.open("rb") as opened:
        hashlib.file_digest(opened, "sha256")


def _ours(bundle: Path, figures: Figures) -> None:
    from apps.shared.artifacts.services import (
        artifact_fetch,
        artifact_put,
        artifact_save,
        artifacts_prune,
    )
    from apps.shared.contracts.subjects import MODELS_STORE

    artifact = artifact_save(folder=bundle, label="")
    before = peak_memory_mb()[0]
    with figures.timed("put"):
        artifact_put(digest=artifact.digest, store=MODELS_STORE)
    artifacts_prune(keep=[], older_than=timedelta(0))
    with figures.timed("fetch"):
        artifact_fetch(digest=artifact.digest, size=artifact.size, store=MODELS_STORE)
    figures.memory = max(figures.memory, peak_memory_mb()[0] - before)


async def _theirs(file: Path, figures: Figures) -> None:
    """nats-py's object store with the same bytes, as its documentation has it."""
    from django.conf import settings

    from apps.shared.nats_bridge.connection import connected

    async with connected(key=settings.IDENTITY.key) as client:
        jetstream = client.jetstream()
        store = await jetstream.create_object_store("theirs")
        with file.open("rb") as opened, figures.timed("nats-py put"):
            await store.put("large", opened)
        with io.BytesIO() as sink, figures.timed("nats-py get with writeinto"):
            await store.get("large", writeinto=sink)
        await store.put("small", os.urandom(DOCUMENTED))
        with figures.timed("nats-py get as documented", DOCUMENTED):
            await store.get("small")
        await jetstream.delete_object_store("theirs")


def _write(file: Path, block: bytes) -> None:
    """Each megabyte is another one."""
    with file.open("wb") as opened:
        for number in range(SIZE // MEGABYTE):
            opened.write(number.to_bytes(8, "little") + block[8:])
        opened.flush()
        os.fsync(opened.fileno())


def _codecs(folder: Path) -> dict[str, Any]:
    from apps.shared.artifacts.engine import codecs
    from apps.shared.artifacts.engine.deltas import difference_open, difference_write

    base, trained = _trained(folder)
    out, whole = folder / "difference", base.stat().st_size
    said: dict[str, Any] = {"difference, MB": whole / MEGABYTE}
    for name in codecs.CODECS:
        writing, reading = [], []
        for _ in range(ROUNDS):
            begin = time.process_time()
            report = difference_write(base=base, trained=trained, out=out, codec=name)
            writing.append(whole / 1e9 / (time.process_time() - begin))
            begin = time.process_time()
            with difference_open(out) as difference:
                for tensor in difference.names():
                    np.add(difference.array(tensor), 0)
            reading.append(whole / 1e9 / (time.process_time() - begin))
        said[f"{name}: written, GB of fp32 a second of a core"] = median(writing)
        said[f"{name}: read, GB of fp32 a second of a core"] = median(reading)
        said[f"{name}: bytes of fp32"] = report.bytes / whole
        said[f"{name}: relative L2 error"] = report.error
    return said | _blocks(base, trained)


def _blocks(base: Path, trained: Path) -> dict[str, Any]:
    """What other sizes of a block would cost and lose."""
    from apps.shared.artifacts.engine import codecs
    from apps.shared.artifacts.engine.weights import weights_open

    said, held = {}, codecs.BLOCK
    with weights_open(base) as before, weights_open(trained) as after:
        values = np.concatenate([after.stored(n) - before.stored(n) for n in before.names()])
    for name in ("int8", "int4"):
        for block in BLOCKS:
            codecs.BLOCK = block
            stored, steps = codecs.CODECS[name].encode(values)
            lost = values - codecs.CODECS[name].decode(stored, steps, len(values))
            share = (stored.nbytes + steps.nbytes) / values.nbytes
            error = float(np.linalg.norm(lost) / np.linalg.norm(values))
            said[f"{name}, blocks of {block}"] = f"{share:.4f} of the bytes, error {error:.4f}"
    codecs.BLOCK = held
    return said


def _trained(folder: Path) -> tuple[Path, Path]:
    """A byte-level T5 before and after some steps on this repository's code."""
    import torch
    from safetensors.torch import save_file
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    model = T5ForConditionalGeneration(
        T5Config(
            vocab_size=384,
            d_model=192,
            d_ff=768,
            num_layers=3,
            num_heads=4,
            dropout_rate=0.0,
            decoder_start_token_id=0,
        )
    )
    files = [folder / "base.safetensors", folder / "trained.safetensors"]
    save_file({n: p.detach() for n, p in model.named_parameters()}, str(files[0]))
    text = b"".join(one.read_bytes() for one in sorted(Path("apps").rglob("*.py")))
    codes = torch.frombuffer(bytearray(text), dtype=torch.uint8).long() + 3
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(STEPS):
        at = torch.randint(0, len(codes) - 2 * LENGTH, (BATCH,)).tolist()
        seen = torch.stack([codes[one : one + LENGTH] for one in at])
        wanted = torch.stack([codes[one + LENGTH : one + 2 * LENGTH] for one in at])
        model(input_ids=seen, labels=wanted).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    save_file({n: p.detach() for n, p in model.named_parameters()}, str(files[1]))
    return files[0], files[1]


if __name__ == "__main__":
    main()

"""Worker processes that read files, and the batches they are given."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import connection
from typing import Any, TypeVar

from apps.singularity.ingestion.engine.errors import IngestError
from apps.singularity.ingestion.engine.pipeline import FileResult, Recipe, Task, files_process

T = TypeVar("T")

BATCH_FILES = 64
BATCH_BYTES = 1_000_000
POOL_FROM_FILES = 48
"""Fewer files than this are read in the calling process: starting workers would cost more."""


def batches(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Group tasks to at most ``BATCH_FILES`` files and about ``BATCH_BYTES`` bytes."""
    batch: list[Task] = []
    size = 0
    for task in tasks:
        batch.append(task)
        size += task.found.size
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def process_batches(
    tasks: Iterable[Task], recipe: Recipe, *, count: int, workers: int
) -> Iterator[list[FileResult]]:
    """Results of every batch, in order, with at most two batches a worker under way.

    Args:
        count: how many tasks there are, to decide whether worker processes pay.
        workers: worker processes at most.

    Raises:
        IngestError: a worker process died (killed, or out of memory).
    """
    if workers < 1 or count < POOL_FROM_FILES:
        for batch in batches(tasks):
            yield files_process(batch, recipe)
        return
    try:
        yield from _pooled(tasks, recipe, workers)
    except BrokenProcessPool:
        raise IngestError(
            "a worker process died while reading files (killed, or out of memory): "
            "run the command again; it goes on where it stopped"
        ) from None


def _end_with_parent() -> None:
    """Watch the process that asked for this worker: one killed would leave it waiting for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=[parent.sentinel], daemon=True).start()


def _exit_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _pooled(tasks: Iterable[Task], recipe: Recipe, workers: int) -> Iterator[list[FileResult]]:
    work = ((batch, recipe) for batch in batches(tasks))
    yield from pooled(files_process, work, workers=workers)


def pooled(
    function: Callable[..., T], work: Iterable[tuple[Any, ...]], *, workers: int
) -> Iterator[T]:
    """What ``function`` returns for each tuple of arguments, in order, from worker processes.

    At most two calls a worker are under way. Raises BrokenProcessPool when a worker dies.
    """
    with ExitStack() as stack:
        # forkserver: the caller may have threads and database connections, which a fork would copy
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([function.__module__])
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent)
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        waiting: deque[Future[T]] = deque()
        for arguments in work:
            waiting.append(pool.submit(function, *arguments))
            if len(waiting) >= 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

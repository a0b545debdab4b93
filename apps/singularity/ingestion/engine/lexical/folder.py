"""A tantivy index in a folder that several processes share."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tantivy import Index, IndexWriter, Searcher

from apps.singularity.ingestion.engine.lexical.schema import (
    ANALYZER,
    ANALYZER_NAME,
    SCHEMA_VERSION,
    schema,
)

WRITER_BYTES = 64_000_000


class IndexFolder:
    """Any number of readers, which never wait, and one writer at a time.

    The index lies in a subfolder named by its schema's version, beside the writers' lock.
    """

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``; create it when missing, corrupt or of an older schema."""
        folder.mkdir(parents=True, exist_ok=True)
        self.schema = schema()
        self._folder = folder
        self._current = folder / f"v{SCHEMA_VERSION}"
        self._seen: tuple[int, int] | None = None
        self._index = self._open()

    def searcher(self) -> Searcher:
        """Return a searcher of the last commit, whichever process made it.

        An index that was removed or damaged meanwhile begins empty.
        """
        try:
            stat = (self._current / "meta.json").stat()
            if self._seen != (stat.st_ino, stat.st_mtime_ns):
                self._index.reload()
                self._seen = (stat.st_ino, stat.st_mtime_ns)
        except (ValueError, OSError):
            self._index = self._open()
        return self._index.searcher()

    def _open(self) -> Index:
        """Return the index, emptied when it cannot be read; waits for a writer only then."""
        try:
            return self._load()
        except (ValueError, OSError):
            with self._lock():
                return self._load_or_create()

    def _load(self) -> Index:
        """Return the index in the folder with its segments read, so that damage shows here."""
        index = Index.open(str(self._current))
        index.register_tokenizer(ANALYZER_NAME, ANALYZER)
        index.config_reader("manual")
        index.reload()
        return index

    def _load_or_create(self) -> Index:
        """Return the index, a new one in place of one that cannot be read or has another schema."""
        try:
            return self._load()
        except (ValueError, OSError):
            for folder in self._folder.glob("v*"):
                shutil.rmtree(folder)
            self._current.mkdir()
            Index(self.schema, str(self._current))
            return self._load()

    @contextmanager
    def writer(self) -> Iterator[IndexWriter]:
        """Yield the one writer; commit at the end, or roll back when the block raises.

        The writer reads the folder anew: an index opened before another process' commit knows
        nothing of its files and would never delete them.
        """
        with self._lock():
            writer = self._load_or_create().writer(WRITER_BYTES, 1)
            try:
                yield writer
                writer.commit()
            except BaseException:
                writer.rollback()
                raise
            finally:
                writer.wait_merging_threads()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the folder's lock: one writer among all processes and threads of the host."""
        with (self._folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

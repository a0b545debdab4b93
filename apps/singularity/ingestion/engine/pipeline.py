"""One file from disk to rows: read, scrub, cut, name. Runs in worker processes, without Django."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from apps.singularity.ingestion.engine.chunking import CHUNKER_VERSION, Chunk, chunk_text
from apps.singularity.ingestion.engine.languages import language_of
from apps.singularity.ingestion.engine.lexical import weighted_terms
from apps.singularity.ingestion.engine.manifests import Declared, parse_manifest
from apps.singularity.ingestion.engine.secrets import Scrubber, SecretFinding
from apps.singularity.ingestion.engine.skips import Skipped, SkipReason
from apps.singularity.ingestion.engine.source import Source, read_source
from apps.singularity.ingestion.engine.text_form import TEXT_FORM_VERSION, text_form
from apps.singularity.ingestion.engine.walk import Found, Limits

PIPELINE_VERSION = 3
DIGEST_BYTES = 16
_HEAD_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Recipe:
    """What, besides the file itself, decides the rows of a file."""

    limits: Limits = field(default_factory=Limits)
    token_budget: int = 256

    @property
    def version(self) -> str:
        """Names the code and settings that made a row; another version reads the file again."""
        return (
            f"{PIPELINE_VERSION}.{CHUNKER_VERSION}.{TEXT_FORM_VERSION}"
            f"-{self.token_budget}-{self.limits.max_file_bytes}"
        )


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read, and the digest it had when last read (``None`` if it was not)."""

    found: Found
    known_digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class NamedChunk:
    """A chunk with the digests (16 bytes) of its content and of the text that is embedded.

    ``terms`` are what the lexical index holds of it.
    """

    chunk: Chunk
    content_digest: bytes
    text_digest: bytes
    terms: str


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file: ``skipped`` says why there are no chunks, if there are none.

    ``unchanged`` means that its bytes are those already known: nothing else is filled in.
    """

    found: Found
    skipped: Skipped | None = None
    unchanged: bool = False
    language: str = ""
    encoding: str = ""
    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    lines: int = 0
    digest: bytes | None = None
    has_syntax_errors: bool = False
    chunks: tuple[NamedChunk, ...] = ()
    secrets: tuple[SecretFinding, ...] = ()
    dependencies: tuple[Declared, ...] = ()
    problem: str = ""


def file_process(task: Task, recipe: Recipe) -> FileResult:
    """Read one file and cut it into chunks; whatever is wrong with it is a reason, not an error."""
    source = read_source(task.found, recipe.limits)
    if isinstance(source, Skipped):
        return FileResult(found=task.found, skipped=source)
    if source.digest == task.known_digest:
        return _result(task.found, source, unchanged=True)
    return _read_result(task.found, source, recipe)


def files_process(tasks: Sequence[Task], recipe: Recipe) -> list[FileResult]:
    """``file_process`` for a batch: what a worker process is asked to do."""
    return [file_process(task, recipe) for task in tasks]


def _read_result(found: Found, source: Source, recipe: Recipe) -> FileResult:
    scrubbed = _scrubber().scrub(source.text)
    declared: tuple[Declared, ...] = ()
    problem = ""
    if found.is_manifest:
        parsed = parse_manifest(found.path, source.text)
        declared, problem = _scrub_requirements(parsed.dependencies), parsed.problem or ""
    if source.size > recipe.limits.max_file_bytes:
        # a large lock file: its dependencies count, its text is nobody's code
        too_large = Skipped(found.path, SkipReason.OVERSIZED, "only its dependencies are read")
        return _result(found, source, skipped=too_large, dependencies=declared, problem=problem)
    language = language_of(found.path, scrubbed.text[:_HEAD_CHARACTERS])
    chunked = chunk_text(scrubbed.text, language=language, token_budget=recipe.token_budget)
    return _result(
        found,
        source,
        language=language,
        lines=scrubbed.text.count("\n") + (not scrubbed.text.endswith("\n")),
        has_syntax_errors=chunked.has_syntax_errors,
        chunks=tuple(_name(chunk, found.path, language) for chunk in chunked.chunks),
        secrets=tuple(scrubbed.findings),
        dependencies=declared,
        problem=problem,
    )


def _scrub_requirements(declared: tuple[Declared, ...]) -> tuple[Declared, ...]:
    """Requirements are text of the manifest as well; a scrub keeps the number of lines."""
    lines = [one.requirement.replace("\n", " ") for one in declared]
    scrubbed = _scrubber().scrub("\n".join(lines))
    if not scrubbed.findings:
        return declared
    return tuple(
        replace(one, requirement=line)
        for one, line in zip(declared, scrubbed.text.split("\n"), strict=True)
    )


def _result(found: Found, source: Source, **facts: object) -> FileResult:
    return FileResult(
        found=found,
        encoding=source.encoding,
        size=source.size,
        mtime_ns=source.mtime_ns,
        ctime_ns=source.ctime_ns,
        digest=source.digest,
        **facts,  # type: ignore[arg-type]  # names checked by the dataclass itself
    )


def _name(chunk: Chunk, path: str, language: str) -> NamedChunk:
    text = text_form(
        path=path,
        language=language,
        kind=chunk.kind,
        symbol=chunk.symbol,
        signature=chunk.signature,
        documentation=chunk.documentation,
        content=chunk.content,
    )
    terms = weighted_terms(
        symbol=chunk.symbol,
        path=path,
        signature=chunk.signature,
        documentation=chunk.documentation,
        content=chunk.content,
    )
    return NamedChunk(chunk, digest_of(chunk.content), digest_of(text), terms)


def digest_of(text: str) -> bytes:
    """First 16 bytes of the SHA-256 of the text's UTF-8."""
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]


@cache
def _scrubber() -> Scrubber:
    """One a process: its rules take half a second to load."""
    return Scrubber()

"""The corpus of a run, from the texts that ingestion stores without their secrets."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.pairs import documented_functions
from apps.singularity.ingestion.selectors.texts import FileRow, codebase_files, file_texts
from apps.singularity.training.engine.corpus import CorpusText, Manifest, Pair, corpus_write
from apps.singularity.training.models.runs import Kind

MIN_TRAIN, MIN_HELD_OUT = 20, 1
"""Files below which nothing is learned, or judged."""
NO_CODE = frozenset(
    {"html", "ini", "json", "jsonl", "markdown", "rst", "text", "toml", "xml", "yaml"}
)
"""Prose and data: read only where they are asked for by name."""
_BATCH = 200


class CorpusError(Exception):
    """There is no code to learn from, or too little; the text is one line that says what to do."""


def corpus_prepare(*, kind: str, codebase: Any, languages: Sequence[str], folder: Path) -> Manifest:
    """Write the corpus of a kind of model to a folder.

    Args:
        kind: a vocabulary needs no pairs, and an encoder nothing without them.
        codebase: the only one to read; all of this instance's when none.
        languages: the only ones to read; every one that is code when empty.

    Raises:
        CorpusError: there is no code, too little of it, or none in one of the languages.
    """
    codebases = [codebase] if codebase else codebases_of(instance=settings.INSTANCE_ID)
    files = [row for one in codebases for row in codebase_files(codebase=one)]
    _check_languages(Counter(row.language for row in files if row.language), languages)
    chosen = [row for row in files if _is_wanted(row.language, languages)]
    if not chosen:
        raise CorpusError("There is no code to learn from: `manage.py ingest PATH` reads some.")
    digests: dict[int, str] = {}
    pairs = _pairs(codebases, languages, digests) if kind != Kind.VOCABULARY else ()
    manifest = corpus_write(folder, _texts(chosen, digests), pairs)
    if reason := _too_little(kind, manifest):
        shutil.rmtree(folder)
        raise CorpusError(reason)
    return manifest


def _check_languages(there: Counter[str], asked: Sequence[str]) -> None:
    missing = sorted(set(asked) - set(there))
    if missing and there:
        known = ", ".join(f"{name} ({files} files)" for name, files in there.most_common(12))
        raise CorpusError(f"There is no code in {', '.join(missing)}; there is {known}.")


def _is_wanted(language: str, asked: Sequence[str]) -> bool:
    return language in asked if asked else bool(language) and language not in NO_CODE


def _texts(files: Sequence[FileRow], digests: dict[int, str]) -> Iterator[CorpusText]:
    """The texts of files; ``digests`` learns which file has which."""
    for start in range(0, len(files), _BATCH):
        languages = {row.id: row.language for row in files[start : start + _BATCH]}
        for file_id, text in file_texts(file_ids=list(languages)):
            one = CorpusText.of(language=languages[file_id], text=text)
            digests[file_id] = one.digest
            yield one


def _pairs(
    codebases: Iterable[Any], languages: Sequence[str], digests: dict[int, str]
) -> Iterator[Pair]:
    """The documented functions of files whose digest is known."""
    for codebase in codebases:
        for found in documented_functions(codebase=codebase, languages=languages):
            if digest := digests.get(found.file_id):
                yield Pair(
                    query=found.sentence,
                    code=found.code,
                    name=found.name,
                    digest=digest,
                    language=found.language,
                    symbol_kind=found.kind,
                )


def _too_little(kind: str, manifest: Manifest) -> str:
    """Why a corpus is too small; "" where it is not."""
    train, held_out = manifest.files["train"], manifest.files["held_out"]
    if train < MIN_TRAIN:
        return f"{train} files are too few to learn from, {MIN_TRAIN} are needed: ingest more code."
    if held_out < MIN_HELD_OUT:
        return f"Of {train} files none is held out to judge by: ingest more code."
    if kind == Kind.ENCODER and not all(manifest.pairs.values()):
        return "No documented functions to learn from and to judge by: ingest documented code."
    return ""

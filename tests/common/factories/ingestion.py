"""Rows of ingestion, each of one instance throughout."""

from __future__ import annotations

import hashlib

import factory
from django.conf import settings
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.singularity.ingestion.models import (
    Chunk,
    Codebase,
    DeclaredDependency,
    Embedding,
    EmbeddingGeneration,
    File,
    SecretFinding,
)

DIMENSIONS = 8


def digest(text: str) -> bytes:
    """The digest under which a text is stored."""
    return hashlib.sha256(text.encode()).digest()[:16]


class CodebaseFactory(DjangoModelFactory[Codebase]):
    """A code base that was read."""

    class Meta:
        model = Codebase

    instance = factory.LazyFunction(lambda: settings.INSTANCE_ID)
    name = factory.Sequence(lambda number: f"project{number}")
    root = factory.LazyAttribute(lambda codebase: f"/srv/{codebase.name}")
    revision = 1
    branch = "main"
    commit = factory.LazyAttribute(lambda codebase: digest(codebase.name).hex())
    ingested_at = factory.LazyFunction(timezone.now)


class FileFactory(DjangoModelFactory[File]):
    """A file that was cut into chunks."""

    class Meta:
        model = File

    codebase = factory.SubFactory(CodebaseFactory)
    instance = factory.SelfAttribute("codebase.instance")
    path = factory.Sequence(lambda number: f"src/module{number}.py")
    state = File.State.INCLUDED
    language = "python"
    size = 1200
    lines = 40
    revision = factory.SelfAttribute("codebase.revision")
    digest = factory.LazyAttribute(lambda file: hashlib.sha256(file.path.encode()).digest())


class SkippedFactory(FileFactory):
    """A file that was left out."""

    state = File.State.SKIPPED
    reason = "ignored"
    language = ""
    lines = 0
    digest = None


class ChunkFactory(DjangoModelFactory[Chunk]):
    """A function."""

    class Meta:
        model = Chunk

    file = factory.SubFactory(FileFactory)
    codebase = factory.SelfAttribute("file.codebase")
    instance = factory.SelfAttribute("file.instance")
    ordinal = factory.Sequence(int)
    language = factory.SelfAttribute("file.language")
    kind = "function"
    symbol = factory.Sequence(lambda number: f"Parser.read_{number}")
    name = factory.LazyAttribute(lambda chunk: chunk.symbol.rpartition(".")[2].lower())
    signature = factory.LazyAttribute(lambda chunk: f"def {chunk.name}(self, text)")
    start_line = 1
    end_line = 4
    start_byte = 0
    end_byte = factory.LazyAttribute(lambda chunk: len(chunk.content.encode()))
    content = factory.LazyAttribute(
        lambda chunk: f"def {chunk.name}(self, text):\n    return text.strip()\n"
    )
    content_digest = factory.LazyAttribute(lambda chunk: digest(chunk.content))
    text_digest = factory.LazyAttribute(lambda chunk: digest(f"text:{chunk.content}"))


class SecretFactory(DjangoModelFactory[SecretFinding]):
    """A secret that stood in a file."""

    class Meta:
        model = SecretFinding

    file = factory.SubFactory(FileFactory)
    codebase = factory.SelfAttribute("file.codebase")
    instance = factory.SelfAttribute("file.instance")
    kind = "AWS access key"
    line = 3


class DependencyFactory(DjangoModelFactory[DeclaredDependency]):
    """A package that a manifest names."""

    class Meta:
        model = DeclaredDependency

    file = factory.SubFactory(FileFactory)
    codebase = factory.SelfAttribute("file.codebase")
    instance = factory.SelfAttribute("file.instance")
    purl = factory.Sequence(lambda number: f"pkg:pypi/package{number}")
    requirement = ">=1"
    scope = "runtime"


class GenerationFactory(DjangoModelFactory[EmbeddingGeneration]):
    """The generation that answers searches."""

    class Meta:
        model = EmbeddingGeneration

    instance = factory.LazyFunction(lambda: settings.INSTANCE_ID)
    identity = factory.Sequence(lambda number: f"model{number}")
    name = "test-model"
    dimensions = DIMENSIONS
    state = EmbeddingGeneration.State.ACTIVE


class EmbeddingFactory(DjangoModelFactory[Embedding]):
    """The vector of a text."""

    class Meta:
        model = Embedding

    generation = factory.SubFactory(GenerationFactory)
    instance = factory.SelfAttribute("generation.instance")
    text_digest = factory.Sequence(lambda number: digest(str(number)))
    vector = factory.LazyFunction(lambda: [1.0] + [0.0] * (DIMENSIONS - 1))

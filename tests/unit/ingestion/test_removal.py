"""Forgetting a code base leaves nothing of it, and everything of the others."""

import pytest

from apps.shared.core.models import Job
from apps.singularity.ingestion.models import (
    Chunk,
    Codebase,
    DeclaredDependency,
    Embedding,
    File,
    SecretFinding,
)
from apps.singularity.ingestion.services import ingest_enqueue
from apps.singularity.ingestion.services.removal import CodebaseBusy, codebase_delete
from tests.common.factories.core import JobFactory, running
from tests.common.factories.ingestion import (
    ChunkFactory,
    DependencyFactory,
    EmbeddingFactory,
    FileFactory,
    GenerationFactory,
    SecretFactory,
)

pytestmark = pytest.mark.django_db
TABLES = (Chunk, File, SecretFinding, DeclaredDependency)


def full() -> Codebase:
    """A code base with a row in every table."""
    file = FileFactory()
    ChunkFactory.create_batch(2, file=file)
    SecretFactory(file=file)
    DependencyFactory(file=file)
    codebase: Codebase = file.codebase
    return codebase


def test_all_of_it_goes_and_nothing_else() -> None:
    doomed, kept = full(), full()
    before = {table: table.objects.filter(codebase=kept).count() for table in TABLES}
    assert codebase_delete(codebase=doomed) == 2
    assert list(Codebase.objects.all()) == [kept]
    for table in TABLES:
        assert table.objects.count() == before[table] > 0


def test_a_vector_stays_while_another_chunk_has_its_text() -> None:
    doomed, kept = ChunkFactory(), ChunkFactory()
    shared = ChunkFactory(file=kept.file, text_digest=doomed.text_digest)
    alone = ChunkFactory(file=doomed.file)
    generation = GenerationFactory()
    for chunk in (shared, alone):
        EmbeddingFactory(generation=generation, text_digest=chunk.text_digest)
    codebase_delete(codebase=doomed.codebase)
    assert [bytes(one.text_digest) for one in Embedding.objects.all()] == [shared.text_digest]


def test_one_that_is_being_read_is_refused_and_stays_whole() -> None:
    codebase = full()
    job = JobFactory(key=f"codebase:{codebase.pk}", **running(read=1, pending=2))
    with pytest.raises(CodebaseBusy, match=f"cancel job {job.pk} first"):
        codebase_delete(codebase=codebase)
    assert all(table.objects.filter(codebase=codebase).exists() for table in TABLES)


def test_a_job_that_waits_for_it_is_cancelled_and_a_dead_one_does_not_hold_it() -> None:
    codebase = full()
    dead = running(read=1, pending=2) | {"process_started_at": 1.0}
    JobFactory(key=f"codebase:{codebase.pk}", **dead)
    waiting, _ = ingest_enqueue(codebase=codebase)
    codebase_delete(codebase=codebase)
    waiting.refresh_from_db()
    assert waiting.state == Job.State.CANCELLED
    assert not Codebase.objects.exists()

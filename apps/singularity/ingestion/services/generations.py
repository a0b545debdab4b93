"""Generations of vectors: opened, switched to, dropped."""

from __future__ import annotations

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from apps.singularity.ingestion.engine.embedding import Embedder
from apps.singularity.ingestion.models import EmbeddingGeneration
from apps.singularity.ingestion.resources import export_forget, vector_identity
from apps.singularity.ingestion.selectors.encoders import Chosen, embedder_chosen

_State = EmbeddingGeneration.State


def generation_open(*, instance: str, embedder: Embedder, chosen: Chosen) -> EmbeddingGeneration:
    """The generation of this model: a known one, or a new one beside the active one.

    An unfinished generation of another model is dropped: it will never be switched to.
    """
    identity = vector_identity(embedder)
    named = {"name": chosen.version or embedder.name, "setting": chosen.setting}
    rows = EmbeddingGeneration.objects.filter(instance=instance)
    for other in rows.filter(state=_State.BUILDING).exclude(identity=identity):
        generation_drop(other)
    known = rows.filter(identity=identity).first()
    if known is not None:
        rows.filter(pk=known.pk).update(**named)  # the same model may lie in another folder
        known.refresh_from_db()
        return known
    active = rows.filter(state=_State.ACTIVE).exists()
    try:
        with transaction.atomic():
            return EmbeddingGeneration.objects.create(
                instance=instance,
                identity=identity,
                dimensions=embedder.dimensions,
                state=_State.BUILDING if active else _State.ACTIVE,
                activated_at=None if active else timezone.now(),
                **named,
            )
    except IntegrityError:  # another process opened it first
        return rows.get(identity=identity)


def generation_activate(*, generation: EmbeddingGeneration, chosen: Chosen) -> bool:
    """Switch to a filled generation in one statement; False where another model was chosen since.

    The one before it becomes the former one, and the former one goes.
    """
    instance = generation.instance
    index_ensure(generation=generation)
    if embedder_chosen(instance=instance) != chosen:
        return False
    rows = EmbeddingGeneration.objects.filter(instance=instance)
    if generation.state == _State.BUILDING:
        for old in rows.filter(state=_State.FORMER):
            generation_drop(old)
    with transaction.atomic():
        generations_lock(instance=instance)
        if embedder_chosen(instance=instance) != chosen:
            return False
        _swap(rows, generation.pk)
    return True


def former_activate(*, instance: str, setting: str) -> bool:
    """Switch back to the former generation if it is that model's; whether it answers now.

    Inside the caller's transaction, which holds ``generations_lock``.
    """
    rows = EmbeddingGeneration.objects.filter(instance=instance)
    if rows.filter(state=_State.ACTIVE, setting=setting).exists():
        return True
    former = rows.filter(state=_State.FORMER, setting=setting).first()
    if former is None:
        return False
    _swap(rows, former.pk)
    return True


def generations_lock(*, instance: str) -> None:
    """Keep others from switching until the caller's transaction ends."""
    rows = EmbeddingGeneration.objects.select_for_update().filter(instance=instance)
    list(rows.order_by("id").values_list("id", flat=True))


def generation_drop(generation: EmbeddingGeneration) -> None:
    """Delete a generation with its vectors and index, unless it has come to answer searches."""
    with transaction.atomic():
        rows = EmbeddingGeneration.objects.select_for_update().exclude(state=_State.ACTIVE)
        if not rows.filter(pk=generation.pk).exists():
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM ingestion_embedding WHERE generation_id = %s", [generation.pk]
            )
            # last, since it locks the table until the transaction ends
            cursor.execute(f"DROP INDEX IF EXISTS {generation.index_name}")
        EmbeddingGeneration.objects.filter(pk=generation.pk).delete()
    if not EmbeddingGeneration.objects.filter(setting=generation.setting).exists():
        export_forget(generation.setting)


def index_ensure(*, generation: EmbeddingGeneration) -> None:
    """Build the HNSW index of a generation unless a valid one is there; readers go on meanwhile.

    Building after the fill is several times cheaper than inserting one by one; later inserts
    keep it current.
    """
    name = generation.index_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        row = cursor.fetchone()
        if row and row[0]:
            return
        if row:  # a build that was killed
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        cursor.execute(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON ingestion_embedding"
            f" USING hnsw ((vector::halfvec({int(generation.dimensions)})) halfvec_cosine_ops)"
            f" WHERE generation_id = {int(generation.pk)}"
        )


def _swap(rows: QuerySet[EmbeddingGeneration], chosen: int) -> None:
    """Make one active and the active one former, by one statement."""
    if rows.filter(pk=chosen, state=_State.ACTIVE).exists():
        return
    rows.filter(Q(pk=chosen) | Q(state=_State.ACTIVE)).update(
        state=Case(When(pk=chosen, then=Value(_State.ACTIVE)), default=Value(_State.FORMER)),
        activated_at=Case(When(pk=chosen, then=Value(timezone.now())), default=F("activated_at")),
    )

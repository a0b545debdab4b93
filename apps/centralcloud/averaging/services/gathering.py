"""Have a round's submissions here, each looked at by itself before any number is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Q

from apps.centralcloud.averaging.engine.tensors import Difference, Tensors, floats_of
from apps.centralcloud.averaging.engine.windows import Windowed
from apps.centralcloud.averaging.models import ModelFamily, Round, Submission
from apps.centralcloud.averaging.services.errors import NotNow, Refused
from apps.shared.artifacts.engine.architecture import json_read
from apps.shared.artifacts.engine.deltas import difference_open
from apps.shared.artifacts.engine.manifest import LARGEST_BUNDLE, MANIFEST, manifest_decode
from apps.shared.artifacts.engine.weights import (
    architecture_of,
    shapes_check,
    tokenizer_digest,
    weights_open,
)
from apps.shared.artifacts.services import ArtifactError, ArtifactUnavailable, artifact_fetch
from apps.shared.contracts.subjects import instance_store

WEIGHTS, DIFFERENCE = "model.safetensors", "difference.safetensors"
TOKENIZER = "tokenizer.json"
LARGEST_REST = 64 * 1024 * 1024
"""Bytes of a bundle's other files."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A submission that can be read.

    ``tensors`` are whole weights where the round has no base, else differences to it. ``late`` is
    for whole weights that came after the round which took them.
    """

    submission: Submission
    folder: Path
    tensors: Tensors
    content: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Gathering:
    """What can be read, in the order in which it came, and why the rest cannot."""

    found: Sequence[Gathered]
    refused: dict[int, str]


def round_gather(*, round_: Round, base: Path | None) -> Gathering:
    """Fetch and open a round's submissions; one that is larger than it can be is not fetched.

    Args:
        base: the file of the base's weights.

    Raises:
        NotNow: the store cannot be reached, or the disk is full.
    """
    rows = list(
        round_.submissions.filter(state=Submission.State.ANNOUNCED)
        .select_related("family")
        .order_by("received_at", "pk")
    )
    read, refused = _read(rows, round_, base)
    found: list[Gathered] = []
    for one in (read[row.pk] for row in rows if row.pk in read):
        try:
            _new_check(one, found)
        except Refused as refusal:
            refused[one.submission.pk] = str(refusal)
        else:
            found.append(one)
    return Gathering(found, refused)


def submission_fetch(row: Submission, *, most: int) -> Path:
    """The folder of a submission's bundle, every byte verified.

    Args:
        most: bytes that it may have; what says that it has more is not fetched.

    Raises:
        Refused: it is not what its digest and size say.
        NotNow: the store cannot be reached, or the disk is full.
    """
    if row.size > most:
        raise Refused(f"it has {row.size:,} bytes, more than the {most:,} that it may have")
    store = instance_store(row.instance)
    with _said():
        folder: Path = artifact_fetch(digest=row.artifact, size=row.size, store=store)
    return folder


def _read(
    rows: Sequence[Submission], round_: Round, base: Path | None
) -> tuple[dict[int, Gathered], dict[int, str]]:
    """What can be read by row, and why the rest cannot.

    The smallest come first: the first whole weights of the family say how large others can be,
    so that nobody's size alone fills the disk.
    """
    most = base.stat().st_size + LARGEST_REST if base else LARGEST_BUNDLE
    read: dict[int, Gathered] = {}
    refused: dict[int, str] = {}
    for row in sorted(rows, key=lambda one: one.size):
        try:
            folder = submission_fetch(row, most=most)
            with _said():
                read[row.pk] = _gathered(row, round_, base, folder, row.size // len(rows))
            most = min(most, row.size + LARGEST_REST) if base is None else most
        except Refused as refusal:
            refused[row.pk] = str(refusal)
    return read, refused


def _gathered(
    row: Submission, round_: Round, base: Path | None, folder: Path, window: int
) -> Gathered:
    name = WEIGHTS if row.asked == "weights" else DIFFERENCE
    content = _digest_of(folder, name)
    if row.asked == "weights":
        _weights_check(folder, round_.family)
        tensors: Tensors = Windowed(weights_open(folder / name), window)
        if base is not None:
            tensors = Difference(tensors, weights_open(base))
        return Gathered(row, folder, tensors, content, late=base is not None)
    if base is None:
        raise Refused("it is a difference, and the round has no base")
    _difference_check(folder, row, base)
    return Gathered(row, folder, Windowed(difference_open(folder / name), window), content)


@contextmanager
def _said() -> Iterator[None]:
    """What is wrong with a bundle, told apart from what is wrong here."""
    try:
        yield
    except ArtifactUnavailable as error:
        raise NotNow(str(error)) from None
    except ArtifactError as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise NotNow(f"the submissions cannot be read: {error}") from None


def _digest_of(folder: Path, name: str) -> str:
    """SHA-256 of one file, from the bundle's manifest, which was verified."""
    files = manifest_decode((folder / MANIFEST).read_bytes()).files
    digest = next((file.sha256 for file in files if file.path == name), None)
    if digest is None:
        raise Refused(f"it has no {name}")
    return digest


def _weights_check(folder: Path, family: ModelFamily) -> None:
    """Names, shapes, dtypes and configuration are the family's, and so are the tokens."""
    if family.shapes:
        shapes = {name: tuple(shape) for name, (_, shape) in family.shapes.items()}
        shapes_check(folder / WEIGHTS, shapes)
    if architecture_of(folder) != family.architecture:
        raise Refused("its architecture is not the one of its family")
    if (folder / TOKENIZER).exists() and tokenizer_digest(folder) != family.tokenizer:
        raise Refused("its tokenizer is not the one of its family")


def _difference_check(folder: Path, row: Submission, base: Path) -> None:
    """It says that it began from the base that it was told for, and has that base's tensors."""
    said = json_read(folder / "difference.json")
    began = said.get("base"), said.get("base_digest")
    told = Round.objects.select_related("base").get(pk=row.told_round or "").base
    if told is None or began != (told.version, told.artifact):
        raise Refused(f"it began from {str(began[0])[:80]}, its round from {told}")
    with weights_open(base) as weights, difference_open(folder / DIFFERENCE) as difference:
        wanted = {name: weights.shape(name) for name in floats_of(weights)}
        if {name: difference.shape(name) for name in difference.names()} != wanted:
            raise Refused("its tensors are not those of its base")


def _new_check(one: Gathered, before: Sequence[Gathered]) -> None:
    """It was not sent before, in another round or by another instance."""
    twin = next((two for two in before if two.content == one.content), None)
    if twin is not None:
        raise Refused(f"it holds the same numbers as the submission of {twin.submission.instance}")
    row = one.submission
    same = Submission.objects.filter(Q(content=one.content) | Q(artifact=row.artifact))
    earlier = same.filter(family=row.family, round__number__lt=row.round.number if row.round else 0)
    if (seen := earlier.exclude(pk=row.pk).select_related("round").first()) is not None:
        raise Refused(f"it was sent before, by {seen.instance} for {seen.round}")

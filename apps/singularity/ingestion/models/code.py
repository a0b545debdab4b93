"""Code bases, their files, and the chunks cut from them."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5

from apps.singularity.ingestion.engine.skips import SkipReason


def new_token() -> int:
    """A random positive 63-bit number that names a code base outside the database."""
    return secrets.randbits(62) + 1


class Codebase(models.Model):
    """One tree that this instance learns from.

    ``revision`` grows with every committed change; what is derived from the database, such as
    the lexical index, names the revision it stands for. ``token`` ties it to this very row, so
    that an index left over from another database is never taken for this one's.
    """

    instance = models.CharField(max_length=63)
    name = models.CharField(max_length=120)
    root = models.TextField(help_text="Absolute path of the folder on this instance's host.")
    token = models.BigIntegerField(default=new_token, unique=True, editable=False)
    revision = models.BigIntegerField(default=0)
    tombstone_floor = models.BigIntegerField(
        default=0, help_text="An index older than this revision is rebuilt from the start."
    )
    branch = models.CharField(max_length=255, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ingested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "code base"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "name"], name="codebase_name"),
        ]

    def __str__(self) -> str:
        return self.name


class File(models.Model):
    """One path of a code base: chunked, skipped with its reason, or removed since.

    A skipped directory stands for all that is below it.
    """

    class State(models.TextChoices):
        """What became of the path."""

        INCLUDED = "included"
        SKIPPED = "skipped"
        REMOVED = "removed"

    instance = models.CharField(max_length=63)
    codebase = models.ForeignKey(
        Codebase, models.CASCADE, related_name="files", db_index=False
    )  # file_by_revision begins with it
    path = models.TextField(help_text="Relative to the root, with forward slashes.")
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(
        max_length=20, blank=True, choices=[(reason.value, reason.value) for reason in SkipReason]
    )
    detail = models.TextField(blank=True)
    is_directory = models.BooleanField(default=False)
    language = models.CharField(max_length=30, blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    size = models.BigIntegerField(default=0, help_text="Bytes on disk.")
    lines = models.IntegerField(default=0)
    mtime_ns = models.BigIntegerField(default=0, help_text="0: do not trust, read again.")
    ctime_ns = models.BigIntegerField(default=0)
    digest = models.BinaryField(null=True, help_text="SHA-256 of the bytes on disk.")
    engine_version = models.CharField(max_length=40, blank=True)
    has_syntax_errors = models.BooleanField(default=False)
    revision = models.BigIntegerField(help_text="The code base's revision that wrote this row.")

    class Meta:
        constraints: ClassVar = [
            # a path may be longer than an index row, so its hash is what is unique
            models.UniqueConstraint("codebase", MD5("path"), name="file_path"),
            models.CheckConstraint(
                condition=~Q(state="skipped") | ~Q(reason=""), name="file_skip_has_reason"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["codebase", "revision"], name="file_by_revision"),
            models.Index(fields=["instance", "state", "reason"], name="file_by_state"),
        ]

    def __str__(self) -> str:
        return self.path


class Chunk(models.Model):
    """A piece of a file that follows its syntax; secrets are gone from every text here.

    Lines count from 1 and include the last; bytes are half-open, in the UTF-8 of the scrubbed
    text. ``text_digest`` names the text that is embedded: chunks that share it share a vector.
    """

    instance = models.CharField(max_length=63)
    # each has an index below that begins with it: one more would only slow every COPY
    codebase = models.ForeignKey(Codebase, models.CASCADE, related_name="chunks", db_index=False)
    file = models.ForeignKey(File, models.CASCADE, related_name="chunks", db_index=False)
    ordinal = models.IntegerField()
    language = models.CharField(max_length=30)
    kind = models.CharField(max_length=20)
    symbol = models.CharField(max_length=500, blank=True)
    name = models.CharField(
        max_length=500, blank=True, help_text="Last part of the symbol, in lower case."
    )
    signature = models.TextField(blank=True)
    documentation = models.TextField(blank=True)
    start_line = models.IntegerField()
    end_line = models.IntegerField()
    start_byte = models.IntegerField()
    end_byte = models.IntegerField()
    content = models.TextField()
    content_digest = models.BinaryField(help_text="First 16 bytes of SHA-256.")
    text_digest = models.BinaryField(help_text="First 16 bytes of SHA-256.")

    class Meta:
        ordering: ClassVar = ["file_id", "ordinal"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "ordinal"], name="chunk_ordinal"),
            models.CheckConstraint(
                condition=Q(start_line__gte=1, end_line__gte=models.F("start_line")),
                name="chunk_lines",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["codebase", "name"], name="chunk_by_name"),
            models.Index(fields=["text_digest"], name="chunk_by_text"),
        ]

    def __str__(self) -> str:
        return self.symbol or f"lines {self.start_line}-{self.end_line}"

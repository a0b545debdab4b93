"""Cached answers, the revisions of what they derive from, and copies of Centralcloud's."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Source(models.Model):
    """Something that answers derive from; its revision grows whenever it changes."""

    name = models.CharField(max_length=60, primary_key=True)
    revision = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.name} {self.revision}"


class Entry(models.Model):
    """An answer as it was under one revision of its sources: that of each, with its time.

    The table is unlogged: it is empty after PostgreSQL was killed, and answers are worked out
    again. ``key`` is a digest of the question, ``asked`` how often it was asked since it was first
    kept, ``seconds`` what working it out took, ``bytes`` the length of its JSON.
    """

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=64)
    question = models.JSONField()
    revision = models.TextField()
    value = models.JSONField()
    bytes = models.IntegerField()
    seconds = models.FloatField()
    asked = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "entries"
        ordering: ClassVar = ["-asked"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:12]}"


class Tally(models.Model):
    """Where answers of a kind were found since ``since``: near, kept in the database, or made."""

    kind = models.CharField(max_length=30, primary_key=True)
    near = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    made = models.BigIntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "tallies"
        ordering: ClassVar = ["kind"]

    def __str__(self) -> str:
        return self.kind


class Copy(models.Model):
    """An answer of Centralcloud's that this instance keeps; of each key the highest revision wins.

    ``answered_at`` is when Centralcloud worked it out. One that holds no more stays without its
    value until it is cleaned up, so that an older message cannot bring it back. ``own`` ones are
    answers to what this instance asked; the others are told to all.
    """

    instance = models.CharField(max_length=63)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=500)
    revision = models.BigIntegerField()
    value = models.JSONField(null=True)
    own = models.BooleanField(default=False)
    asked = models.BigIntegerField(default=0)
    answered_at = models.DateTimeField()
    received_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "copies"
        ordering: ClassVar = ["kind", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "kind", "key"], name="copy_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

"""Which model the search uses in place of the configured one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class EncoderInUse(models.Model):
    """The tuned encoder that an instance has taken; without a row EMBEDDER names its model."""

    instance = models.CharField(max_length=63)
    version = models.CharField(max_length=160)
    setting = models.TextField(help_text="The folder of its bundle.")
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "encoders in use"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance"], name="one_encoder_in_use"),
        ]

    def __str__(self) -> str:
        return self.version

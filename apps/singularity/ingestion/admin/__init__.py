"""Ingestion in the admin: what was found, why some is left out, what was cut from it."""

from apps.singularity.ingestion.admin.chunks import ChunkAdmin
from apps.singularity.ingestion.admin.codebases import CodebaseAdmin
from apps.singularity.ingestion.admin.facts import DependencyAdmin, SecretAdmin
from apps.singularity.ingestion.admin.files import FileAdmin
from apps.singularity.ingestion.admin.vectors import GenerationAdmin

__all__ = [
    "ChunkAdmin",
    "CodebaseAdmin",
    "DependencyAdmin",
    "FileAdmin",
    "GenerationAdmin",
    "SecretAdmin",
]

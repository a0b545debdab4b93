"""What instances tell of their code bases, as handlers receive it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from apps.shared.contracts.payloads import (
    ArchitecturePatternsLearned,
    CodePatternsLearned,
    FrameworksDetected,
    PackagesDeclared,
)
from apps.shared.contracts.payloads.architecture import ArchitectureFact
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.payloads.code import CodePatternFact
from apps.shared.contracts.payloads.frameworks import FrameworkFact
from apps.shared.contracts.payloads.packages import PackageFact
from apps.shared.contracts.signatures import signature_of
from apps.shared.contracts.subjects import message_for
from apps.shared.nats_bridge.received import Received

P = TypeVar("P", bound=Payload)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def codebase(name: str) -> str:
    """A code base's key that a name stands for."""
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def revision(at: datetime) -> int:
    """The revision that a sender's clock gives at a time."""
    return int(at.timestamp() * 1_000_000)


def received(instance: str, payload: P, *, stored_at: datetime = NOW) -> Received[P]:
    """A payload as it comes from an instance."""
    return Received(
        event_id=str(uuid4()),
        subject=message_for(type(payload)).subject,
        instance=instance,
        payload=payload,
        told_at=stored_at,
        stored_at=stored_at,
        size=0,
    )


def signature(template: str, kind: str = "idiom", language: str = "python") -> str:
    """The signature of a pattern."""
    return signature_of(kind, language, template)


def pattern(template: str, **fields: Any) -> CodePatternFact:
    """A code pattern; a template of another form gives its ``canonical`` one."""
    kind, language = fields.pop("kind", "idiom"), fields.pop("language", "python")
    form = fields.get("canonical") or template
    return CodePatternFact(
        kind=kind,
        language=language,
        signature=signature_of(kind, language, form),
        template=template,
        **{
            "occurrences": 3,
            "files": 2,
            "first_seen_at": NOW - timedelta(days=100),
            **fields,
        },
    )


def patterns(
    instance: str,
    revision: int,
    *facts: CodePatternFact | str,
    withdrawn: tuple[str, ...] = (),
    floor: int = 0,
    base: str = "main",
    stored_at: datetime = NOW,
) -> Received[CodePatternsLearned]:
    """A message of code patterns; a plain template stands for a fact with the usual counts."""
    return received(
        instance,
        CodePatternsLearned(
            codebase=codebase(f"{instance}/{base}"),
            revision=revision,
            floor=floor,
            patterns=tuple(pattern(one) if isinstance(one, str) else one for one in facts),
            withdrawn=withdrawn,
        ),
        stored_at=stored_at,
    )


def packages(
    instance: str, revision: int, *purls: str, base: str = "main", **fields: Any
) -> Received[PackagesDeclared]:
    """A message of declared packages; ``purl@version`` pins a version."""
    facts = []
    for written in purls:
        purl, _, version = written.partition("@")
        facts.append(
            PackageFact(
                purl=purl, versions=(version,) if version else (), first_seen_at=NOW, scopes=()
            )
        )
    return received(
        instance,
        PackagesDeclared(
            codebase=codebase(f"{instance}/{base}"),
            revision=revision,
            packages=tuple(facts),
            **fields,
        ),
    )


def frameworks(
    instance: str, revision: int, *facts: tuple[str, str], base: str = "main", **fields: Any
) -> Received[FrameworksDetected]:
    """A message of frameworks, each a key and a version."""
    return received(
        instance,
        FrameworksDetected(
            codebase=codebase(f"{instance}/{base}"),
            revision=revision,
            frameworks=tuple(
                FrameworkFact(
                    key=key,
                    name=key.title(),
                    category="web",
                    version=version,
                    confidence=0.9,
                    first_seen_at=NOW,
                )
                for key, version in facts
            ),
            **fields,
        ),
    )


def architecture(
    instance: str, revision: int, *keys: str, base: str = "main", **fields: Any
) -> Received[ArchitecturePatternsLearned]:
    """A message of architecture patterns."""
    return received(
        instance,
        ArchitecturePatternsLearned(
            codebase=codebase(f"{instance}/{base}"),
            revision=revision,
            patterns=tuple(
                ArchitectureFact(
                    key=key,
                    name=key.title(),
                    confidence=0.8,
                    evidence=("layout",),
                    first_seen_at=NOW,
                )
                for key in keys
            ),
            **fields,
        ),
    )

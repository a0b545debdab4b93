"""The rules that hold now, and the name that they are remembered by."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import cache

from django.conf import settings

from apps.singularity.patterns.engine.definitions import load_definitions
from apps.singularity.publishing.engine.architecture import OwnWords
from apps.singularity.publishing.engine.names import open_names_text
from apps.singularity.publishing.engine.subjects import Subject, subjects_allowed

POLICY_VERSION = 1
"""Facts told by another version are told anew, all of them."""
RESTATED_AFTER = timedelta(days=30)
"""From time to time all is told anew, so that a stream may forget what is older."""


def own_words() -> OwnWords:
    """The definitions that come with the product; those of DEFINITIONS_DIR stay here."""
    return OwnWords(load_definitions(None))


def subjects_told() -> frozenset[Subject]:
    """What leaves now: nothing of a read-only instance."""
    if settings.INSTANCE_MODE == "read-only":
        return frozenset()
    return subjects_allowed(settings.PUBLISH)


def policy_digest(subject: Subject) -> str:
    """Names the rules by which a subject is told, and the key under which.

    What was sent under a key that Centralcloud had put aside meanwhile was not applied: so all is
    told anew under a new one.
    """
    key = settings.IDENTITY.key
    says = [str(POLICY_VERSION), key.public if key else "", *settings.PUBLISH_EXCLUDE]
    if subject in {Subject.ARCHITECTURE, Subject.FRAMEWORK}:
        says.append(own_words().definitions.digest)
    if subject is Subject.PATTERN:
        says.append(_open_names_digest())
    return hashlib.sha256("\0".join(says).encode()).hexdigest()


@cache
def _open_names_digest() -> str:
    return hashlib.sha256(open_names_text()).hexdigest()

"""An instance that learns: a process which changes what was mined, and tells it, on command.

Mining itself would take most of a test's time; what it leaves behind is written here instead, as
mining does: changed facts under a new revision, in one transaction. What comes then (sync, outbox,
relay) is the product's own. It is run as a program with the instance's environment and reads one
JSON command a line. What ``tests.common.operating`` does it does too, also for Centralcloud.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import combinations
from random import Random
from typing import Any

from tests.common.operating import forget, ingest, job, manage

FUNCTIONS = (
    "json.loads", "json.dumps", "os.path.join", "os.path.exists", "os.makedirs", "re.compile",
    "re.sub", "time.monotonic", "time.sleep", "shutil.rmtree", "logging.getLogger", "copy.deepcopy",
    "functools.partial", "itertools.chain", "hashlib.sha256", "base64.b64encode", "random.choice",
)  # fmt: skip
TEMPLATES = tuple(" + ".join(pair) for pair in combinations(FUNCTIONS, 2))
FRAMEWORKS = ("django", "flask", "celery", "pytest", "react", "fastapi")
WITHDRAWN_SHARE = 0.3


def codebase_new(name: str) -> Any:
    """A code base that was read and never mined."""
    from django.conf import settings
    from django.utils import timezone

    from apps.singularity.ingestion.models import Codebase
    from apps.singularity.patterns.models import Mining

    codebase = Codebase.objects.create(
        instance=settings.INSTANCE_ID, name=name, root=f"/{name}", ingested_at=timezone.now()
    )
    Mining.objects.create(instance=codebase.instance, codebase=codebase, mined_at=timezone.now())
    return codebase


def change(*, seed: int, facts: int, codebases: int) -> dict[str, int]:
    """A mining of every code base in which so many patterns are found, changed or gone."""
    from django.db import transaction

    random = Random(seed)
    with transaction.atomic():
        while mined().count() < codebases:
            codebase_new(f"code-{random.getrandbits(60):x}")
        for codebase in mined():
            _mine(codebase, random, facts)
    return {"facts": facts * codebases}


def mined() -> Any:
    """Code bases made here, the oldest first; one that was really ingested is never mined."""
    from apps.singularity.ingestion.models import Codebase
    from apps.singularity.patterns.models import Mining

    return Codebase.objects.filter(id__in=Mining.objects.values("codebase")).order_by("id")


def _mine(codebase: Any, random: Random, facts: int) -> None:
    from django.utils import timezone

    from apps.singularity.patterns.models import CodePattern, Framework, Mining

    mining = Mining.objects.select_for_update().get(codebase=codebase)
    mining.revision += 1
    mining.save()
    learned = {"instance": codebase.instance, "revision": mining.revision}
    for template in random.sample(TEMPLATES, facts):
        gone = timezone.now() if random.random() < WITHDRAWN_SHARE else None
        CodePattern.objects.update_or_create(
            codebase=codebase,
            signature=_signature(template),
            defaults=learned | _pattern(template, random) | {"withdrawn_at": gone},
        )
    for key in random.sample(FRAMEWORKS, 2):
        gone = timezone.now() if random.random() < WITHDRAWN_SHARE else None
        Framework.objects.update_or_create(
            codebase=codebase,
            key=key,
            defaults=learned | _framework(key, random) | {"withdrawn_at": gone},
        )


def _signature(template: str) -> str:
    from apps.shared.contracts.signatures import signature_of

    return signature_of("api_set", "python", template)


def _pattern(template: str, random: Random) -> dict[str, Any]:
    occurrences = random.randint(1, 90)
    return _seen() | {
        "kind": "api_set",
        "language": "python",
        "template": template,
        "occurrences": occurrences,
        "files": random.randint(1, occurrences),
        "score": 1.0,
        "rank": 1,
    }


def _framework(key: str, random: Random) -> dict[str, Any]:
    return _seen() | {
        "name": key,
        "category": "web",
        "version": f"{random.randint(1, 9)}.0",
        "confidence": random.randint(1, 100) / 100,
    }


def _seen() -> dict[str, Any]:
    from django.utils import timezone

    return {"first_seen_at": timezone.now(), "last_seen_at": timezone.now()}


def replace() -> dict[str, int]:
    """One code base is deleted; another comes in its place with the next change."""
    mined()[0].delete()
    return {}


def sync(*, full: bool = False) -> dict[str, int]:
    """What the schedule does every five minutes."""
    from apps.singularity.publishing.services.sync import instance_sync

    told = instance_sync(full=full)
    return {"messages": told.messages, "facts": told.facts, "refused": told.refused.total()}


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "change": change,
    "forget": forget,
    "ingest": ingest,
    "job": job,
    "manage": manage,
    "replace": replace,
    "sync": sync,
}


def main() -> None:
    """Obey until the input ends."""
    import django
    from django.db import close_old_connections

    django.setup()
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        name, arguments = json.loads(line)
        close_old_connections()  # as between a worker's tasks
        sys.stdout.write(json.dumps(COMMANDS[name](**arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

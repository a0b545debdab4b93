"""Remember which file an address had, so that it is read again only when it is another one."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from apps.centralcloud.package_sync.engine.osv.downloading import Stamp
from apps.centralcloud.package_sync.models import Advisory


def stamps_folder() -> Path:
    """Where stamps are, one small file for each address."""
    return Path(settings.STATE_DIR) / "advisories"


def stamp_of(*, source: str, name: str) -> Stamp:
    """The stamp of what was last read from an address.

    It counts only where the database has advisories of that source: in another database, or one
    that was restored, the file has to be read once more.
    """
    path = _path(source)
    if not path.exists() or not Advisory.objects.filter(source=name).exists():
        return Stamp()
    try:
        return Stamp(**json.loads(path.read_text()))
    except (ValueError, TypeError):  # half a file, or one of another program
        return Stamp()


def stamp_keep(*, source: str, stamp: Stamp) -> None:
    """Remember what was read to its end."""
    path = _path(source)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".new")
    written.write_text(json.dumps(asdict(stamp)))
    written.replace(path)


def _path(source: str) -> Path:
    return stamps_folder() / f"{sha256(source.encode()).hexdigest()}.json"

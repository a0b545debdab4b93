"""An instance ``alpha`` that may publish, and what it has queued."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.shared.contracts.nkeys import seed_new
from apps.shared.contracts.subjects import instance_source
from apps.shared.core.identity import Identity


@pytest.fixture(autouse=True)
def alpha(settings: Any, tmp_path: Path) -> None:
    settings.INSTANCE_ID = "alpha"
    settings.IDENTITY = Identity(
        name="alpha", source=instance_source("alpha"), seed=seed_new(), folder=tmp_path
    )
    settings.PUBLISH, settings.PUBLISH_EXCLUDE = "all", ()
    settings.INSTANCE_MODE = "read-write"

"""What the doctor says about one thing."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """``idle`` is an embedded server that starts when it is first used."""

    OK = "ok"
    IDLE = "idle"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: how it is provided, whether it works, and what to do when it does not."""

    name: str
    status: Status
    source: str
    version: str = ""
    detail: str = ""
    mend: str = ""

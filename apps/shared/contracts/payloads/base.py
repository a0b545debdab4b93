"""What all payloads have in common, and the bounded types of their fields."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL's text holds every character but this one."""
LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON keeps exact (RFC 8259, section 6)."""

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Times in messages: within what every database, zone and revision can hold."""
INSTANCE_ID = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"


class Payload(BaseModel):
    """The data of a message, or a part of it."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False
    )


InstanceId = Annotated[str, StringConstraints(pattern=INSTANCE_ID)]
CodebaseKey = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{32}$"),
    Field(description="Names a code base of the sender; drawn at random, so it says nothing."),
]
Revision = Annotated[int, Field(ge=0, le=LARGEST, description="Only grows.")]
Signature = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}-[0-9]{1,3}-[0-9a-f]{32}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._+-]{0,79}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_+#.-]{0,29}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=NO_NUL)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Purl = Annotated[str, StringConstraints(max_length=500, pattern=r"^pkg:[^\x00]+$")]
Requirement = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
Severity = Literal["", "none", "low", "medium", "high", "critical"]
Version = Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Positive = Annotated[int, Field(ge=1, le=LARGEST)]
Share = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[float, Field(ge=-1e300, le=1e300)]
Seconds = Annotated[float, Field(ge=0, le=1e9)]
Time = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]
Metrics = Annotated[dict[Key, Number], Field(max_length=64)]


class CodebaseState(Payload):
    """Facts that hold of one code base now.

    Of each fact the highest revision wins. ``floor`` says that facts of this code base, of this
    subject, under a lower revision hold no more: a complete statement has its own revision there.
    """

    codebase: CodebaseKey
    revision: Revision
    floor: Revision = 0


def check_once(keys: Iterable[str]) -> None:
    """Raises ValueError for a key that comes twice: nothing would say which of its facts holds."""
    given = tuple(keys)
    if len(set(given)) < len(given):
        raise ValueError("a fact is told twice in one message")

"""The parts of the OSV schema (1.7) that are read, as they stand in a document.

What decides whether a version is affected has to be right; what only describes it is left out
where it is not as the schema says.
"""

from __future__ import annotations

from datetime import MAXYEAR, UTC, datetime
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WrapValidator,
)

LONGEST_ID = 100
MOST_EVENTS = 2_000
MOST_PACKAGES = 20_000
MOST_VERSIONS = 50_000
LONGEST_VERSION = 100


def clean(value: str) -> str:
    """Without what PostgreSQL's text does not hold: NUL, and halves of surrogate pairs."""
    return value.replace("\0", "").encode(errors="replace").decode()


def _clean(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _time(value: Any) -> Any:
    """Pydantic also takes seconds since 1970 for a time, the schema does not."""
    if not isinstance(value, str) or value.strip().lstrip("+-").replace(".", "", 1).isdigit():
        raise ValueError("is not a time as RFC 3339 writes it")
    return value


def _in_utc(value: datetime) -> datetime:
    """The schema's times are in UTC, also where the Z is missing.

    In the first and the last of all years another time zone may lead to a year that is none, also
    later, where a time is shown.
    """
    if not 1 < value.year < MAXYEAR:
        raise ValueError("lies in a year that is none")
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _absent(value: Any) -> Any:
    """Some databases write null for an empty list or object."""
    return () if value is None else value


def _object(value: Any) -> Any:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else ()


def _or_none(value: Any, handler: Any) -> Any:
    """None for what is not as it should be."""
    try:
        return handler(value)
    except ValidationError:
        return None


Text = Annotated[str, BeforeValidator(_clean)]
Id = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_ID),
    BeforeValidator(_clean),
]
Time = Annotated[datetime, BeforeValidator(_time), AfterValidator(_in_utc)]
T = TypeVar("T")
Maybe = Annotated[T | None, WrapValidator(_or_none)]
Each = Annotated[tuple[Maybe[T], ...], BeforeValidator(_list)]
"""A list; entries that are not as they should be are None."""
Free = Annotated[dict[str, Any], BeforeValidator(_object)]


class Part(BaseModel):
    """A part of a document; what is not named is not read."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="ignore")


class Scored(Part):
    """A severity."""

    type: Text
    score: Text


class Reference(Part):
    """Where more is to be read."""

    type: Text = "WEB"
    url: Text


class Named(Part):
    """A package."""

    ecosystem: Text
    name: Text
    purl: Maybe[Text] = None


class Line(Part):
    """A range; commits of Git are not versions, so its events are not looked at."""

    type: Text
    events: Annotated[tuple[Any, ...], BeforeValidator(_absent), Field(max_length=MOST_EVENTS)] = ()


class Affected(Part):
    """A package and its versions."""

    package: Named | None = None
    severity: Each[Scored] = ()
    ranges: Annotated[tuple[Line, ...], BeforeValidator(_absent)] = ()
    versions: Annotated[
        tuple[Text, ...], BeforeValidator(_absent), Field(max_length=MOST_VERSIONS)
    ] = ()
    ecosystem_specific: Free = {}
    database_specific: Free = {}


class Document(Part):
    """One advisory."""

    id: Id
    modified: Time
    published: Maybe[Time] = None
    withdrawn: Time | None = None
    aliases: Each[Id] = ()
    related: Each[Id] = ()
    upstream: Each[Id] = ()
    summary: Maybe[Text] = None
    details: Maybe[Text] = None
    severity: Each[Scored] = ()
    references: Each[Reference] = ()
    affected: Annotated[
        tuple[Affected, ...], BeforeValidator(_absent), Field(max_length=MOST_PACKAGES)
    ] = ()
    database_specific: Free = {}

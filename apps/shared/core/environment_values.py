"""How the text of an environment variable becomes a value; ValueError when it cannot."""

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from apps.shared.contracts.nkeys import NKey, public_check

LogFormat = Literal["auto", "console", "json"]
InstanceMode = Literal["read-write", "read-only"]
Publish = Literal["off", "patterns", "all"]

SECRET_KEY_CHARACTERS = 32
INSTANCE_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def boolean(raw: str) -> bool:
    """True or false, in the usual words."""
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    if raw.lower() not in words:
        raise ValueError(raw)
    return words[raw.lower()]


def secret_key(raw: str) -> str:
    """A key that is long enough to sign with."""
    if len(raw) < SECRET_KEY_CHARACTERS:
        raise ValueError(raw)
    return raw


def hosts(raw: str) -> tuple[str, ...]:
    """Host names, separated by commas."""
    names = tuple(name.strip() for name in raw.split(",") if name.strip())
    if not names or any(re.search(r"[\s/@]", name) for name in names):
        raise ValueError(raw)
    return names


def postgres_url(raw: str) -> str:
    """A URL that names a database."""
    _check_url(raw, ("postgres", "postgresql"))
    if not urlsplit(raw).path.strip("/"):
        raise ValueError(raw)
    return raw


def database_name(raw: str) -> str:
    """A name that PostgreSQL takes without quotes."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", raw):
        raise ValueError(raw)
    return raw


def redis_url(raw: str) -> str:
    """A URL with a host, or of a Unix socket."""
    _check_url(raw, ("redis", "rediss", "unix"))
    if not (urlsplit(raw).hostname or urlsplit(raw).scheme == "unix"):
        raise ValueError(raw)
    return raw


def nats_urls(raw: str) -> tuple[str, ...]:
    """The URLs of a cluster's servers, separated by commas."""
    urls = tuple(url.strip() for url in raw.split(","))
    for url in urls:
        _check_url(url, ("nats", "tls", "ws", "wss"))
        if not urlsplit(url).hostname:
            raise ValueError(raw)
    return urls


def port(raw: str) -> int:
    """A TCP port."""
    number = positive(raw)
    if number > 65535:
        raise ValueError(raw)
    return number


def positive(raw: str) -> int:
    """A whole number from 1."""
    number = int(raw)
    if number < 1:
        raise ValueError(raw)
    return number


def depth(raw: str) -> int:
    """How many steps of dependencies are followed."""
    number = int(raw)
    if not 0 <= number <= 5:
        raise ValueError(raw)
    return number


def sources(raw: str) -> tuple[str, ...]:
    """Absolute paths and https:// addresses, separated by commas."""
    listed = tuple(one.strip() for one in raw.split(",") if one.strip())
    for one in listed:
        if not one.startswith("/"):
            _check_url(one, ("https", "http"))
    return listed


def contact(raw: str) -> str:
    """An e-mail address or a URL, as it may stand in a header."""
    if not re.fullmatch(r"[!-~]{3,200}", raw):
        raise ValueError(raw)
    return raw


def rate(raw: str) -> str:
    """Requests per second, minute or hour; empty where they are not counted."""
    if raw == "off":
        return ""
    if not re.fullmatch(r"[1-9]\d{0,6}/(s|sec|second|m|min|minute|h|hour)", raw):
        raise ValueError(raw)
    return raw


def replicas(raw: str) -> int:
    """An odd number of JetStream replicas, as it accepts them."""
    if raw not in ("1", "3", "5"):
        raise ValueError(raw)
    return int(raw)


def log_format(raw: str) -> LogFormat:
    """How logs are written."""
    formats: dict[str, LogFormat] = {"auto": "auto", "console": "console", "json": "json"}
    if raw not in formats:
        raise ValueError(raw)
    return formats[raw]


def instance_mode(raw: str) -> InstanceMode:
    """Whether the instance tells what it learns, or only listens."""
    modes: dict[str, InstanceMode] = {"read-write": "read-write", "read-only": "read-only"}
    if raw not in modes:
        raise ValueError(raw)
    return modes[raw]


def publish(raw: str) -> Publish:
    """How much leaves."""
    choices: dict[str, Publish] = {"off": "off", "patterns": "patterns", "all": "all"}
    if raw not in choices:
        raise ValueError(raw)
    return choices[raw]


def globs(raw: str) -> tuple[str, ...]:
    """Patterns of names, separated by commas."""
    return tuple(name.strip() for name in raw.split(",") if name.strip())


def nkey_seed(raw: str) -> str:
    """The seed of a user's NKey."""
    NKey.from_seed(raw)
    return raw


def nkey_public(raw: str) -> str:
    """A user's public NKey."""
    return public_check(raw)


def instance_id(raw: str) -> str:
    """A name that fits into a subject, a queue and a URL."""
    if not INSTANCE_ID.fullmatch(raw):
        raise ValueError(raw)
    return raw


def folder(raw: str) -> Path:
    """An absolute path that is a folder or does not exist yet."""
    path = Path(raw)
    if not path.is_absolute() or (path.exists() and not path.is_dir()):
        raise ValueError(raw)
    return path


def existing_folder(raw: str) -> Path:
    """An absolute path of a folder that is there."""
    path = folder(raw)
    if not path.is_dir():
        raise ValueError(raw)
    return path


def _check_url(raw: str, schemes: tuple[str, ...]) -> None:
    parts = urlsplit(raw)
    if parts.scheme not in schemes or parts.port == 0 or re.search(r"\s", raw):
        raise ValueError(raw)

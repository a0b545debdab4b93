"""The environment variables, typed and checked once at start (twelve-factor, III).

Every wrong value becomes one line that names the variable, what it holds and what to set.
Secrets can be given as ``NAME`` or as ``NAME_FILE``, the path of a file that holds the value.
"""

import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from apps.shared.core import environment_values as values
from apps.shared.core.environment_values import InstanceMode, LogFormat, Publish

T = TypeVar("T")
NatsMode = Literal["embedded", "isolated", "external"]

CHECKOUT = Path(__file__).resolve().parents[3]
SECRETS = (
    *("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "NATS_URL", "EMBEDDER_API_KEY"),
    *("INSTANCE_NKEY_SEED", "CENTRALCLOUD_NKEY_SEED"),
)
MEBIBYTE = 1024 * 1024
NO_URLS: tuple[str, ...] = ()


class ConfigurationError(Exception):
    """Environment variables hold values that cannot work; ``lines`` has one line for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says; an empty URL means that the embedded server is used."""

    debug: bool
    secret_key: str
    allowed_hosts: tuple[str, ...]
    database_urls: Mapping[str, str]
    embedded_database: str
    redis_url: str
    nats_mode: NatsMode
    nats_urls: tuple[str, ...]
    nats_replicas: int
    instance_id: str
    instance_mode: InstanceMode
    instance_nkey_seed: str
    centralcloud_nkey_seed: str
    centralcloud_public_key: str
    publish: Publish
    publish_exclude: tuple[str, ...]
    pattern_min_instances: int
    retention_days: int
    base_model: Path | None
    share_models: bool
    share_vocabulary: bool
    join_rounds: bool
    vocabulary_min_instances: int
    round_quorum: int
    round_hours: int
    sync_packages: bool
    package_depth: int
    advisory_sources: tuple[str, ...]
    registry_contact: str
    api_rate: str
    embedder: str
    embedder_api_key: str
    max_file_bytes: int
    definitions_dir: Path | None
    log_format: LogFormat
    state_dir: Path

    def database_url(self, site: str) -> str:
        """The site's own URL, else the one for any site, else empty: the embedded server."""
        return self.database_urls.get(site) or self.database_urls.get("", "")

    def database_name(self, site: str) -> str:
        """The site's database in the embedded PostgreSQL."""
        return self.embedded_database or site


class _Reader:
    """Reads variables one by one and collects a line for each that is wrong."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = dict(variables)
        self.problems: list[str] = []
        for name in SECRETS:
            self._read_secret_file(name)
        for name in [name for name in variables if name.endswith("_DATABASE_URL_FILE")]:
            self._read_secret_file(name.removesuffix("_FILE"))

    def _read_secret_file(self, name: str) -> None:
        path = self.variables.get(f"{name}_FILE")
        if not path:
            return
        if self.variables.get(name):
            self.problems.append(f"{name} and {name}_FILE are both set: keep one of them.")
            return
        try:
            self.variables[name] = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            self.problems.append(
                f"{name}_FILE={path!r} cannot be read ({reason}): "
                f"set it to a readable file that holds the {name} value."
            )

    def get(self, name: str, parse: Callable[[str], T], default: T, wanted: str) -> T:
        """The parsed value, or the default where the variable is unset, empty or wrong."""
        raw = self.variables.get(name, "").strip()
        if not raw:
            return default
        try:
            return parse(raw)
        except ValueError:
            shown = "its value" if name.endswith(SECRETS) else repr(raw)
            self.problems.append(f"{name}: {shown} does not work; set it to {wanted}.")
            return default


def read_environment(variables: Mapping[str, str]) -> Environment:
    """Check all variables at once. Raises ConfigurationError with one line for each wrong one."""
    reader = _Reader(variables)
    nats_mode, nats_urls = _read_nats(reader)
    environment = Environment(
        debug=reader.get("DEBUG", values.boolean, False, "true or false"),
        secret_key=reader.get("SECRET_KEY", values.secret_key, "", "at least 32 characters"),
        allowed_hosts=reader.get(
            "ALLOWED_HOSTS",
            values.hosts,
            ("localhost", "127.0.0.1", "[::1]"),
            "host names separated by commas, such as code.example.org,localhost",
        ),
        database_urls=_read_database_urls(reader),
        embedded_database=reader.get(
            "EMBEDDED_DATABASE",
            values.database_name,
            "",
            "a database name of the characters a-z, 0-9 and _",
        ),
        redis_url=reader.get(
            "REDIS_URL", values.redis_url, "", "redis://HOST:PORT/0 (or rediss://)"
        ),
        nats_mode=nats_mode,
        nats_urls=nats_urls,
        nats_replicas=reader.get("NATS_REPLICAS", values.replicas, 1, "1, 3 or 5"),
        instance_id=reader.get(
            "INSTANCE_ID",
            values.instance_id,
            default_instance_id(socket.gethostname()),
            "1 to 63 of the characters a-z, 0-9 and -, not at either end",
        ),
        instance_mode=reader.get(
            "INSTANCE_MODE", values.instance_mode, "read-write", "read-write or read-only"
        ),
        instance_nkey_seed=reader.get(
            "INSTANCE_NKEY_SEED", values.nkey_seed, "", "the seed that enrolment printed (SU...)"
        ),
        centralcloud_nkey_seed=reader.get(
            "CENTRALCLOUD_NKEY_SEED", values.nkey_seed, "", "the seed of an NKey user (SU...)"
        ),
        centralcloud_public_key=reader.get(
            "CENTRALCLOUD_PUBLIC_KEY",
            values.nkey_public,
            "",
            "the public key that enrolment printed (U...)",
        ),
        publish=reader.get("PUBLISH", values.publish, "all", "off, patterns or all"),
        publish_exclude=reader.get(
            "PUBLISH_EXCLUDE",
            values.globs,
            NO_URLS,
            "package names with * for any characters, separated by commas",
        ),
        pattern_min_instances=reader.get(
            "PATTERN_MIN_INSTANCES", values.positive, 2, "a number of instances, such as 2"
        ),
        retention_days=reader.get(
            "RETENTION_DAYS", values.positive, 90, "a number of days, such as 90"
        ),
        base_model=reader.get(
            "BASE_MODEL", values.existing_folder, None, "the absolute path of a Hugging Face folder"
        ),
        share_models=reader.get("SHARE_MODELS", values.boolean, True, "true or false"),
        share_vocabulary=reader.get("SHARE_VOCABULARY", values.boolean, True, "true or false"),
        join_rounds=reader.get("JOIN_ROUNDS", values.boolean, False, "true or false"),
        vocabulary_min_instances=reader.get(
            "VOCABULARY_MIN_INSTANCES", values.positive, 2, "a number of instances, such as 2"
        ),
        round_quorum=reader.get(
            "ROUND_QUORUM", values.positive, 3, "a number of instances, such as 3"
        ),
        round_hours=reader.get("ROUND_HOURS", values.positive, 24, "a number of hours, such as 24"),
        sync_packages=reader.get("SYNC_PACKAGES", values.boolean, True, "true or false"),
        package_depth=reader.get(
            "PACKAGE_DEPTH", values.depth, 1, "a number of steps of dependencies from 0 to 5"
        ),
        advisory_sources=reader.get(
            "ADVISORY_SOURCES",
            values.sources,
            (),
            "files, folders or https:// addresses of OSV documents, separated by commas",
        ),
        registry_contact=reader.get(
            "REGISTRY_CONTACT",
            values.contact,
            "",
            "an e-mail address or a URL without spaces, as registries ask their visitors to give",
        ),
        api_rate=reader.get(
            "API_RATE",
            values.rate,
            "1200/min",
            "a number of requests per second, minute or hour, such as 1200/min, or off",
        ),
        embedder=reader.variables.get("EMBEDDER", "").strip(),
        embedder_api_key=reader.variables.get("EMBEDDER_API_KEY", "").strip(),
        max_file_bytes=reader.get(
            "MAX_FILE_BYTES", values.positive, MEBIBYTE, "a number of bytes, such as 1048576"
        ),
        definitions_dir=reader.get(
            "DEFINITIONS_DIR", values.existing_folder, None, "a readable folder"
        ),
        log_format=reader.get("LOG_FORMAT", values.log_format, "auto", "auto, console or json"),
        state_dir=reader.get(
            "SINGULARITY_STATE", values.folder, CHECKOUT / ".singularity", "an absolute folder path"
        ),
    )
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return environment


def default_instance_id(host: str) -> str:
    """The host name as an instance id: lower case, every other character a dash."""
    return re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:63].rstrip("-") or "instance"


def _read_database_urls(reader: _Reader) -> dict[str, str]:
    """``<SITE>_DATABASE_URL`` by site and ``DATABASE_URL`` under the empty name.

    One process is one site, but one environment can be shared by both.
    """
    names = [name for name in reader.variables if name.endswith("DATABASE_URL")]
    wanted = "postgres://USER:PASSWORD@HOST:5432/DATABASE"
    return {
        name.removesuffix("DATABASE_URL").rstrip("_").lower(): url
        for name in names
        if (url := reader.get(name, values.postgres_url, "", wanted))
    }


def _read_nats(reader: _Reader) -> tuple[NatsMode, tuple[str, ...]]:
    """NATS_URL, else NATS_HOST and NATS_PORT; an empty NATS_HOST is an isolated instance."""
    port = reader.get("NATS_PORT", values.port, 4222, "a port number from 1 to 65535")
    urls = reader.get(
        "NATS_URL", values.nats_urls, NO_URLS, "nats://HOST:4222 (or several, with commas)"
    )
    if urls or reader.variables.get("NATS_URL"):
        return "external", urls
    host = reader.variables.get("NATS_HOST")
    if host is None:
        return "embedded", ()
    if not host.strip():
        return "isolated", ()
    url = reader.get(
        "NATS_HOST", lambda raw: values.nats_urls(f"nats://{raw}:{port}"), NO_URLS, "a host name"
    )
    return "external", url

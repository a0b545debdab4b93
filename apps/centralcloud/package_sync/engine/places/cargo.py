"""Where Rust packages are, as cargo is configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.centralcloud.package_sync.engine.places import defaults
from apps.centralcloud.package_sync.engine.places.cargo_config import cargo_config
from apps.centralcloud.package_sync.engine.places.connection import (
    Authority,
    Connection,
    Given,
    standard,
)
from apps.centralcloud.package_sync.engine.places.place import Place
from apps.centralcloud.package_sync.engine.places.surroundings import Surroundings, slashed

_DEFAULT = "crates-io"
_LONGEST_CHAIN = 10


def cargo_place(around: Surroundings) -> Place:
    """The source that replaces the default one, else the public one.

    An index that is no sparse one, and packages in a folder, keep an address that says so
    (``git+``, ``file:``): nobody speaks to it, and whoever tries is told.
    """
    config = cargo_config(around)
    return replace(_place(config, around.environ), connection=_connection(config, around))


def _place(config: Mapping[str, Any], environ: Mapping[str, str]) -> Place:
    default = defaults.cargo()
    name = _replaced(config, environ)
    index = _index(name, config, environ)
    if name == _DEFAULT and not index:
        return default
    if not index.startswith("sparse+"):
        return Place("cargo", index if index.startswith("file:") else f"git+{index}", private=True)
    url = slashed(index.removeprefix("sparse+"))
    if url == default.url:
        return default
    return Place("cargo", url, headers=_token(index, config, environ), private=True)


def _connection(config: Mapping[str, Any], around: Surroundings) -> Connection:
    """By ``http.cainfo`` and ``http.proxy`` (cargo's book, "Configuration").

    A proxy may be written without its scheme, and NO_PROXY counts beside it (libcurl,
    ``CURLOPT_PROXY``). git's own ``http.proxy``, which cargo asks last, is not read.
    """
    made, cainfo = standard(around.environ), _http("cainfo", config, around.environ)
    if cainfo:
        made = made.trusting(Authority(cainfo.setting, around.file(cainfo.value)))
    return made.through(_http("proxy", config, around.environ))


def _http(name: str, config: Mapping[str, Any], environ: Mapping[str, str]) -> Given | None:
    variable, table = f"CARGO_HTTP_{name.upper()}", config.get("http")
    if environ.get(variable):
        return Given(environ[variable], variable)
    value = table.get(name) if isinstance(table, dict) else None
    found = isinstance(value, str) and value
    return Given(str(value), f"http.{name} of cargo's configuration") if found else None


def _replaced(config: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """The name of the source at the end of the chain of replacements."""
    name = _DEFAULT
    for _ in range(_LONGEST_CHAIN):
        following = environ.get(f"CARGO_SOURCE_{_variable(name)}_REPLACE_WITH") or _table(
            config, "source", name
        ).get("replace-with")
        if not isinstance(following, str) or following == name:
            break
        name = following
    return name


def _index(name: str, config: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """The index of a source or of a registry of this name; empty where there is none."""
    source = _table(config, "source", name)
    for kind in ("local-registry", "directory"):
        if kind in source:
            return f"file:///{str(source[kind]).lstrip('/')}"
    named = (
        environ.get(f"CARGO_SOURCE_{_variable(name)}_REGISTRY")
        or source.get("registry")
        or environ.get(f"CARGO_REGISTRIES_{_variable(name)}_INDEX")
        or _table(config, "registries", name).get("index")
    )
    return str(named or source.get("git") or "")


def _token(index: str, config: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """The token of the registry that has this index (cargo sends it as it stands)."""
    for name in _registries(config, environ):
        if slashed(_index(name, config, environ)) == slashed(index):
            token = environ.get(f"CARGO_REGISTRIES_{_variable(name)}_TOKEN") or _table(
                config, "registries", name
            ).get("token")
            if token:
                return {"Authorization": str(token)}
    return {}


def _registries(config: Mapping[str, Any], environ: Mapping[str, str]) -> list[str]:
    """Names of all registries that the files or the environment have an index of."""
    start, end = "CARGO_REGISTRIES_", "_INDEX"
    named = [
        name.removeprefix(start).removesuffix(end).lower().replace("_", "-")
        for name in environ
        if name.startswith(start) and name.endswith(end)
    ]
    return [*named, *config.get("registries", {}), *config.get("source", {})]


def _table(config: Mapping[str, Any], kind: str, name: str) -> Mapping[str, Any]:
    """A table of a table; empty where there is none."""
    found = config.get(kind, {})
    found = found.get(name, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")

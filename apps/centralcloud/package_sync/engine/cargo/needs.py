"""What a version of a crate needs, as the index and the API write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from apps.centralcloud.package_sync.engine.reading import LINE, Part
from apps.centralcloud.package_sync.engine.record import DependencyRecord, Scope
from apps.centralcloud.package_sync.engine.registry import Malformed
from apps.shared.packages.names import purl_of

_NAME = re.compile(r"[\w-]{1,200}")
_SCOPES = {"": Scope.RUNTIME, "normal": Scope.RUNTIME, "dev": Scope.DEV, "build": Scope.BUILD}


def need_read(need: Part, enabled_by: Mapping[str, tuple[str, ...]]) -> DependencyRecord:
    """One dependency of the index; of a renamed one the package's own name is in ``package``.

    A few entries of the default registry have no ``kind`` (The Cargo Book, "Index files").
    ``enabled_by`` are the features by the name that the dependency has in the manifest.
    """
    alias = need.name("name")
    name = need.name("package") if need.text("package") else alias
    return _need(need, name, enabled_by.get(alias, ()))


def need_of_api(need: Part) -> DependencyRecord:
    """One dependency as the API lists it; it does not say which feature asks for it."""
    return _need(need, need.name("crate_id"), ())


def features_enabling(features: Iterable[tuple[str, Sequence[str]]]) -> dict[str, tuple[str, ...]]:
    """Features that turn on an optional dependency, by its name: ``dep:name`` or ``name``."""
    found: dict[str, list[str]] = {}
    for feature, enabled in features:
        for one in enabled:
            name = one.removeprefix("dep:")
            if feature not in found.setdefault(name, []):
                found[name].append(feature)
    return {name: tuple(sorted(names)) for name, names in found.items()}


def _need(need: Part, name: str, features: tuple[str, ...]) -> DependencyRecord:
    kind = need.text("kind")
    if kind not in _SCOPES:
        raise Malformed(f"{need.path}.kind is none that cargo knows")
    if not _NAME.fullmatch(name):
        raise Malformed(f"{need.path} has a name that no crate has")
    optional = need.flag("optional")
    scope = _SCOPES[kind]
    return DependencyRecord(
        purl=purl_of("cargo", name),
        requirement=need.text("req", LINE),
        scope=Scope.OPTIONAL if optional and scope is not Scope.DEV else scope,
        marker=_marker(need.text("target", LINE), features if optional else ())[:LINE],
    )


def _marker(target: str, features: tuple[str, ...]) -> str:
    """The target and the features under which it is needed, in the notation of ``cfg``."""
    asked = " or ".join(f'feature = "{name}"' for name in features)
    return " and ".join(filter(None, (target, asked)))

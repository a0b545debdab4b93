"""From declared packages to the names that code imports them by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import yaml

_FILE = Path(__file__).with_name("libraries.yaml")


class BadLibraries(ValueError):
    """A table of libraries that does not say what it should."""


def import_names(purl: str) -> tuple[str, str, tuple[str, ...]] | None:
    """The purl's type, the purl without its version, and the roots that it is imported by.

    None for what is no purl, or of an ecosystem whose packages have no import names.
    """
    plain = purl.partition("?")[0].partition("#")[0]
    scheme, _, rest = plain.partition(":")
    kind, _, name = rest.strip("/").partition("/")
    name = unquote(name)
    version = name.rfind("@")
    name = name[:version] if version > 0 else name
    rule = _RULES.get(kind)
    if scheme != "pkg" or not name or rule is None:
        return None
    bare = plain[: plain.rfind("@")] if version > 0 and "@" in plain else plain
    key = _pypi_key(name) if kind == "pypi" else name.lower() if kind == "nuget" else name
    exceptions = _exceptions().get(kind, {})
    group = key.partition("/")[0]
    return kind, bare, exceptions.get(key) or exceptions.get(group) or tuple(rule(name))


@cache
def _exceptions() -> dict[str, dict[str, tuple[str, ...]]]:
    """Purl type -> package -> roots. Raises `BadLibraries`."""
    loaded = yaml.load(_FILE.read_bytes(), yaml.CSafeLoader)
    if not isinstance(loaded, dict) or set(loaded) - set(_RULES):
        raise BadLibraries(f"{_FILE.name}: expected purl types out of {', '.join(_RULES)}")
    for kind, packages in loaded.items():
        for name, roots in packages.items():
            if not isinstance(roots, str) or not roots.split():
                raise BadLibraries(f"{_FILE.name}: {kind}: {name}: expected roots between blanks")
    return {
        kind: {name: tuple(roots.split()) for name, roots in packages.items()}
        for kind, packages in loaded.items()
    }


def _pypi_key(name: str) -> str:
    """Normalised as PyPI compares names (PEP 503)."""
    return name.lower().replace("_", "-").replace(".", "-")


def _pypi(name: str) -> Iterator[str]:
    """`my-lib` is imported as `my_lib`; a dot is that of a namespace package."""
    yield name.lower().replace("-", "_")
    if name != name.lower():
        yield name.replace("-", "_")


def _npm(name: str) -> Iterator[str]:
    """The name itself; types describe the package that they are called after."""
    if name.startswith("@types/"):
        scope, _, package = name.removeprefix("@types/").rpartition("__")
        name = f"@{scope}/{package}" if scope else package
    yield name


def _itself(name: str) -> Iterator[str]:
    yield name


def _cargo(name: str) -> Iterator[str]:
    yield name.replace("-", "_")


def camel(name: str) -> str:
    """`phoenix_live_view` -> `PhoenixLiveView`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _hex(name: str) -> Iterator[str]:
    """Elixir's modules are in camel case, Erlang's are called as the package."""
    yield camel(name)
    yield name


def _gem(name: str) -> Iterator[str]:
    """By RubyGems' naming guide: `-` nests modules, `_` joins words."""
    yield "::".join(camel(part) for part in name.split("-"))


def _maven(name: str) -> Iterator[str]:
    """The group's own name, or the longer one that it is when it repeats the artifact."""
    yield name.partition("/")[0]


def _composer(name: str) -> Iterator[str]:
    r"""`vendor/some-package` -> `Vendor\SomePackage`."""
    parts = (camel(part.replace("-", "_")) for part in name.split("/"))
    yield "\\".join(parts)


_RULES: dict[str, Callable[[str], Iterator[str]]] = {
    "pypi": _pypi,
    "npm": _npm,
    "golang": _itself,
    "cargo": _cargo,
    "hex": _hex,
    "maven": _maven,
    "gem": _gem,
    "composer": _composer,
    "nuget": _itself,
    "swift": lambda name: iter((name.rpartition("/")[2],)),
    "luarocks": lambda name: iter((name.rpartition("/")[2].replace("-", "."),)),
}

"""The packages that a code base itself publishes: their use in it is no dependency."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

from packaging.utils import canonicalize_name

from apps.singularity.patterns.engine.frameworks.places import is_aside

TextOf = Callable[[str], str | None]
"""The beginning of a file's text by its path; None if there is none."""

_TOML_NAME = r"""\[{0}\][^\[]*?^[ \t]*name\s*=\s*["']([^"'\n]+)["']"""


def own_packages(paths: Iterable[str], text_of: TextOf) -> dict[str, str]:
    """Package keys (`pypi/django`, `maven/group/artifact`), each with the manifest that says so.

    Read by patterns: the text may end anywhere, and no manifest is run.
    """
    found: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        name = path.rpartition("/")[2]
        reader = _READERS.get("*.gemspec" if name.endswith(".gemspec") else name)
        text = text_of(path) if reader and not is_aside(path) else None
        if reader and text:
            for key in reader(text):
                found.setdefault(key.lower(), path)
    return found


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def _python(*patterns: str) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        names = [_first(pattern, text) for pattern in patterns]
        return [f"pypi/{canonicalize_name(name)}" for name in names if name]

    return read


def _simple(kind: str, pattern: str) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        name = _first(pattern, text)
        return [f"{kind}/{name}"] if name else []

    return read


def _package_json(text: str) -> list[str]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return _simple("npm", r'\A\s*\{[^{}\[\]]*?"name"\s*:\s*"([^"\n]+)"')(text)
    name = data.get("name") if isinstance(data, dict) else None
    return [f"npm/{name}"] if isinstance(name, str) and name else []


def _go_mod(text: str) -> list[str]:
    name = _first(r'^module\s+"?([^\s"]+)', text)
    return [f"golang/{re.sub(r'/v[0-9]+$', '', name)}"] if name else []


def _pom(text: str) -> list[str]:
    parent = _first(r"<parent>(.*?)</parent>", text)
    own = re.sub(r"<parent>.*?</parent>|<!--.*?-->", "", text, flags=re.DOTALL)
    own = re.split(r"<(?:dependenc|build|profiles|modules|properties)", own, maxsplit=1)[0]
    group = _first(r"<groupId>([^<]+)<", own) or _first(r"<groupId>([^<]+)<", parent)
    artifact = _first(r"<artifactId>([^<]+)<", own)
    return [f"maven/{group}/{artifact}"] if group and artifact else []


_READERS: dict[str, Callable[[str], list[str]]] = {
    "pyproject.toml": _python(_TOML_NAME.format(r"project"), _TOML_NAME.format(r"tool\.poetry")),
    "setup.cfg": _python(r"^\[metadata\][^\[]*?^name\s*=\s*([\w.-]+)"),
    "setup.py": _python(r"""\bsetup\(.*?\bname\s*=\s*["']([\w.-]+)["']"""),
    "PKG-INFO": _python(r"^Name:\s*([\w.-]+)"),
    "METADATA": _python(r"^Name:\s*([\w.-]+)"),
    "package.json": _package_json,
    "Cargo.toml": _simple("cargo", _TOML_NAME.format("package")),
    "go.mod": _go_mod,
    "mix.exs": _simple("hex", r"\bapp:\s*:(\w+)"),
    "pom.xml": _pom,
    "*.gemspec": _simple("gem", r"""^\s*\w+\.name\s*=\s*["']([\w.-]+)["']"""),
}

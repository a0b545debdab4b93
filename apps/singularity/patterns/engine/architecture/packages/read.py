"""A manifest's text to a `Package`. Nothing is run or fetched."""

from __future__ import annotations

import configparser
from collections.abc import Callable

from apps.singularity.patterns.engine.architecture.model import Package, last_name
from apps.singularity.patterns.engine.architecture.packages import lines, tables

Reader = Callable[[str, str], Package]

_BY_NAME: dict[str, Reader] = {
    "package.json": tables.package_json,
    "tsconfig.json": tables.tsconfig,
    "jsconfig.json": tables.tsconfig,
    "lerna.json": tables.npm_workspace,
    "pnpm-workspace.yaml": tables.npm_workspace,
    "composer.json": tables.composer_json,
    "pyproject.toml": tables.pyproject,
    "Cargo.toml": tables.cargo_toml,
    "setup.cfg": lines.setup_cfg,
    "setup.py": lines.setup_py,
    "go.mod": lines.go_mod,
    "go.work": lines.go_work,
    "mix.exs": lines.mix_exs,
    "pom.xml": lines.pom_xml,
    "build.gradle": lines.gradle,
    "build.gradle.kts": lines.gradle,
    "settings.gradle": lines.gradle_settings,
    "settings.gradle.kts": lines.gradle_settings,
}
_BY_SUFFIX: dict[str, Reader] = {
    ".gemspec": lines.gemspec,
    ".csproj": lines.csproj,
}
_ECOSYSTEMS: dict[Reader, str] = {
    tables.package_json: "npm",
    tables.tsconfig: "npm",
    tables.npm_workspace: "npm",
    tables.composer_json: "composer",
    tables.pyproject: "pypi",
    tables.cargo_toml: "cargo",
    lines.setup_cfg: "pypi",
}


def is_package_file(path: str) -> bool:
    """Whether `read_package` has something to say about a file, by its name."""
    return _reader(path) is not None


def read_package(path: str, text: str) -> Package | None:
    """What the manifest at ``path`` says about its folder; None for other files.

    Of a manifest that cannot be parsed, only that it is there: what is wrong with it is told
    where dependencies are read.
    """
    reader = _reader(path)
    if reader is None:
        return None
    try:
        return reader(path, text.removeprefix("\ufeff"))
    except (ValueError, configparser.Error, RecursionError):
        return Package(path, _ECOSYSTEMS[reader])


def _reader(path: str) -> Reader | None:
    name = last_name(path)
    suffix = f".{name.rpartition('.')[2]}"
    return _BY_NAME.get(name) or _BY_SUFFIX.get(suffix)

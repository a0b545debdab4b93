"""Manifests in JSON, TOML or YAML."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from apps.singularity.patterns.engine.architecture.model import Package, folder_of
from apps.singularity.patterns.engine.architecture.resolve.index import join

_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')


def package_json(path: str, text: str) -> Package:
    """npm: a private package is not offered; one without a program is, by index.js at least."""
    data = _table(json.loads(text))
    name = _text(data.get("name"))
    programs = data.get("bin")
    commands = tuple(sorted(programs)) if isinstance(programs, dict) else (name,) * bool(programs)
    offered = any(data.get(key) for key in ("main", "module", "exports", "types", "typings"))
    return Package(
        path=path,
        ecosystem="npm",
        name=name,
        workspace=bool(data.get("workspaces")),
        library=bool(name and (offered or not programs)) and data.get("private") is not True,
        commands=commands,
    )


def npm_workspace(path: str, text: str) -> Package:
    """Files that name the members of a workspace, and nothing else."""
    return Package(path, "npm", workspace=bool(text.strip()))


def tsconfig(path: str, text: str) -> Package:
    """The path aliases of TypeScript, whose configuration may have comments."""
    plain = _TRAILING_COMMA.sub(_kept, _COMMENT.sub(_kept, text))
    options = _table(_table(json.loads(plain)).get("compilerOptions"))
    base = join(folder_of(path), _text(options.get("baseUrl")))
    aliases = []
    for prefix, targets in sorted(_table(options.get("paths")).items()):
        target = _text(targets[0]) if isinstance(targets, list) and targets else ""
        if prefix.endswith("/*") and target.endswith("/*") and base is not None:
            folder = join(base, target[:-1])
            aliases += [(prefix[:-1], f"{folder}/".lstrip("/"))] if folder is not None else []
    return Package(path, "npm", aliases=tuple(aliases))


def composer_json(path: str, text: str) -> Package:
    """PHP: namespaces and their folders (PSR-4)."""
    data = _table(json.loads(text))
    aliases = []
    for prefix, folder in sorted(_table(_table(data.get("autoload")).get("psr-4")).items()):
        place = join(folder_of(path), _text(folder))
        if place is not None:
            aliases.append((prefix, f"{place}/".lstrip("/")))
    is_library = data.get("type", "library") == "library" and "name" in data
    return Package(
        path, "composer", _text(data.get("name")), library=is_library, aliases=tuple(aliases)
    )


def pyproject(path: str, text: str) -> Package:
    """Python: what can be built is offered for import."""
    data = tomllib.loads(text)
    tools = _table(data.get("tool"))
    project = _table(data.get("project")) or _table(tools.get("poetry"))
    scripts = _table(project.get("scripts"))
    return Package(
        path=path,
        ecosystem="pypi",
        name=_text(project.get("name")),
        workspace="workspace" in _table(tools.get("uv")),
        library=bool(project.get("name")) and "build-system" in data,
        commands=tuple(sorted(scripts)),
    )


def cargo_toml(path: str, text: str) -> Package:
    """Rust."""
    data = tomllib.loads(text)
    package = _table(data.get("package"))
    binaries = data.get("bin")
    programs = binaries if isinstance(binaries, list) else []
    return Package(
        path=path,
        ecosystem="cargo",
        name=_text(package.get("name")),
        workspace="workspace" in data,
        library="lib" in data,
        commands=tuple(sorted(_text(_table(program).get("name")) for program in programs)),
    )


def _kept(match: re.Match[str]) -> str:
    return match[1] or ""


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

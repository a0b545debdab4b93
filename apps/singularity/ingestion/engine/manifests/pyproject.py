"""pyproject.toml (PEP 621, PEP 735, poetry, pdm, hatch, uv) and the TOML lock files of Python."""

import re
import tomllib

from apps.singularity.ingestion.engine.manifests.model import (
    Notes,
    as_text,
    extra_scope,
    line_after,
    scope_of,
)


def parse_pyproject(text: str, notes: Notes) -> None:
    """Declared dependencies of all tables that name some."""
    data = tomllib.loads(text)
    project = notes.table(data.get("project"), "project")
    build = notes.table(data.get("build-system"), "build-system")
    _requirements(text, notes, build.get("requires"), r"^[ \t]*requires\s*=", "build")
    _requirements(text, notes, project.get("dependencies"), r"^[ \t]*dependencies\s*=", "runtime")
    extras = notes.table(project.get("optional-dependencies"), "optional-dependencies")
    for name, entries in extras.items():
        _requirements(text, notes, entries, _key(name), extra_scope(name))
    groups = notes.table(data.get("dependency-groups"), "dependency-groups")
    for name, entries in groups.items():
        _requirements(text, notes, entries, _key(name), _group_scope(name))
    tool = notes.table(data.get("tool"), "tool")
    pdm = notes.table(tool.get("pdm"), "tool.pdm")
    for name, entries in notes.table(pdm.get("dev-dependencies"), "pdm groups").items():
        _requirements(text, notes, entries, _key(name), _group_scope(name))
    hatch = notes.table(tool.get("hatch"), "tool.hatch")
    for name, environment in notes.table(hatch.get("envs"), "hatch environments").items():
        table = notes.table(environment, f"environment {name}")
        for key in ("dependencies", "extra-dependencies"):
            header = rf"^\[tool\.hatch\.envs\.{re.escape(name)}\]"
            _requirements(text, notes, table.get(key), header, _group_scope(name))
    uv = notes.table(tool.get("uv"), "tool.uv")
    _requirements(text, notes, uv.get("dev-dependencies"), r"^[ \t]*dev-dependencies\s*=", "dev")
    _poetry(text, notes, notes.table(tool.get("poetry"), "tool.poetry"))


def parse_lock(text: str, notes: Notes) -> None:
    """poetry.lock, uv.lock and pdm.lock: a `[[package]]` table for each version."""
    packages_of(text, notes, "pypi")


def packages_of(text: str, notes: Notes, kind: str) -> None:
    """The `[[package]]` tables that Python's and Cargo's lock files share."""
    for entry in notes.array(tomllib.loads(text).get("package"), "package"):
        table = notes.table(entry, "package")
        # The code base itself and its work-space members have no place they come from.
        source = table.get("source")
        local = isinstance(source, dict) and {"virtual", "editable"} & source.keys()
        if local or (kind == "cargo" and source is None):
            continue
        version = as_text(table.get("version"))
        notes.declare((kind, as_text(table.get("name"))), version, version=version)


def _requirements(text: str, notes: Notes, value: object, section: str, scope: str) -> None:
    for entry in notes.array(value, section):
        if isinstance(entry, dict):
            continue  # {include-group = "..."} names a group that is read by itself
        name = re.split(r"[\s<>=!~;\[@(]", as_text(entry).strip())[0]
        line = line_after(text, section, rf"[\"']\s*{re.escape(name)}(?![\w.-])")
        notes.declare_pep508(entry, scope=scope, line=line)


def _key(name: str) -> str:
    return rf"^[ \t]*[\"']?{re.escape(name)}[\"']?\s*="


def _group_scope(name: str) -> str:
    scope = scope_of(name)
    return "dev" if scope == "runtime" else scope


def _poetry(text: str, notes: Notes, poetry: dict[str, object]) -> None:
    sections = [("dependencies", poetry.get("dependencies"), "runtime")]
    sections.append(("dev-dependencies", poetry.get("dev-dependencies"), "dev"))
    for name, group in notes.table(poetry.get("group"), "tool.poetry.group").items():
        inner = notes.table(group, f"group {name}").get("dependencies")
        sections.append((f"group.{name}.dependencies", inner, _group_scope(name)))
    for section, value, scope in sections:
        header = rf"^[ \t]*\[tool\.poetry\.{re.escape(section)}\]"
        for name, constraint in notes.table(value, section).items():
            if name.lower() != "python":
                line = line_after(text, header, _key(name))
                _poetry_entry(notes, name, constraint, scope, line)


def _poetry_entry(
    notes: Notes, name: str, constraint: object, scope: str, line: int | None
) -> None:
    # A list holds one table for each environment.
    for one in constraint if isinstance(constraint, list) else [constraint]:
        table = one if isinstance(one, dict) else {"version": one}
        origin = next((table[key] for key in ("version", "git", "url", "path") if key in table), "")
        optional = "optional" if table.get("optional") is True else scope
        notes.declare(("pypi", name), origin, scope=optional, line=line)

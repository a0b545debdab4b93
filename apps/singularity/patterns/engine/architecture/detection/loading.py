"""Reads definitions, those that come with this package and a user's own."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import yaml

from apps.singularity.patterns.engine.architecture.detection.definition import (
    Definition,
    DefinitionError,
    Indicator,
)
from apps.singularity.patterns.engine.architecture.detection.measures import MEASURES

BUILT_IN = Path(__file__).parent.parent / "definitions"
_KEY = re.compile(r"[a-z][a-z0-9_]*")


def load_definitions(*folders: Path) -> tuple[Definition, ...]:
    """The definitions of this package and of ``folders``, by key.

    One of a folder replaces an earlier one with the same key.

    Raises:
        DefinitionError: a definition is wrong; the message names the file and the field.
    """
    found: dict[str, Definition] = {}
    for folder in (BUILT_IN, *folders):
        files: dict[str, Path] = {}
        for file in sorted(folder.glob("*.yaml")):
            definition = load_definition(file)
            if definition.key in files:
                raise DefinitionError(
                    f"{file}: key: {definition.key} is {files[definition.key].name}'s already"
                )
            files[definition.key] = file
            found[definition.key] = definition
    return tuple(found[key] for key in sorted(found))


def load_definition(file: Path) -> Definition:
    """One file's definition. Raises DefinitionError."""
    try:
        text = file.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=yaml.CSafeLoader)  # a safe loader, in C
        definition = msgspec.convert(data, Definition)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DefinitionError(f"{file}: {error}") from error
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        field = where.rstrip("`").lstrip(".")
        raise DefinitionError(f"{file}: {field or 'definition'}: {what}") from error
    for field, problem in _problems(definition):
        raise DefinitionError(f"{file}: {field}: {problem}")
    return definition


def _problems(definition: Definition) -> list[tuple[str, str]]:
    """Fields with what is wrong in them."""
    found = []
    if not _KEY.fullmatch(definition.key):
        found.append(("key", f"{definition.key!r} is no lower-case name like event_driven"))
    for section in ("indicators", "against"):
        for name, indicator in getattr(definition, section).items():
            found += [(f"{section}.{name}.{at}", what) for at, what in _of_indicator(indicator)]
    for place, group in enumerate(definition.required):
        if not group.any and not group.all:
            found.append((f"required[{place}]", "names no indicator"))
        found += [
            (f"required[{place}]", f"there is no indicator {name}")
            for name in (*group.any, *group.all)
            if name not in definition.indicators
        ]
    return found


def _of_indicator(indicator: Indicator) -> list[tuple[str, str]]:
    kinds = indicator.kinds
    if len(kinds) != 1:
        return [("kind", f"needs exactly one kind and has {len(kinds)}")]
    if indicator.weight <= 0:
        return [("weight", "must be above 0; what speaks against goes under against")]
    if indicator.graph is not None and indicator.graph.measure not in MEASURES:
        known = ", ".join(sorted(MEASURES))
        return [("graph.measure", f"{indicator.graph.measure} is none of {known}")]
    return []

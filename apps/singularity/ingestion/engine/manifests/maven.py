"""pom.xml, without its parents: nothing is fetched, so what only they say stays unsaid.

Reference: https://maven.apache.org/pom.html.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from apps.singularity.ingestion.engine.manifests.model import Notes

_PLUGIN_GROUP = "org.apache.maven.plugins"
_SCOPES = {"test": "test", "provided": "peer", "import": "workspace"}
_PROPERTY = re.compile(r"\$\{([^${}]+)\}")
_DEPTH, _ROUNDS, _TEXT = 200, 8, 500
_COORDINATES = ("groupId", "artifactId", "version")


@dataclass(slots=True)
class _Element:
    """An element of the document; `text` is that of a leaf."""

    tag: str
    line: int
    text: str = ""
    children: list["_Element"] = field(default_factory=list)

    def child(self, *tags: str) -> "_Element | None":
        """The first descendant along `tags`."""
        found: _Element | None = self
        for tag in tags:
            found = next((one for one in found.children if one.tag == tag), None) if found else None
        return found

    def value(self, *tags: str) -> str:
        """The text of that descendant, "" if there is none."""
        found = self.child(*tags)
        return found.text.strip() if found else ""

    def each(self, *tags: str) -> list["_Element"]:
        """The children of the container along `tags`."""
        found = self.child(*tags)
        return found.children if found else []


def parse_pom(text: str, notes: Notes) -> None:
    """Dependencies, managed versions, the parent and plugins, of the project and its profiles."""
    project = _parse(text)
    if project.tag != "project":
        notes.problems.append("pom.xml is no project")
        return
    properties = _properties(project)
    holders = [project, *project.each("profiles")]
    managed = {
        _name(entry, properties): _filled(entry.value("version"), properties)
        for holder in holders
        for entry in holder.each("dependencyManagement", "dependencies")
    }
    parent = project.child("parent")
    if parent:
        _declare(notes, parent, properties, scope="build")
    for holder in holders:
        for entry in holder.each("dependencyManagement", "dependencies"):
            _declare(notes, entry, properties, scope="workspace")
        for entry in holder.each("dependencies"):
            _declare(notes, entry, properties, scope=_scope(entry), managed=managed)
        for entry in _plugins(holder):
            _declare(notes, entry, properties, scope="build", group=_PLUGIN_GROUP)


def _plugins(holder: _Element) -> Iterator[_Element]:
    yield from holder.each("build", "plugins")
    yield from holder.each("build", "pluginManagement", "plugins")


def _scope(entry: _Element) -> str:
    if entry.value("optional") == "true":
        return "optional"
    return _SCOPES.get(entry.value("scope"), "runtime")


def _declare(
    notes: Notes,
    entry: _Element,
    properties: dict[str, str],
    *,
    scope: str,
    group: str = "",
    managed: dict[str, str] | None = None,
) -> None:
    name = _name(entry, properties, group)
    version = _filled(entry.value("version"), properties) or (managed or {}).get(name, "")
    if "/" not in name.strip("/"):
        notes.problems.append(f"line {entry.line}: a {entry.tag} lacks groupId or artifactId")
    else:
        notes.declare(("maven", name), version, scope=scope, line=entry.line)


def _name(entry: _Element, properties: dict[str, str], group: str = "") -> str:
    parts = (entry.value("groupId") or group, entry.value("artifactId"))
    return "/".join(_filled(part, properties) for part in parts)


def _properties(project: _Element) -> dict[str, str]:
    """What `${...}` may stand for; a project has the group and version of its parent."""
    known = {one.tag: one.text.strip() for one in project.each("properties")}
    for key in _COORDINATES:
        inherited = project.value("parent", key)
        own = project.value(key) or ("" if key == "artifactId" else inherited)
        known |= {f"project.parent.{key}": inherited, f"project.{key}": own, f"pom.{key}": own}
    return known


def _filled(text: str, properties: dict[str, str]) -> str:
    """`text` with its properties put in; those of a parent that is not here stay as written."""
    for _ in range(_ROUNDS):
        filled = _PROPERTY.sub(lambda found: properties.get(found[1]) or found[0], text)[:_TEXT]
        if filled == text:
            break
        text = filled
    return text


def _parse(text: str) -> _Element:
    """The document as elements. Raises ValueError.

    A document that declares entities is refused: they can expand without bound, and name files.
    """
    parser = expat.ParserCreate("utf-8")
    root = _Element("", 0)
    open_elements = [root]

    def start(tag: str, _attributes: dict[str, str]) -> None:
        if len(open_elements) > _DEPTH:
            raise ValueError("nested too deeply")
        element = _Element(tag.rpartition(":")[2], parser.CurrentLineNumber)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_tag: str) -> None:
        open_elements.pop()

    def data(piece: str) -> None:
        if len(open_elements[-1].text) < _TEXT:  # only leaves' texts are read, and those are short
            open_elements[-1].text += piece

    def entity(*_declaration: object) -> None:
        raise ValueError("it declares entities")

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = data, entity
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003 - takes no keywords
    except expat.ExpatError as error:
        raise ValueError(f"not well-formed: {error}") from error
    return root.children[0]

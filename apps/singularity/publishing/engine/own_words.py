"""Words by which a code base and its owner are called, and so what they call their things by.

``ACME_LIMIT`` is no name of a library's, wherever it stands, in a code base whose packages are
called ``acme-shop`` and ``@acme/web``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

SHORTEST = 4
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_GENERAL = frozenset(
    [
        *("admin", "agent", "apps", "assets", "auth", "backend", "base", "bench", "benchmarks"),
        *("build", "cache", "client", "cloud", "code", "common", "config", "console", "core"),
        *("data", "database", "demo", "desktop", "docs", "engine", "event", "events", "example"),
        *("examples", "file", "files", "framework", "frontend", "github", "github.com", "html"),
        *("internal", "java", "javascript", "json", "kernel", "library", "libs", "logging"),
        *("main", "manager", "mobile", "model", "models", "module", "modules", "monorepo"),
        *("native", "network", "node", "open", "package", "packages", "parser", "platform"),
        *("plugin", "plugins", "project", "proxy", "python", "query", "react", "render"),
        *("root", "ruby", "rust", "sample", "script", "scripts", "search", "security", "server"),
        *("service", "services", "settings", "setup", "shared", "simple", "site", "source"),
        *("static", "storage", "store", "stream", "system", "task", "tasks", "template"),
        *("templates", "test", "testing", "tests", "text", "theme", "time", "tool", "tools"),
        *("type", "types", "typescript", "user", "users", "util", "utils", "vendor", "view"),
        *("views", "website", "work", "worker", "workspace"),
    ]
)
"""Words that packages of everybody have."""


def own_words(names: Iterable[str], *, public: Iterable[str]) -> frozenset[str]:
    """The words of the code base's own names that general use and public names do not have.

    Args:
        names: of the code base, of its packages, of their namespaces.
        public: names of the packages that it declares.
    """
    own = {word for name in names for word in words_of(name) if len(word) >= SHORTEST}
    return frozenset(own - _GENERAL - {word for name in public for word in words_of(name)})


@lru_cache(maxsize=1 << 16)
def words_of(name: str) -> frozenset[str]:
    """The words of a name in small letters, split where signs or capitals divide them."""
    return frozenset(word.lower() for word in _WORD.findall(name))

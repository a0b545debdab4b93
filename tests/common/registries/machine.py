"""A machine whose registry clients are configured by a test."""

from __future__ import annotations

from pathlib import Path

from apps.centralcloud.package_sync.engine.places import Place, places


class Machine:
    """A machine with nothing configured yet."""

    def __init__(self, root: Path) -> None:
        self.home, self.system, self.project = root / "home", root / "system", root / "work/project"
        self.project.mkdir(parents=True)
        self.environ: dict[str, str] = {"VIRTUAL_ENV": str(root / "venv")}

    def write(self, path: Path, text: str) -> None:
        """A configuration file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def place(self, ecosystem: str) -> Place:
        """What is found."""
        found = places(self.environ, self.home, system=self.system, project=self.project)
        return found[ecosystem]

"""Commands that change something say so in the audit log."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from apps.shared.access.audit import audited, command_actor


class RecordedCommand(BaseCommand):
    """Leaves an entry before it begins, so that one which is killed was there too.

    ``action`` names what it does. ``about`` is the option that says what it is done to, and
    ``noted`` are the options that a reader of the log wants to know.
    """

    action: ClassVar[str]
    about: ClassVar[str] = ""
    noted: ClassVar[tuple[str, ...]] = ()

    def recorded(self, options: dict[str, Any]) -> str:
        """The action that these options ask for; empty where they only look."""
        return "" if options.get("dry_run") else self.action

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Record, then run; what is refused is marked so."""
        action = self.recorded(options)
        if not action:
            return super().execute(*args, **options)
        noted = {name: _plain(options[name]) for name in self.noted if options.get(name)}
        about = str(_plain(options.get(self.about) or "")) if self.about else ""
        actor = command_actor()
        with audited(action, actor=actor, about=about, refusals=(CommandError,), **noted):
            return super().execute(*args, **options)


def _plain(value: Any) -> Any:
    """As JSON has it; paths and other objects as text."""
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if isinstance(value, (str, int, float, bool)) else str(value)

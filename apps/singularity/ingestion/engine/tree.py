"""A working tree and the rules that hold in it: judges one folder or entry at a time."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from apps.singularity.ingestion.engine.filetypes import told_by_name
from apps.singularity.ingestion.engine.ignore import Rule, RuleStack
from apps.singularity.ingestion.engine.manifests import is_manifest
from apps.singularity.ingestion.engine.skips import Skipped, SkipReason
from apps.singularity.ingestion.engine.vendored import VERSION_CONTROL, vendored

Entry = os.DirEntry[bytes]


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes above which a file is left out."""

    max_file_bytes: int = 1_048_576
    max_manifest_bytes: int = 20_971_520

    def allowed(self, *, is_manifest: bool) -> int:
        """The limit for a file of this kind; lock files may be large."""
        return self.max_manifest_bytes if is_manifest else self.max_file_bytes


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be read. `path` is relative, with slashes; `location` is absolute.

    A name that is not UTF-8 stands in `path` with backslash escapes.
    """

    path: str
    location: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    is_manifest: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A listed folder: what is needed to judge its entries."""

    location: bytes
    path: bytes
    shown: str
    entries: list[Entry]
    names: frozenset[bytes]
    rules: RuleStack
    ignored_by: Rule | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """A root with its rules; judges folders and entries one by one, without recursion."""

    root: bytes
    above: RuleStack
    prefix: bytes
    limits: Limits
    tracked: frozenset[bytes]
    tracked_folders: frozenset[bytes] = field(init=False)

    def __post_init__(self) -> None:
        folders = {path[: at + 1] for path in self.tracked for at in _slashes(path)}
        object.__setattr__(self, "tracked_folders", frozenset(folders))

    def open_root(self) -> Folder:
        """List the root. Raises OSError."""
        return self._list(self.root, b"", "", self.above, None)

    def enter(self, parent: Folder, entry: Entry) -> Folder | Skipped:
        """List the folder `entry`, or say why it is left out with all below it."""
        shown = self.shown(parent, entry)
        path = parent.path + entry.name + b"/"
        if entry.name in VERSION_CONTROL:
            return Skipped(shown, SkipReason.IGNORED, "internal to its tool", is_directory=True)
        rule = self._rule(parent, entry, is_directory=True)
        if _excludes(rule) and path not in self.tracked_folders:
            return Skipped(shown, SkipReason.IGNORED, str(rule), is_directory=True)
        try:
            folder = self._list(
                entry.path, path, shown + "/", parent.rules, rule if _excludes(rule) else None
            )
        except FileNotFoundError:
            return Skipped(shown, SkipReason.VANISHED, "removed during the walk", is_directory=True)
        except OSError as error:
            return Skipped(
                shown, SkipReason.UNREADABLE, error.strerror or str(error), is_directory=True
            )
        what = (
            None
            if rule is not None and rule.negated
            else vendored(entry.name, folder.names, parent.names)
        )
        return Skipped(shown, SkipReason.VENDORED, what, is_directory=True) if what else folder

    def judge(self, parent: Folder, entry: Entry) -> Found | Skipped:
        """Whether the entry, which is no folder, may be read."""
        shown = self.shown(parent, entry)
        if entry.name in VERSION_CONTROL:  # a linked work tree has a file of this name
            return Skipped(shown, SkipReason.IGNORED, "internal to its tool")
        rule = self._rule(parent, entry, is_directory=False)
        if _excludes(rule) and parent.path + entry.name not in self.tracked:
            return Skipped(shown, SkipReason.IGNORED, str(rule))
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return Skipped(shown, SkipReason.VANISHED, "removed during the walk")
        except OSError as error:
            return Skipped(shown, SkipReason.UNREADABLE, error.strerror or str(error))
        return self._judge_status(shown, entry, status)

    def _judge_status(self, shown: str, entry: Entry, status: os.stat_result) -> Found | Skipped:
        if stat.S_ISLNK(status.st_mode):
            return Skipped(shown, SkipReason.SYMLINK, _target(entry))
        if not stat.S_ISREG(status.st_mode):
            return Skipped(shown, SkipReason.SPECIAL, _kind(status.st_mode))
        manifest = is_manifest(shown)
        told = None if manifest else told_by_name(shown)
        if told:
            return Skipped(shown, *told)
        if status.st_size == 0:
            return Skipped(shown, SkipReason.EMPTY, "0 bytes")
        allowed = self.limits.allowed(is_manifest=manifest)
        if status.st_size > allowed:
            return Skipped(shown, SkipReason.OVERSIZED, oversized(status.st_size, allowed))
        return Found(
            shown, entry.path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, manifest
        )

    def _rule(self, parent: Folder, entry: Entry, *, is_directory: bool) -> Rule | None:
        path = self.prefix + parent.path + entry.name
        rule = parent.rules.decide(path, entry.name, is_directory=is_directory)
        # Nothing below an excluded folder comes back by a rule, only by being tracked.
        return parent.ignored_by or rule

    def shown(self, parent: Folder, entry: Entry) -> str:
        """The entry's path as text, unlike that of any entry beside it."""
        try:
            return parent.shown + entry.name.decode()
        except UnicodeDecodeError:
            name = entry.name.decode("utf-8", "backslashreplace")
            while name.encode() in parent.names:
                name += "~"
            return parent.shown + name

    def _list(
        self, location: bytes, path: bytes, shown: str, rules: RuleStack, ignored_by: Rule | None
    ) -> Folder:
        with os.scandir(location) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
        names = frozenset(entry.name for entry in entries)
        inner = rules.below((self.prefix + path).rstrip(b"/"), names, location, shown)
        return Folder(location, path, shown, entries, names, inner, ignored_by)


def is_folder(entry: Entry) -> bool:
    """Whether the entry is a folder itself; a link to one is not."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False  # judged as a file, whose stat then tells the reason


def oversized(size: int, allowed: int) -> str:
    """The detail of an OVERSIZED skip."""
    return f"{size:,} bytes, the limit is {allowed:,}"


def _excludes(rule: Rule | None) -> bool:
    return rule is not None and not rule.negated


def _slashes(path: bytes) -> Iterator[int]:
    return (at for at, byte in enumerate(path) if byte == 0x2F)


def _target(entry: Entry) -> str:
    try:
        target = os.readlink(entry.path)  # noqa: PTH115 - a Path cannot hold these bytes
        return "a link to " + target.decode("utf-8", "backslashreplace")
    except OSError:
        return "a link that changed during the walk"


def _kind(mode: int) -> str:
    kinds = {stat.S_IFSOCK: "a socket", stat.S_IFIFO: "a pipe", stat.S_IFCHR: "a device"}
    return kinds.get(stat.S_IFMT(mode), "a device")

"""Running PostgreSQL when the caller is root, which PostgreSQL refuses to run as."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

from apps.shared.core.embedded.errors import EmbeddedServerError

USER = "pgserver"
TRAVERSE = stat.S_IXOTH
READ = stat.S_IROTH


def system_user() -> str | None:
    """The system user for PostgreSQL, created when missing; None when the caller is not root."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(USER)
    except KeyError:
        _create()
    return USER


def hand_over(folder: Path, user: str) -> None:
    """Give a folder to the user, private to it, and let it reach the folder."""
    entry = pwd.getpwnam(user)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    folder.chmod(0o700)
    let_traverse(folder)


def let_traverse(path: Path) -> None:
    """Let others pass through, but not list, the folders above the path."""
    for folder in path.resolve().parents:
        _add_mode(folder, TRAVERSE)


def let_read(folder: Path) -> None:
    """Let others read and run the programs in the folder: a strict umask hides them."""
    let_traverse(folder)
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            _add_mode(path, READ | (TRAVERSE if path.is_dir() or os.access(path, os.X_OK) else 0))


def _add_mode(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)


def _create() -> None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedServerError(
            f"PostgreSQL cannot run as root, and its system user {USER!r} cannot be created "
            f"({error}): create it, run as another user, or set DATABASE_URL."
        ) from error

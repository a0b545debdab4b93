"""The browser of the browser tests: Debian's Chromium, installed where that is allowed."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """The path of an installed Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Install Chromium with apt-get, or say in one line why the browser tests are skipped."""
    if find():
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        sys.stderr.write("No Chromium here: browser tests are skipped (install `chromium`).\n")
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run([apt, *arguments], check=False, env=environment, capture_output=True)
    if not find():
        sys.stderr.write("apt-get cannot install chromium: browser tests are skipped.\n")


if __name__ == "__main__":
    install()

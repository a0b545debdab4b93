#!/usr/bin/env python
"""Django's command line; the site is the settings module (DJANGO_SETTINGS_MODULE)."""

import os
import sys


def main() -> None:
    """Run one management command of the chosen site."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "singularity_site.settings")
    from apps.shared.core.command_line import execute

    execute(sys.argv)


if __name__ == "__main__":
    main()

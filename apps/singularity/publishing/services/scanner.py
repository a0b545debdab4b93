"""One scanner a process: it takes half a second to load."""

from apps.singularity.publishing.engine.secret_lines import Secrets

SECRETS = Secrets()

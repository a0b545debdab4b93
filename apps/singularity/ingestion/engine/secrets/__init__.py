"""Secret scrubbing: what is stored, embedded, trained on or published holds no credential."""

from apps.singularity.ingestion.engine.secrets.model import Scrubbed, SecretFinding
from apps.singularity.ingestion.engine.secrets.scrubber import Scrubber

__all__ = ["Scrubbed", "Scrubber", "SecretFinding"]

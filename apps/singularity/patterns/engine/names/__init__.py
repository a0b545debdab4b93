"""Names: what the identifiers of a file refer to, and which libraries a code base knows."""

from apps.singularity.patterns.engine.names.found import Survey
from apps.singularity.patterns.engine.names.reader import read_names
from apps.singularity.patterns.engine.names.survey import survey

__all__ = ["Survey", "read_names", "survey"]

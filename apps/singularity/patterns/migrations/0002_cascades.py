"""What is learned goes with its code base and its file, by the database's own hand.

Ingestion deletes both by SQL and knows nothing of the apps above it, so the constraints say it.
"""

from django.db import migrations

_REFERENCES = [
    ("patterns_filefacts", "codebase_id", "ingestion_codebase"),
    ("patterns_filefacts", "file_id", "ingestion_file"),
    ("patterns_mining", "codebase_id", "ingestion_codebase"),
    ("patterns_codepattern", "codebase_id", "ingestion_codebase"),
    ("patterns_patternsupport", "pattern_id", "patterns_codepattern"),
    ("patterns_finding", "codebase_id", "ingestion_codebase"),
    ("patterns_finding", "pattern_id", "patterns_codepattern"),
    ("patterns_architecturepattern", "codebase_id", "ingestion_codebase"),
    ("patterns_modulegraph", "codebase_id", "ingestion_codebase"),
    ("patterns_architecturechange", "codebase_id", "ingestion_codebase"),
    ("patterns_framework", "codebase_id", "ingestion_codebase"),
    ("patterns_dataschema", "codebase_id", "ingestion_codebase"),
]


def _constraint(table, column, target):
    name = f"{table}_{column}_cascade"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column})"
        f" REFERENCES {target} (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("patterns", "0001_initial"), ("ingestion", "0001_initial")]

    operations = [_constraint(*reference) for reference in _REFERENCES]

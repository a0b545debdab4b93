"""The management commands of ingestion."""

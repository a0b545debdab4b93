"""REST API of ingestion."""

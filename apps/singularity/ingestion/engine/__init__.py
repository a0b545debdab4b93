"""Ingestion's algorithms: no Django, no database, no settings."""

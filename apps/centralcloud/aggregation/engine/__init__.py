"""From payloads to rows of contributions: no database, no settings."""

"""Commands of accounts and the audit log."""

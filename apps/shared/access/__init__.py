"""Who may do what, and who did: roles, tokens with scopes, logins, the audit log."""

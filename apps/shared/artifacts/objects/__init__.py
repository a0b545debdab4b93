"""Object stores over one connection: chunks out, chunks in, what is there."""

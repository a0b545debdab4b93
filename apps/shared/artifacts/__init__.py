"""Model bundles by digest: save, put, fetch, verify."""

"""Commands of averaging."""

"""Algorithms of mining: syntax trees in, patterns out. Pure: no Django, no database."""

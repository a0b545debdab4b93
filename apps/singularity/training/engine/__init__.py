"""Corpus to model, as functions of files alone: no Django, no database, no network."""

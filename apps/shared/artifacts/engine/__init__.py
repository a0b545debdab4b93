"""Bundles, families, weights and their differences as functions of files alone: no Django."""

"""Aggregating, vetting and judging as functions of arrays and numbers alone: no Django."""

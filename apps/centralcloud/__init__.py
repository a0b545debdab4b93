"""The parts of Centralcloud."""

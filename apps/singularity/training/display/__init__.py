"""How runs and models are shown."""

"""Do models that learn together beat those that learn alone? See ``together``."""

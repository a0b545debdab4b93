"""An instance: reads code bases, learns from them, answers for them."""

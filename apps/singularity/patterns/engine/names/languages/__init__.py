"""One description of names for each language, a module for languages of a kind."""

"""What a code base is made of: idioms, API usage, conventions, clones, architecture, frameworks."""

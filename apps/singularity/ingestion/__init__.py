"""An instance reads its code base: working tree, files, chunks, embeddings, search."""

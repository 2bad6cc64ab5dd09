"""Semantic search: understands a query in six languages, finds by word and by meaning, explains."""

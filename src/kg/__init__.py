"""LandKG: a knowledge graph and semantic search service for sustainable land management."""

__version__ = "0.1.0"

"""Maps without a tile server: shapes of countries, projections, clusters of places, pictures."""

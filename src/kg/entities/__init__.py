"""One record, or one list of records, as the page model that the faces show."""

from kg.entities.catalogue import Catalogue, Way, catalogue_of
from kg.entities.describe import Status, describe, status
from kg.entities.labels import choose
from kg.entities.model import EntityPage, Listed, Ref

__all__ = [
    "Catalogue",
    "EntityPage",
    "Listed",
    "Ref",
    "Status",
    "Way",
    "catalogue_of",
    "choose",
    "describe",
    "status",
]

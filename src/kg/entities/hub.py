"""The further kinds of record of the Knowledge Hub: their lists, classes, and where the hub has them."""

from __future__ import annotations

from typing import Final

LISTS: Final = {
    "drought-toolbox-tools": "ToolboxTool",
    "capacity-offers": "CapacityOffer",
    "experts": "Expert",
    "knowledge-sharing-systems": "KnowledgeSharingSystem",
    "ldn-targets": "LdnTarget",
    "ldn-commitments": "LdnCommitment",
    "country-profiles": "CountryProfile",
    "library-items": "LibraryItem",
    "land-outlook-parts": "LandOutlookPart",
    "spi-members": "SpiMembership",
    "spi-objectives": "SpiObjective",
    "spi-products": "SpiProduct",
    "blog-posts": "BlogPost",
    "news": "NewsItem",
}
"""Classes by the name of the browse list, which the documented query of the kind has too."""

COMPONENTS: Final = {
    "drought-toolbox-tools": "drought-toolbox",
    "capacity-offers": "kh-capacity-building-marketplace",
    "experts": "kh-roster-of-experts",
    "knowledge-sharing-systems": "kh-ksm-database",
    "ldn-targets": "kh-ldn-target-setting",
    "ldn-commitments": "kh-ldn-target-setting",
    "country-profiles": "kh-country-information",
    "library-items": "kh-elibrary",
    "land-outlook-parts": "kh-global-land-outlook",
    "spi-members": "spi",
    "spi-objectives": "spi",
    "spi-products": "kh-spi-products",
    "blog-posts": "kh-science-policy-blog",
}
"""Records of the founding document that the lists belong to."""

DATED: Final = frozenset({"blog-posts", "news", "capacity-offers"})
"""Lists whose records have a day, by which they are ordered, the newest first."""

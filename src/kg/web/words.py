"""Interface words for the names that data and search use, in the reader's language."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString, lazy_gettext

from kg.web.i18n import said

_ = lazy_gettext

FACETS: Final = {
    "type": _("Type"),
    "country": _("Country"),
    "region": _("Region"),
    "landUse": _("Land use"),
    "measure": _("Measures"),
    "degradation": _("Land degradation addressed"),
    "purpose": _("Purpose"),
    "hazard": _("Hazard"),
    "slmGroup": _("SLM group"),
    "climateZone": _("Climate zone"),
    "rainfallClass": _("Rainfall"),
    "slopeClass": _("Slope"),
    "ldGoal": _("Prevent, reduce or restore"),
    "framework": _("Framework"),
    "qualifies": _("Qualifies as"),
    "candidate": _("Candidate for"),
    "theme": _("Theme"),
    "convention": _("Convention"),
    "language": _("Language of the text"),
    "dataset": _("Dataset"),
    "year": _("Year"),
}

KINDS: Final = {
    "practice": _("Practice"),
    "technology": _("Technology"),
    "Technology": _("Technology"),
    "approach": _("Approach"),
    "Approach": _("Approach"),
    "prais": _("PRAIS best practice"),
    "praisPractice": _("PRAIS best practice"),
    "PraisPractice": _("PRAIS best practice"),
    "decision": _("Decision"),
    "Decision": _("Decision"),
    "document": _("Document"),
    "Document": _("Document"),
    "publication": _("Publication"),
    "Publication": _("Publication"),
    "concept": _("Concept"),
    "Concept": _("Concept"),
    "country": _("Country"),
    "Country": _("Country"),
    "region": _("Region"),
    "Region": _("Region"),
    "framework": _("Framework"),
    "Framework": _("Framework"),
    "criterion": _("Criterion"),
    "Criterion": _("Criterion"),
    "scheme": _("Concept scheme"),
    "entity": _("Hub entity"),
    "case": _("Partner case study"),
    "PartnerCase": _("Partner case study"),
    "assessment": _("Assessment"),
    "Assessment": _("Assessment"),
    "dataset": _("Dataset"),
    "build": _("Build"),
    "term": _("Ontology term"),
    "Body": _("Body"),
    "Convention": _("Convention"),
    "Platform": _("Platform"),
    "PlatformComponent": _("Platform component"),
    "Meeting": _("Meeting"),
    "Programme": _("Programme"),
    "Class": _("Class"),
    "ObjectProperty": _("Property"),
    "DatatypeProperty": _("Property"),
    "AnnotationProperty": _("Property"),
    "Ontology": _("Ontology"),
    "ConceptScheme": _("Concept scheme"),
    "Dataset": _("Dataset"),
    "Tool": _("Tool"),
    "Organization": _("Organization"),
}

LISTS: Final = {
    "practices": _("Practices"),
    "decisions": _("Decisions"),
    "documents": _("Documents"),
    "publications": _("Publications"),
    "concepts": _("Concepts"),
    "countries": _("Countries"),
    "frameworks": _("Frameworks"),
    "cases": _("Partner case studies"),
    "platforms": _("Platforms"),
    "bodies": _("Bodies and organizations"),
    "meetings": _("Meetings"),
    "datasets": _("Datasets"),
    "drought-toolbox-tools": _("Tools of the Drought Toolbox"),
    "capacity-offers": _("Capacity-building offers"),
    "experts": _("Roster of experts"),
    "knowledge-sharing-systems": _("Knowledge-sharing systems"),
    "ldn-targets": _("National LDN targets"),
    "ldn-commitments": _("LDN commitments"),
    "country-profiles": _("Country profiles"),
    "library-items": _("E-library"),
    "land-outlook-parts": _("Global Land Outlook"),
    "spi-members": _("Members of the SPI and their terms"),
    "spi-objectives": _("Objectives of the SPI work programmes"),
    "spi-products": _("Products of the SPI"),
    "blog-posts": _("Science-policy blog"),
    "news": _("News"),
}

TRUST: Final = {
    "evidenceNote": _("Evidence"),
    "note": _("Note"),
    "sourceNote": _("Source"),
    "titleSource": _("Where the title comes from"),
    "operativeBasis": _("Where the provisions come from"),
    "citesBasis": _("Where the citations come from"),
    "citesInferred": _("Citations that were inferred"),
    "doiBasis": _("Where the DOI comes from"),
    "spiMemberBasis": _("How members of the Science-Policy Interface were recognised"),
    "urlKind": _("Kind of address"),
    "verifiedUrl": _("Address where it was verified"),
    "otherUrl": _("Other address"),
    "statusInSeed": _("Status in the founding document"),
    "relationToSeed": _("Relation to the founding document"),
    "factsBasis": _("Basis of the facts"),
}

CONFIDENCE: Final = {
    "high": _("High confidence"),
    "medium": _("Medium confidence"),
    "low": _("Low confidence: not checked against the source"),
}

BASIS: Final = {
    "coded": _("coded in the questionnaire"),
    "stated": _("stated on the source page"),
    "inferred": _("inferred from the text"),
    "suggested": _("suggested by a program"),
}

CHANGE: Final = {"increase": _("increasing"), "decrease": _("decreasing")}

IMPACT: Final = {
    3: _("very positive"),
    2: _("positive"),
    1: _("slightly positive"),
    0: _("negligible"),
    -1: _("slightly negative"),
    -2: _("negative"),
    -3: _("very negative"),
}

VERDICTS: Final = {
    "verdict_qualifies": _("Qualifies"),
    "verdict_candidate": _("Candidate"),
    "verdict_insufficient": _("Insufficient evidence"),
    "verdict_not_qualified": _("Does not qualify"),
}

RESULTS: Final = {
    "result_meets": _("Met"),
    "result_partly": _("Partly met"),
    "result_contradicted": _("Contradicted"),
    "result_not_shown": _("Not shown"),
}

PROPERTIES: Final = {
    "comment": _("Explanation"),
    "isDefinedBy": _("Defined by"),
    "subClassOf": _("Kind of"),
    "subPropertyOf": _("Kind of"),
    "domain": _("Said of"),
    "range": _("Values"),
    "hasTopConcept": _("Top concepts"),
    "inScheme": _("Concepts"),
    "hasPart": _("Parts"),
    "isPartOf": _("Part of"),
    "used": _("Used by"),
    "wasGeneratedBy": _("Made by"),
    "homepage": _("Website"),
    "creator": _("Created by"),
    "entities": _("Records"),
    "triples": _("Statements"),
    "versionInfo": _("Version"),
    "versionIRI": _("Address of this version"),
    "changeNote": _("What changed"),
    "sameAs": _("Same as"),
}
"""Properties of common vocabularies, which have no label in our graph."""

RELATIONS: Final = {
    "broader": _("broader concept"),
    "related": _("related concept"),
    "source": _("source"),
    "seeAlso": _("see also"),
    "isReplacedBy": _("replaced by"),
}
"""Relations of common vocabularies as the graph view writes them on its lines."""

REASONS: Final = {
    "named in the query": _("named in the query"),
    "close in meaning": _("close in meaning"),
}
"""Reasons of search results; labels of shared concepts come in the reader's language already."""

STAGES: Final = {
    "establishment": _("Costs of establishment"),
    "maintenance": _("Costs of maintenance"),
}

VERBS: Final = {
    "requests": _("requests"),
    "encourages": _("encourages"),
    "decides": _("decides"),
    "adopts": _("adopts"),
    "invites": _("invites"),
    "welcomes": _("welcomes"),
    "takes note": _("takes note"),
    "urges": _("urges"),
}

STRENGTHS: Final = {
    "strong": _("strong"),
    "weak": _("weak"),
    "soft": _("speaks against"),
    "hard": _("rules it out"),
}

CLASSES: Final = {
    "defining": _("defining: without it, nothing qualifies"),
    "guard": _("guard: if contradicted, nothing qualifies"),
    "supporting": _("supporting"),
    "process": _("process: shown by linked approaches"),
}
"""Classes of the tests of a framework."""

MODALITIES: Final = {
    "can": _("a possibility"),
    "fact": _("a statement of fact"),
    "mandate": _("a mandate"),
    "may need": _("a possible need"),
    "preamble": _("said in a preamble"),
    "target": _("a target"),
    "view": _("one view"),
    "definition": _("part of a definition"),
}
"""Strengths of what sources claim of the relations between frameworks."""

ERRORS: Final = (
    _("There is no record with this identifier."),
    _("There is no such record."),
    _("There is no such list."),
    _("The list has no such page."),
    _("This record was withdrawn. Its identifier will not be used again."),
    _("Say what is wrong: choose one of the five."),
    _("Write what is wrong."),
    _("The text is too long: 4,000 letters are read."),
    _("This is no e-mail address; leave the field empty if you want no answer."),
    _("Too many reports came from here."),
    _("No more reports can be taken at the moment."),
    _("The database of accounts, decisions and jobs does not answer."),
    _("A value holds characters or a number that cannot be kept."),
    _("This generation has no quality report."),
    _("The generation before has no quality report to compare with."),
)
"""Messages of errors that pages show; named here so that they are translated."""

MAPPINGS: Final = {
    "exactMatch": _("Same as"),
    "closeMatch": _("Close to"),
    "broadMatch": _("Narrower than"),
    "narrowMatch": _("Broader than"),
    "relatedMatch": _("Related to"),
}

SORTS: Final = {
    "relevance": _("Best match"),
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "label": _("By name"),
}


def say(table: dict[str, object], key: str, other: str = "") -> str:
    """Return the word for a name; names that the table lacks come back as ``other`` or themselves."""
    found = table.get(key)
    return said(found) if isinstance(found, LazyString) else str(found or other or key)


def local(iri: str) -> str:
    """Return the last part of an IRI, by which the tables know it."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2]

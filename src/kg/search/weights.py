"""Every weight of the ranking, in one place; ``bench/relevance.py tune`` proposes new values."""

from __future__ import annotations

from typing import Final

FIELDS: Final = {"title": 2.0, "body": 1.0, "labels": 0.8, "names": 1.0}
"""Boost of a term by the field it stands in (BM25)."""

TIE: Final = 0.3
"""What the weaker fields of one term add (disjunction max)."""

SYNONYM_TIE: Final = 0.1
"""What the weaker synonyms of one thing add."""

PHRASE: Final = 0.5
"""Added, as a share of a field's boost, when the tokens of a label follow each other."""

PARTIAL: Final = 0.3
"""Weight of one word of a label of several words."""

FUZZY: Final = 0.4
"""Weight of a word that is found only with one letter changed."""

RANK_K: Final = 10.0
"""Constant of reciprocal rank fusion."""

FEEDBACK: Final = 3
"""Records at the top of a first ranking whose likes are looked for in a second pass."""

RUNS: Final = {
    "en": {
        "words": 1.5,
        "concepts": 1.4,
        "e5": 1.0,
        "minilm": 1.0,
        "use": 0.3,
        "e5_x": 0.4,
        "minilm_x": 0.6,
        "e5_f": 0.7,
        "minilm_f": 0.7,
    },
    "other": {
        "words": 1.5,
        "concepts": 1.4,
        "e5": 1.0,
        "e5_en": 1.0,
        "minilm": 1.0,
        "use": 0.3,
        "use_en": 0.3,
        "e5_x": 0.4,
        "minilm_x": 0.6,
        "e5_f": 0.7,
        "minilm_f": 0.7,
    },
}
"""Weight of each method in the fusion, for English and for other queries."""

LIKE: Final = 2.0
"""Weight of likeness in meaning to a record that the query names ("practices like technologies_1182")."""

ALIKE: Final = 1.4
"""Weight of sharing the classification of a record that the query names."""

OTHER_ENCODER: Final = 1.0
"""Weight of an encoder that the table does not name."""

EXPANSION: Final = 0.5
"""Weight of the words of a recognised concept's other labels."""

NARROWER: Final = 0.25
"""Weight of the words of concepts narrower than a recognised one."""

REMEDY: Final = 0.35
"""Weight of the words of a remedy for a problem that the query names."""

REMEDIES: Final = 0.5
"""Share of the remedies in the vector that joins them with the query."""

MOST_REMEDIES: Final = 8
"""Remedies that take part in it."""

TRANSLATION: Final = 1.0
"""Weight of an English word that stands for a word of another language."""


MENTIONED: Final = {"title": 1.0, "summary": 0.8, "text": 0.5, "facet": 0.6}
"""How much it counts that a record mentions a concept, by where."""

MEANT: Final = {"concept": 1.0, "word": 0.8, "implied": 0.7, "narrower": 0.35, "remedy": 0.5, "part": 0.4}
"""How much a mention counts that the query names itself, by a glossary word, or implies."""

COVERAGE: Final = 0.6
"""Share of a score that depends on how many of the things that the query names a record speaks of."""

COVERED: Final = 1.6
"""Scale of a mention's weight towards full coverage."""

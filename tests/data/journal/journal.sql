CREATE TABLE IF NOT EXISTS link_suggestions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  partner TEXT NOT NULL, subject TEXT NOT NULL, subject_label TEXT NOT NULL, predicate TEXT NOT NULL,
  object TEXT NOT NULL, object_label TEXT NOT NULL, object_kind TEXT NOT NULL, confidence REAL NOT NULL,
  justification TEXT NOT NULL, comment TEXT NOT NULL, source TEXT NOT NULL, added TEXT NOT NULL,
  UNIQUE (partner, subject, object)
);
CREATE TABLE IF NOT EXISTS link_decisions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  partner TEXT NOT NULL, subject TEXT NOT NULL, object TEXT NOT NULL, action TEXT NOT NULL,
  predicate TEXT NOT NULL, curator TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS link_decisions_pair ON link_decisions (partner, subject, object);
CREATE TRIGGER IF NOT EXISTS link_decisions_stay BEFORE UPDATE ON link_decisions
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS link_decisions_remain BEFORE DELETE ON link_decisions
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE IF NOT EXISTS curators (
  name TEXT PRIMARY KEY, role TEXT NOT NULL, token_hash TEXT NOT NULL UNIQUE, created TEXT NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS curator_sessions (
  hash TEXT PRIMARY KEY, curator TEXT NOT NULL, ends REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS human_assessments (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  practice TEXT NOT NULL, framework TEXT NOT NULL, verdict TEXT NOT NULL,
  reviewer TEXT NOT NULL, day TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS human_assessments_stay BEFORE UPDATE ON human_assessments
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS human_assessments_remain BEFORE DELETE ON human_assessments
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
INSERT INTO curators (name, role, token_hash, created) VALUES ('Ana', 'curator', '0f', '2026-05-01T08:00:00Z');
INSERT INTO curator_sessions VALUES ('ab', 'Ana', 1.0);
INSERT INTO link_suggestions (partner, subject, subject_label, predicate, object, object_label, object_kind, confidence, justification, comment, source, added) VALUES ('near', 'https://p.example/1', 'Case', 'skos:closeMatch', 'https://w3id.org/landkg/id/concept/eba', 'EbA', 'concept', 0.75, 'semapv:LexicalMatching', '', 'test', '2026-05-01T08:00:00Z');
INSERT INTO link_decisions (partner, subject, object, action, predicate, curator, at, reason) VALUES ('near', 'https://p.example/1', 'https://w3id.org/landkg/id/concept/eba', 'accept', 'skos:closeMatch', 'Ana', '2026-05-02T08:00:00Z', 'same');
INSERT INTO human_assessments (practice, framework, verdict, reviewer, day, reason) VALUES ('technologies_1', 'ldn', 'candidate', 'Ana', '2026-05-02', 'seen');

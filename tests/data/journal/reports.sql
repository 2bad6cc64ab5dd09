CREATE TABLE IF NOT EXISTS reports (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  record TEXT NOT NULL, title TEXT NOT NULL, problem TEXT NOT NULL, text TEXT NOT NULL, contact TEXT NOT NULL,
  language TEXT NOT NULL, generation TEXT NOT NULL, at TEXT NOT NULL,
  closed TEXT NOT NULL DEFAULT '', closed_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS reports_record ON reports (record);
CREATE TABLE IF NOT EXISTS form_key (one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL);
INSERT INTO reports (record, title, problem, text, contact, language, generation, at) VALUES ('https://w3id.org/landkg/id/practice/technologies_1', 'Half moons', 'fact', 'Wrong country.', '', 'en', 'abc', '2026-05-01T08:00:00Z');

"""The tables of the documents' database, and its migrations: a shipped one never changes.

Everything here but collections can be read anew from the files it came from, so it is a database of
its own: the conversations' promises (backups, recovery) are not its.
"""

from __future__ import annotations

import sqlite3

from app.store.database.migrations import Migration, Progress, run_script

# Two indexes. The stems of `porter` are English and do no harm to other languages written in Latin
# letters, since question and text are cut alike; a passage with letters of other scripts is in the
# plain index as well, folded and cut as chats are (text_normalization).
_TABLES_V1 = """
CREATE TABLE documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    collection BLOB NOT NULL,             -- the name it is kept under
    name BLOB NOT NULL,
    path BLOB NOT NULL,                   -- where the original is
    modified INTEGER NOT NULL,            -- the file's time of change when it was read, nanoseconds
    read_at INTEGER NOT NULL,             -- microseconds since 1970, UTC
    complete INTEGER NOT NULL,            -- 0 while it is being read: nobody sees it
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    pages INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    title BLOB NOT NULL,
    headings TEXT NOT NULL,               -- JSON: [level, text, page, at]
    remarks TEXT NOT NULL                 -- JSON
);
CREATE INDEX documents_sha256 ON documents (sha256);

CREATE TABLE pages (
    seq INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents (seq) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    line INTEGER NOT NULL,
    label TEXT NOT NULL,
    remark TEXT,
    text TEXT NOT NULL
);
CREATE UNIQUE INDEX pages_number ON pages (document, number);

CREATE TABLE passages (
    seq INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents (seq) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,
    plain INTEGER NOT NULL,               -- whether it has letters that are not Latin
    heading TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX passages_document ON passages (document, page);

CREATE VIRTUAL TABLE stem_index USING fts5 (
    text, heading, content = 'passages', content_rowid = 'seq', tokenize = 'porter unicode61'
);
CREATE VIEW plain_passages AS SELECT seq, index_body(text) AS body FROM passages WHERE plain;
CREATE VIRTUAL TABLE plain_index USING fts5 (
    body, content = 'plain_passages', content_rowid = 'seq', tokenize = 'ascii'
);
CREATE TRIGGER passages_insert AFTER INSERT ON passages BEGIN
    INSERT INTO stem_index (rowid, text, heading) VALUES (new.seq, new.text, new.heading);
    INSERT INTO plain_index (rowid, body) SELECT new.seq, index_body(new.text) WHERE new.plain;
END;
CREATE TRIGGER passages_delete AFTER DELETE ON passages BEGIN
    INSERT INTO stem_index (stem_index, rowid, text, heading)
    VALUES ('delete', old.seq, old.text, old.heading);
    INSERT INTO plain_index (plain_index, rowid, body)
    SELECT 'delete', old.seq, index_body(old.text) WHERE old.plain;
END;
"""

# What a model wrote of a document's parts, by the hash of model and request.
_SUMMARIES_V3 = """
CREATE TABLE summary_parts (
    document INTEGER NOT NULL REFERENCES documents (seq) ON DELETE CASCADE,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (document, key)
) WITHOUT ROWID;
"""

# Ligatures, soft hyphens and words that a line's end divides are indexed as whole words.
_WHOLE_WORDS_V4 = """
DROP TRIGGER passages_insert;
DROP TRIGGER passages_delete;
INSERT INTO stem_index (stem_index) VALUES ('delete-all');
INSERT INTO stem_index (rowid, text, heading)
SELECT seq, index_words(text), index_words(heading) FROM passages;
CREATE TRIGGER passages_insert AFTER INSERT ON passages BEGIN
    INSERT INTO stem_index (rowid, text, heading)
    VALUES (new.seq, index_words(new.text), index_words(new.heading));
    INSERT INTO plain_index (rowid, body) SELECT new.seq, index_body(new.text) WHERE new.plain;
END;
CREATE TRIGGER passages_delete AFTER DELETE ON passages BEGIN
    INSERT INTO stem_index (stem_index, rowid, text, heading)
    VALUES ('delete', old.seq, index_words(old.text), index_words(old.heading));
    INSERT INTO plain_index (plain_index, rowid, body)
    SELECT 'delete', old.seq, index_body(old.text) WHERE old.plain;
END;
"""


# A file that was read anew takes the place of what was read of it before: answers that cite that
# keep its pages, and it is in no list.
_VERSIONS_V2 = """
ALTER TABLE documents ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX documents_size ON documents (size);
CREATE INDEX documents_path ON documents (path);
"""


# What a small model made of passages, to find them by meaning. The signs alone are looked through;
# `changes` counts whatever makes a copy of them in memory an old one.
_EMBEDDINGS_V5 = """
CREATE TABLE embedding_models (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL UNIQUE,          -- of the model file
    dimensions INTEGER NOT NULL,
    changes INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE embedding_signs (
    passage INTEGER NOT NULL REFERENCES passages (seq) ON DELETE CASCADE,
    model INTEGER NOT NULL REFERENCES embedding_models (seq) ON DELETE CASCADE,
    signs BLOB NOT NULL,
    PRIMARY KEY (passage, model)
) WITHOUT ROWID;
CREATE TABLE embedding_vectors (
    passage INTEGER NOT NULL REFERENCES passages (seq) ON DELETE CASCADE,
    model INTEGER NOT NULL REFERENCES embedding_models (seq) ON DELETE CASCADE,
    vector BLOB NOT NULL,
    PRIMARY KEY (passage, model)
) WITHOUT ROWID;
CREATE TRIGGER documents_delete AFTER DELETE ON documents BEGIN
    UPDATE embedding_models SET changes = changes + 1;
END;
"""

# Where a copy was made from: the original is read again in the place of what was read of it.
_ORIGINS_V6 = """
ALTER TABLE documents ADD COLUMN origin BLOB NOT NULL DEFAULT x'';
UPDATE documents SET origin = path;
DROP INDEX documents_path;
CREATE INDEX documents_origin ON documents (origin);
"""

# Signs in the order in which they were made, with their documents: what is new is read alone, and
# from one table.
_SIGNS_IN_ORDER_V7 = """
CREATE TABLE ordered_signs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    passage INTEGER NOT NULL REFERENCES passages (seq) ON DELETE CASCADE,
    document INTEGER NOT NULL,
    model INTEGER NOT NULL REFERENCES embedding_models (seq) ON DELETE CASCADE,
    signs BLOB NOT NULL
);
INSERT INTO ordered_signs (passage, document, model, signs)
SELECT e.passage, p.document, e.model, e.signs
FROM embedding_signs e JOIN passages p ON p.seq = e.passage ORDER BY e.passage;
DROP TABLE embedding_signs;
ALTER TABLE ordered_signs RENAME TO embedding_signs;
CREATE UNIQUE INDEX embedding_signs_passage ON embedding_signs (passage, model);
CREATE INDEX documents_hidden ON documents (seq) WHERE superseded OR NOT complete;
"""


def _tables(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, _TABLES_V1)


def _versions(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, _VERSIONS_V2)


def _summaries(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, _SUMMARIES_V3)


def _whole_words(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, _WHOLE_WORDS_V4)


def _embeddings(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, _EMBEDDINGS_V5)


def _origins(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, _ORIGINS_V6)


def _signs_in_order(connection: sqlite3.Connection, _progress: Progress) -> None:
    run_script(connection, _SIGNS_IN_ORDER_V7)


MIGRATIONS: tuple[Migration, ...] = (
    _tables,
    _versions,
    _summaries,
    _whole_words,
    _embeddings,
    _origins,
    _signs_in_order,
)

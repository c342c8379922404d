"""The tables of the conversation database, as they are in the newest schema.

Text of the user is a BLOB of UTF-8 with lone surrogates let through, so that every string of
Python comes back byte for byte, NUL included. Order is ``seq``, never the clock. Each string
below is what one migration in ``migrations`` runs; a shipped one never changes.
"""

from __future__ import annotations

TABLES_V1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE models (
    seq INTEGER PRIMARY KEY,
    name BLOB NOT NULL,
    quantization BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    UNIQUE (name, quantization, sha256)
);

-- Answers repeat the same few sampling settings; each is stored once.
CREATE TABLE samplings (seq INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);

CREATE TABLE conversations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title BLOB NOT NULL,
    title_by_user INTEGER NOT NULL,
    created_at INTEGER NOT NULL,          -- microseconds since 1970, UTC, like every time here
    updated_at INTEGER NOT NULL,
    activity INTEGER NOT NULL,            -- counts up with each message of any chat: the order
    system_prompt BLOB NOT NULL,
    root INTEGER REFERENCES messages (seq) ON DELETE SET NULL,    -- the first message chosen
    head INTEGER REFERENCES messages (seq) ON DELETE SET NULL,    -- the last of the walked branch
    head_id TEXT,                         -- its id, so that listing chats reads no message
    draft BLOB NOT NULL,
    pinned INTEGER NOT NULL,
    archived INTEGER NOT NULL,
    folder BLOB NOT NULL,
    deleted_at INTEGER,
    scroll_message_id TEXT,
    scroll_offset INTEGER NOT NULL
);
CREATE INDEX conversations_activity ON conversations (activity);
CREATE INDEX conversations_order ON conversations (pinned, activity);
CREATE INDEX conversations_root ON conversations (root) WHERE root IS NOT NULL;
CREATE INDEX conversations_head ON conversations (head) WHERE head IS NOT NULL;

CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    conversation INTEGER NOT NULL REFERENCES conversations (seq) ON DELETE CASCADE,
    parent INTEGER REFERENCES messages (seq) ON DELETE CASCADE,
    chosen INTEGER REFERENCES messages (seq) ON DELETE SET NULL,  -- the child walked last
    role TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    model INTEGER REFERENCES models (seq),
    sampling INTEGER REFERENCES samplings (seq),
    seed INTEGER,
    stop_reason TEXT,
    timings TEXT,                         -- JSON
    error BLOB,
    left_out TEXT,                        -- JSON: [first, last] seq ranges, or ids
    content BLOB NOT NULL                 -- last, so that the rest is read without its pages
);
CREATE INDEX messages_tree ON messages (conversation, parent);
CREATE INDEX messages_parent ON messages (parent) WHERE parent IS NOT NULL;
CREATE INDEX messages_chosen ON messages (chosen) WHERE chosen IS NOT NULL;
CREATE INDEX messages_created ON messages (created_at);
CREATE INDEX messages_deleted ON messages (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX messages_streaming ON messages (status) WHERE status = 'streaming';

-- The answer in progress: what came after messages.content, piece by piece.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    content BLOB NOT NULL
);
CREATE INDEX journal_message ON journal (message);

CREATE TABLE token_counts (
    message INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    model_sha256 TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (message, model_sha256)
) WITHOUT ROWID;
CREATE TRIGGER messages_recount AFTER UPDATE OF content ON messages BEGIN
    DELETE FROM token_counts WHERE message = old.seq;
END;
"""

# What the model reads in place of messages that no longer fit its context window.
SUMMARIES_V3 = """
CREATE TABLE summaries (
    message INTEGER PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE,  -- the last it covers
    content BLOB NOT NULL,
    by_user INTEGER NOT NULL              -- whether the user wrote or changed it
);
"""

# What a question is to say instead, typed and not sent; ``open`` where it stood in the composer.
EDITS_V4 = """
CREATE TABLE edits (
    seq INTEGER PRIMARY KEY,
    message INTEGER NOT NULL UNIQUE REFERENCES messages (seq) ON DELETE CASCADE,
    content BLOB NOT NULL,
    open INTEGER NOT NULL
);
"""

# What a message is made of beside its text, and what the journal has of it: a JSON list of its
# number among the parts, its place, kind and values, with more of its text in `content`; NULL for
# more of the message's text.
PARTS_V5 = """
CREATE TABLE parts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,             -- its number among the message's parts, from 0
    at INTEGER NOT NULL,                  -- characters of messages.content before it
    kind TEXT NOT NULL,                   -- a key of PART_KINDS
    value TEXT NOT NULL,                  -- JSON: its fields by name, without its text
    content BLOB NOT NULL,                -- its text: what was thought, what a tool answered
    UNIQUE (message, ordinal)
);
ALTER TABLE journal ADD COLUMN part TEXT;
"""

# What a chat has of its own (its preset, sampling, messages in waiting), JSON; empty for nothing.
OPTIONS_V6 = """
ALTER TABLE conversations ADD COLUMN options TEXT NOT NULL DEFAULT '';
"""

# Where the line of scroll_offset stood, in pixels below the top of the view; negative where it was
# cut.
PLACE_V7 = """
ALTER TABLE conversations ADD COLUMN scroll_y INTEGER NOT NULL DEFAULT 0;
"""

# The index holds no copy of the text: it reads it through the views, folded.
# The tokens arrive folded and separated by spaces, so `ascii` (every other character belongs to
# a token) is all the tokenizer that is needed.
SEARCH_V2 = """
CREATE VIEW search_messages AS
    SELECT seq, index_body(content) AS body, index_parts(content) AS parts
    FROM messages WHERE status <> 'streaming';
CREATE VIRTUAL TABLE message_index USING fts5 (
    body, parts, content = 'search_messages', content_rowid = 'seq', tokenize = 'ascii'
);
CREATE TRIGGER message_index_insert AFTER INSERT ON messages
WHEN new.status <> 'streaming' BEGIN
    INSERT INTO message_index (rowid, body, parts)
    VALUES (new.seq, index_body(new.content), index_parts(new.content));
END;
-- One trigger for both halves: the order of several is not defined, and it matters.
CREATE TRIGGER message_index_update AFTER UPDATE OF status, content ON messages
WHEN (old.status = 'streaming') IS NOT (new.status = 'streaming')
    OR (new.status <> 'streaming' AND new.content IS NOT old.content) BEGIN
    INSERT INTO message_index (message_index, rowid, body, parts)
    SELECT 'delete', old.seq, index_body(old.content), index_parts(old.content)
    WHERE old.status <> 'streaming';
    INSERT INTO message_index (rowid, body, parts)
    SELECT new.seq, index_body(new.content), index_parts(new.content)
    WHERE new.status <> 'streaming';
END;
CREATE TRIGGER message_index_delete AFTER DELETE ON messages
WHEN old.status <> 'streaming' BEGIN
    INSERT INTO message_index (message_index, rowid, body, parts)
    VALUES ('delete', old.seq, index_body(old.content), index_parts(old.content));
END;

CREATE VIEW search_titles AS
    SELECT seq, index_body(title) AS body, index_parts(title) AS parts FROM conversations;
CREATE VIRTUAL TABLE title_index USING fts5 (
    body, parts, content = 'search_titles', content_rowid = 'seq', tokenize = 'ascii'
);
CREATE TRIGGER title_index_insert AFTER INSERT ON conversations BEGIN
    INSERT INTO title_index (rowid, body, parts)
    VALUES (new.seq, index_body(new.title), index_parts(new.title));
END;
CREATE TRIGGER title_index_update AFTER UPDATE OF title ON conversations BEGIN
    INSERT INTO title_index (title_index, rowid, body, parts)
    VALUES ('delete', old.seq, index_body(old.title), index_parts(old.title));
    INSERT INTO title_index (rowid, body, parts)
    VALUES (new.seq, index_body(new.title), index_parts(new.title));
END;
CREATE TRIGGER title_index_delete AFTER DELETE ON conversations BEGIN
    INSERT INTO title_index (title_index, rowid, body, parts)
    VALUES ('delete', old.seq, index_body(old.title), index_parts(old.title));
END;
"""

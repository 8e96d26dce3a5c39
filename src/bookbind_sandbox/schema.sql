CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- No reset empties this one: a key lasts as long as the store.
CREATE TABLE IF NOT EXISTS signing_keys (vendor TEXT PRIMARY KEY, pem TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS apps (
    vendor TEXT NOT NULL, client_id TEXT NOT NULL, secret TEXT NOT NULL, name TEXT NOT NULL,
    redirect_pattern TEXT NOT NULL, scopes TEXT NOT NULL,
    PRIMARY KEY (vendor, client_id)
);

CREATE TABLE IF NOT EXISTS logins (
    vendor TEXT NOT NULL, id TEXT NOT NULL, email TEXT NOT NULL, given_name TEXT NOT NULL,
    family_name TEXT NOT NULL, password TEXT NOT NULL,
    PRIMARY KEY (vendor, id), UNIQUE (vendor, email)
);

CREATE TABLE IF NOT EXISTS organisations (
    vendor TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, short_code TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (vendor, id)
);

CREATE TABLE IF NOT EXISTS memberships (
    vendor TEXT NOT NULL, login TEXT NOT NULL, organisation TEXT NOT NULL,
    PRIMARY KEY (vendor, login, organisation)
);

CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, vendor TEXT NOT NULL, login TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS authorize_requests (
    id TEXT PRIMARY KEY, vendor TEXT NOT NULL, client_id TEXT NOT NULL, redirect_uri TEXT NOT NULL,
    scope TEXT NOT NULL, state TEXT, nonce TEXT, bulk INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS codes (
    code_hash TEXT PRIMARY KEY, vendor TEXT NOT NULL, client_id TEXT NOT NULL, login TEXT NOT NULL,
    redirect_uri TEXT NOT NULL, scope TEXT NOT NULL, nonce TEXT, auth_event TEXT NOT NULL,
    expires_at INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS consents (
    vendor TEXT NOT NULL, client_id TEXT NOT NULL, login TEXT NOT NULL, scope TEXT NOT NULL,
    PRIMARY KEY (vendor, client_id, login)
);

CREATE TABLE IF NOT EXISTS refresh_tokens (
    token_hash TEXT PRIMARY KEY, vendor TEXT NOT NULL, family TEXT NOT NULL, generation INTEGER NOT NULL,
    client_id TEXT NOT NULL, login TEXT NOT NULL, scope TEXT NOT NULL, auth_event TEXT NOT NULL,
    issued_at INTEGER NOT NULL, superseded_at INTEGER, dead INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS refresh_tokens_family ON refresh_tokens (vendor, family);

CREATE TABLE IF NOT EXISTS connections (
    id TEXT PRIMARY KEY, vendor TEXT NOT NULL, client_id TEXT NOT NULL, login TEXT NOT NULL,
    organisation TEXT NOT NULL, auth_event TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    UNIQUE (vendor, client_id, login, organisation)
);

CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY, vendor TEXT NOT NULL, client_id TEXT NOT NULL, login TEXT NOT NULL,
    organisation TEXT NOT NULL, consented_at INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS access_tokens (
    token_hash TEXT PRIMARY KEY, vendor TEXT NOT NULL, grant_id TEXT NOT NULL, scope TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, organisation TEXT NOT NULL, kind TEXT NOT NULL,
    id TEXT NOT NULL, code TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '', parent TEXT NOT NULL DEFAULT '', day TEXT NOT NULL DEFAULT '',
    search TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    source TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (vendor, organisation, kind, id)
);
CREATE INDEX IF NOT EXISTS records_name ON records (vendor, organisation, kind, name COLLATE NOCASE);
CREATE INDEX IF NOT EXISTS records_code ON records (vendor, organisation, kind, code COLLATE NOCASE);
CREATE INDEX IF NOT EXISTS records_order ON records (vendor, organisation, kind, seq);

CREATE TABLE IF NOT EXISTS attachments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, organisation TEXT NOT NULL, kind TEXT NOT NULL,
    entity TEXT NOT NULL, id TEXT NOT NULL, file_name TEXT NOT NULL, mime_type TEXT NOT NULL, size INTEGER NOT NULL,
    sha256 TEXT NOT NULL, online INTEGER NOT NULL, created_at INTEGER NOT NULL, content BLOB NOT NULL,
    UNIQUE (vendor, organisation, entity, file_name)
);

CREATE TABLE IF NOT EXISTS idempotency (
    vendor TEXT NOT NULL, client_id TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, content_type TEXT NOT NULL, body BLOB NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (vendor, client_id, key)
);

CREATE TABLE IF NOT EXISTS requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, area TEXT NOT NULL, operation TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL, status INTEGER, organisation TEXT,
    client_id TEXT, login TEXT, idempotency_key TEXT, body_sha256 TEXT NOT NULL, body_bytes INTEGER NOT NULL,
    writes INTEGER NOT NULL, replayed INTEGER NOT NULL DEFAULT 0, fault TEXT, note TEXT,
    at TEXT NOT NULL, real_at REAL NOT NULL, milliseconds REAL
);
CREATE INDEX IF NOT EXISTS requests_vendor ON requests (vendor, area, seq);

CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, operation TEXT NOT NULL, fault TEXT NOT NULL,
    organisation TEXT, remaining INTEGER, retry_after INTEGER, seconds REAL NOT NULL, commits INTEGER NOT NULL,
    hits INTEGER NOT NULL DEFAULT 0
);

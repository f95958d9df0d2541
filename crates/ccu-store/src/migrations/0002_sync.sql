-- What sharing records through the Gist needs to remember.

-- The flags of records say more than 0001 tells: 8: restored from this machine's own files.

-- Sequence numbers mean something only beside the identity of the database that gave them.
INSERT INTO meta VALUES ('database_id', randomblob(16));

-- What a user said: this machine's usage is shown as another's, which need not be known here.
ALTER TABLE machines ADD COLUMN merged_into BLOB CHECK (merged_into IS NULL OR length(merged_into) = 16);

-- Small texts that the sync engine keeps; the store does not read them.
CREATE TABLE sync_state (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Files of the Gist whose records were taken in whole, by git blob id.
CREATE TABLE pulled_files (
  blob BLOB PRIMARY KEY CHECK (length(blob) = 20)
) STRICT, WITHOUT ROWID;

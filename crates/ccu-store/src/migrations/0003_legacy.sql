-- Records of the earlier tool (ccu-core, legacy). Of these there are two kinds: those that count, which stand in `records`
-- too, and those that are set aside because a record of a transcript or another of them is of the same response.

-- The last row that fell together in a legacy record, UTC ms; NULL for every other record.
ALTER TABLE records ADD COLUMN legacy_until INTEGER;

CREATE TABLE legacy_records (
  id             INTEGER PRIMARY KEY,
  echo           INTEGER NOT NULL, -- ccu-core, legacy::EchoBase
  moment         INTEGER NOT NULL,
  is_counted     INTEGER NOT NULL, -- whether `records` has it
  key            BLOB NOT NULL,    -- from here on as in records
  uuid           ANY,
  strand         INTEGER NOT NULL,
  time           INTEGER NOT NULL,
  input          INTEGER NOT NULL,
  output         INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  cache_read     INTEGER NOT NULL,
  web_searches   INTEGER NOT NULL,
  flags          INTEGER NOT NULL,
  legacy_until   INTEGER NOT NULL
) STRICT;

CREATE INDEX legacy_echoes ON legacy_records (echo);
CREATE INDEX legacy_moments ON legacy_records (moment);

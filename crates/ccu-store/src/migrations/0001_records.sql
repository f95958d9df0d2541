-- Names of things, then records, then what is derived from them, then how far transcripts were read.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE machines (
  id         INTEGER PRIMARY KEY,
  machine_id BLOB NOT NULL UNIQUE CHECK (length(machine_id) = 16),
  name       TEXT NOT NULL,
  last_sync  INTEGER -- UTC ms
) STRICT;

-- One dictionary for models, paths, branches, versions, agents, speeds, tiers and places. Each name stands once, which the
-- writer sees to (ccu-store, dictionary.rs): the index holds no more of it than tells most names apart, at half the size. So
-- do the indexes of sessions, strands, records and directories.
CREATE TABLE names (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;

CREATE INDEX name_tails ON names (substr(name, -8));

-- A canonical UUID is a blob of 16 bytes, any other session id a text.
CREATE TABLE sessions (
  id   INTEGER PRIMARY KEY,
  name ANY NOT NULL
) STRICT;

CREATE INDEX session_tails ON sessions (substr(name, -4));

-- What usage is grouped and priced by, besides time and session.
CREATE TABLE contexts (
  id            INTEGER PRIMARY KEY,
  machine       INTEGER NOT NULL,
  model         INTEGER NOT NULL,
  project       INTEGER NOT NULL,
  speed         INTEGER NOT NULL,
  service_tier  INTEGER NOT NULL,
  inference_geo INTEGER NOT NULL,
  is_sidechain  INTEGER NOT NULL,
  UNIQUE (machine, model, project, speed, service_tier, inference_geo, is_sidechain)
) STRICT;

-- All texts of a record together: neighbouring records share them.
CREATE TABLE strands (
  id      INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  context INTEGER NOT NULL,
  branch  INTEGER NOT NULL,
  version INTEGER NOT NULL,
  agent   INTEGER NOT NULL
) STRICT;

CREATE INDEX session_strands ON strands (session, agent);

-- The sequence number is the rowid: appending is cheap, and "what is new since" needs no index.
CREATE TABLE records (
  sequence       INTEGER PRIMARY KEY,
  key            BLOB NOT NULL,     -- 16 bytes, each once (ccu-store, records.rs)
  uuid           ANY,               -- as in sessions
  strand         INTEGER NOT NULL,
  time           INTEGER,           -- UTC ms, the earliest seen
  input          INTEGER NOT NULL,  -- tokens, here and below
  output         INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  cache_read     INTEGER NOT NULL,
  web_searches   INTEGER NOT NULL,
  flags          INTEGER NOT NULL   -- 1: complete; 2: pulled; 4: imported
) STRICT;

-- Three bytes tell 17 million keys apart; at ten million records, a look-up meets one other record now and then.
CREATE INDEX record_heads ON records (substr(key, 1, 3));

-- Packed sums of one UTC day (ccu-core, rollup/packed.rs). Undated records are under the day -2147483648.
CREATE TABLE rollups (
  day     INTEGER PRIMARY KEY,
  entries BLOB NOT NULL
) STRICT;

CREATE TABLE directories (
  id   INTEGER PRIMARY KEY,
  hash INTEGER NOT NULL, -- of the path: paths are long, and alike at both ends
  path ANY NOT NULL      -- text, or a blob where it is no Unicode; each once
) STRICT;

CREATE INDEX directory_hashes ON directories (hash);

-- How far each transcript was read.
CREATE TABLE transcripts (
  directory   INTEGER NOT NULL,
  name        ANY NOT NULL,      -- packed (ccu-store, file_name.rs)
  device      INTEGER NOT NULL,
  inode       INTEGER NOT NULL,
  size        INTEGER NOT NULL,  -- bytes, when last looked at
  modified    INTEGER NOT NULL,  -- ns since 1970, when last looked at
  unread      INTEGER NOT NULL,  -- size less the bytes read, to the end of a line
  tail_hash   INTEGER NOT NULL,  -- of the bytes before those, 32 bits
  PRIMARY KEY (directory, name)
) STRICT, WITHOUT ROWID;

-- Lines that were left out or read oddly, by the offset of their first byte.
CREATE TABLE line_problems (
  directory INTEGER NOT NULL,
  name      ANY NOT NULL,
  offset    INTEGER NOT NULL,
  problem   INTEGER NOT NULL,    -- ccu-core, LineProblem::number
  PRIMARY KEY (directory, name, offset)
) STRICT, WITHOUT ROWID;

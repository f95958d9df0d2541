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

-- One dictionary for models, paths, branches, versions, agents, speeds, tiers and places.
CREATE TABLE names (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- A canonical UUID is a blob of 16 bytes, any other session id a text.
CREATE TABLE sessions (
  id   INTEGER PRIMARY KEY,
  name ANY NOT NULL UNIQUE
) STRICT;

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
  agent   INTEGER NOT NULL,
  UNIQUE (session, context, branch, version, agent)
) STRICT;

-- The sequence number is the rowid: appending is cheap, and "what is new since" needs no index.
CREATE TABLE records (
  sequence       INTEGER PRIMARY KEY,
  key            BLOB NOT NULL,     -- 16 bytes
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

CREATE UNIQUE INDEX record_keys ON records (key);

-- Packed sums of one UTC day (ccu-core, rollup/packed.rs). Undated records are under the day -2147483648.
CREATE TABLE rollups (
  day     INTEGER PRIMARY KEY,
  entries BLOB NOT NULL
) STRICT;

CREATE TABLE directories (
  id   INTEGER PRIMARY KEY,
  path ANY NOT NULL UNIQUE -- text, or a blob where it is no Unicode
) STRICT;

-- How far each transcript was read.
CREATE TABLE transcripts (
  directory   INTEGER NOT NULL,
  name        ANY NOT NULL,      -- as in directories
  device      INTEGER NOT NULL,
  inode       INTEGER NOT NULL,
  size        INTEGER NOT NULL,  -- bytes, when last looked at
  modified    INTEGER NOT NULL,  -- ns since 1970, when last looked at
  offset      INTEGER NOT NULL,  -- bytes read, to the end of a line
  tail_hash   INTEGER NOT NULL,  -- of the bytes before the offset
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

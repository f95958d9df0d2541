-- The number of web searches, nearly always 0, moves into the flags: above their four bits, times 16.

UPDATE records SET flags = flags + web_searches * 16 WHERE web_searches > 0;
ALTER TABLE records DROP COLUMN web_searches;

UPDATE legacy_records SET flags = flags + web_searches * 16 WHERE web_searches > 0;
ALTER TABLE legacy_records DROP COLUMN web_searches;

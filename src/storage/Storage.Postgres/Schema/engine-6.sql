-- The document of a new execution stays here for a moment: to compress it costs more than to write it.
ALTER TABLE execution ALTER COLUMN document SET STORAGE EXTERNAL;
ALTER TABLE execution SET (toast_tuple_target = 8160);

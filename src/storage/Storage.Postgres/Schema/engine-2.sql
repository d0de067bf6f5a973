-- The snapshot of an execution that has just begun, until it has a row among Kestra's. Most end before, and are written there once.
ALTER TABLE execution ADD COLUMN document bytea;

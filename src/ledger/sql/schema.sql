-- The ledger's half that lives in the database. The other half is a Git note; each proves the other.
CREATE SCHEMA git_migrate;

COMMENT ON SCHEMA git_migrate IS 'ledger of git-migrate: what was deployed here; do not edit by hand';

-- One row: which ledger this is, and for which environment.
CREATE TABLE git_migrate.meta (
	singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
	format integer NOT NULL,
	ledger uuid NOT NULL DEFAULT gen_random_uuid(),
	environment text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The chain of records, verbatim. The check finds an accident; the signature inside raw finds a forgery.
CREATE TABLE git_migrate.record (
	sequence bigint PRIMARY KEY,
	id bytea NOT NULL UNIQUE CHECK (id = sha256(raw)),
	raw bytea NOT NULL,
	recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE git_migrate.record ALTER COLUMN raw SET STORAGE EXTENDED;

-- What is applied now: a row is written and deleted in the transaction of the migration itself.
CREATE TABLE git_migrate.applied (
	id text PRIMARY KEY,
	position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
	blob text NOT NULL,
	content text NOT NULL,
	path text NOT NULL,
	commit text NOT NULL,
	record bigint NOT NULL REFERENCES git_migrate.record,
	applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	applied_by text NOT NULL DEFAULT session_user,
	execution_time_ms bigint NOT NULL
);

-- The statements of a script that cannot run in one transaction, while it is under way.
CREATE TABLE git_migrate.journal (
	migration text NOT NULL,
	direction text NOT NULL CHECK (direction IN ('up', 'down')),
	statement integer NOT NULL,
	digest text NOT NULL,
	record bigint NOT NULL REFERENCES git_migrate.record,
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at timestamptz,
	PRIMARY KEY (migration, direction, statement)
);

-- For people with psql.
CREATE VIEW git_migrate.history AS
	SELECT coalesce(substring(regexp_replace(id, '^.*/', '') FROM '^[vV]?([0-9][0-9._]*[0-9]|[0-9])'), id) AS version,
		id AS name, applied_at, applied_by, execution_time_ms, 'applied' AS status, commit, position
	FROM git_migrate.applied
	UNION ALL
	SELECT coalesce(substring(regexp_replace(migration, '^.*/', '') FROM '^[vV]?([0-9][0-9._]*[0-9]|[0-9])'), migration),
		migration, max(started_at), NULL, NULL, 'partial', NULL, NULL
	FROM git_migrate.journal GROUP BY migration
	ORDER BY position NULLS LAST;

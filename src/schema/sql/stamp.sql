-- A text that differs after any change of the catalogs that the snapshot reads: pg_get_*def() look at the newest catalog,
-- not at the snapshot's, so a change in between must be found and the snapshot taken again.
SELECT concat_ws(' ',
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_class),
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_attribute WHERE attnum > 0),
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_constraint),
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_index),
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_proc WHERE oid >= 16384),
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_rewrite),
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_trigger),
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_type WHERE oid >= 16384),
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_policy),
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_namespace),
	(SELECT concat(count(*), '.', sum(xmin::text::bigint)) FROM pg_attrdef))

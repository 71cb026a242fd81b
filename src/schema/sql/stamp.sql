-- A number that differs after any change of the catalogs that the snapshot reads: pg_get_*def() look at the newest catalog,
-- not at the snapshot's, so a change in between must be found and the snapshot taken again.
SELECT concat_ws(' ',
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(oid, '/', xmin), 0))) FROM pg_class),
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(attrelid, '/', attnum, '/', xmin), 0))) FROM pg_attribute WHERE attnum > 0),
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(oid, '/', xmin), 0))) FROM pg_constraint),
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(indexrelid, '/', xmin), 0))) FROM pg_index),
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(oid, '/', xmin), 0))) FROM pg_proc WHERE oid >= 16384),
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(oid, '/', xmin), 0))) FROM pg_rewrite),
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(oid, '/', xmin), 0))) FROM pg_trigger),
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(oid, '/', xmin), 0))) FROM pg_type WHERE oid >= 16384),
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(oid, '/', xmin), 0))) FROM pg_policy),
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(oid, '/', xmin), 0))) FROM pg_namespace),
	(SELECT concat(count(*), '.', sum(hashtextextended(concat(oid, '/', xmin), 0))) FROM pg_attrdef))

-- The columns of a relation, those of JSON, and whether this login may read it; no row where the
-- name is unknown.
select
    has_table_privilege(relation.oid, 'select') as may_read,
    array(
        select attribute.attname::text
        from pg_catalog.pg_attribute as attribute
        where
            attribute.attrelid = relation.oid
            and attribute.attnum > 0
            and not attribute.attisdropped
    ) as columns,
    array(
        select attribute.attname::text
        from pg_catalog.pg_attribute as attribute
        where
            attribute.attrelid = relation.oid
            and attribute.attnum > 0
            and attribute.atttypid in ('json'::regtype, 'jsonb'::regtype)
    ) as json_columns
from pg_catalog.pg_class as relation
where relation.oid = to_regclass(%(relation)s)

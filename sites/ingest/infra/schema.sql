-- The database of sites/ingest. In an empty database, as its owner:
--   psql -v ON_ERROR_STOP=1 -v password=… -f schema.sql
CREATE ROLE ingest LOGIN PASSWORD :'password';

-- One row per message. The primary key makes the result exactly once: a message that comes again has the same time and id.
-- Records of a device in their order: ORDER BY seq. site is the gateway.
CREATE TABLE messages (
    time    timestamptz NOT NULL,
    id      text        NOT NULL,
    seq     bigint      NOT NULL,
    site    text        NOT NULL,
    device  text        NOT NULL,
    payload jsonb,
    PRIMARY KEY (time, id)
) PARTITION BY RANGE (time);
CREATE INDEX ON messages (site, device, time);

-- What is not in the partition of a day: clocks that are wrong, or nobody has created partitions.
CREATE TABLE messages_other PARTITION OF messages DEFAULT;

-- Creates the partitions of the days from yesterday on; run it every day: SELECT create_partitions(14).
CREATE FUNCTION create_partitions(days integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    day date;
BEGIN
    FOR day IN SELECT generate_series(current_date - 1, current_date + days, interval '1 day') LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF messages FOR VALUES FROM (%L) TO (%L)',
            'messages_' || to_char(day, 'YYYYMMDD'), day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    END LOOP;
END $$;
SELECT create_partitions(14);

-- Drops the partitions of days that ended so long ago: SELECT drop_partitions('90 days').
CREATE FUNCTION drop_partitions(age interval) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'messages'::regclass AND c.relname ~ '^messages_\d{8}$'
          AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= now() - age LOOP
        EXECUTE format('DROP TABLE %I', name);
    END LOOP;
END $$;

-- One row per sample. Times of single tags are in payload->'times'.
CREATE VIEW tag_values AS
SELECT m.time, m.site, m.device, t.key AS tag,
       CASE jsonb_typeof(t.value) WHEN 'number' THEN t.value::float8 WHEN 'boolean' THEN (t.value::boolean)::int::float8 END AS value,
       CASE WHEN jsonb_typeof(t.value) IN ('string', 'array') THEN t.value #>> '{}' END AS text,
       coalesce(m.payload -> 'quality' ->> t.key, 'GOOD') AS quality, m.seq
FROM messages m CROSS JOIN LATERAL jsonb_each(
    CASE WHEN jsonb_typeof(m.payload -> 'tags') = 'object' THEN m.payload -> 'tags' ELSE '{}' END) t;

-- Of the sink, which checks them: samples stays empty, plant_progress has the last stored record of each host's queue.
CREATE TABLE samples (
    time timestamptz NOT NULL, site text NOT NULL, device text NOT NULL, tag text NOT NULL,
    value double precision, text text, quality text NOT NULL, unit text NOT NULL);
CREATE TABLE plant_progress (sink text, queue uuid, batch bigint NOT NULL, record integer NOT NULL, PRIMARY KEY (sink, queue));

GRANT SELECT, INSERT ON messages, samples TO ingest;
GRANT SELECT, INSERT, UPDATE ON plant_progress TO ingest;

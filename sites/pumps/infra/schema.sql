-- Tables, trigger and role of the pumps. Run once as an administrator: psql -v password=… -d planta -f schema.sql
-- A sensor inserts a row; the trigger notifies the sensor's channel with {"id_sensor":1,"valor":100.0,"tiempo_sensor":"2025-01-01T10:00:00"}.
-- Catch-up reads the table, so that what was notified while nobody listened is not lost.
BEGIN;

CREATE TABLE lecturas (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    canal         text NOT NULL CHECK (octet_length(canal) < 64),   -- the longest name of a channel is 63 bytes
    id_sensor     integer NOT NULL,
    valor         double precision,
    tiempo_sensor timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX lecturas_tiempo ON lecturas (tiempo_sensor);
COMMENT ON TABLE lecturas IS 'Sensor values of both pumps; delete rows that are older than the longest outage';

CREATE FUNCTION notificar_lectura() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A payload has at most 8000 bytes. Equal payloads of one channel in one transaction are sent once.
    PERFORM pg_notify(NEW.canal, json_build_object(
        'id_sensor', NEW.id_sensor, 'valor', NEW.valor,
        'tiempo_sensor', to_char(NEW.tiempo_sensor AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'))::text);
    RETURN NULL;
END $$;

CREATE TRIGGER lectura_nueva AFTER INSERT ON lecturas FOR EACH ROW EXECUTE FUNCTION notificar_lectura();

-- A request whose answer was under way when the host was killed is sent again: the key keeps its prediction to one row.
CREATE TABLE predicciones (
    tiempo     timestamptz NOT NULL,
    bomba      text NOT NULL,
    valores    integer,
    estado     integer,
    prediccion jsonb,
    UNIQUE (bomba, tiempo)
);

CREATE ROLE monitor LOGIN PASSWORD :'password';
GRANT SELECT ON lecturas TO monitor;
GRANT SELECT, INSERT ON predicciones TO monitor;
GRANT USAGE, CREATE ON SCHEMA public TO monitor;                    -- the sink creates plant_progress

COMMIT;

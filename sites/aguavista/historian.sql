-- Once, by an administrator of the server: psql -v password=... -f historian.sql
-- The sink makes its own tables, so its role owns the database.
CREATE ROLE collector LOGIN PASSWORD :'password';
CREATE DATABASE plant OWNER collector;

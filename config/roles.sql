-- The roles and the database of OneStop, for psql and a superuser of PostgreSQL 17 or newer.
--
-- On a server of your own, once:
--     psql -X -v ON_ERROR_STOP=1 -v database=onestop -f config/roles.sql postgres
--     then, in psql:  \password onestop_owner   and   \password onestop_app
-- The embedded server of the demo and of the tests is made with this very file. Running it again changes nothing.
-- Without -v database=… only the roles are made; with -v template=… too, the database is a copy of that one.

-- Owns the schema: migrations, backup, maintenance. Forced row-level security binds an owner too, hence BYPASSRLS.
-- CREATEDB lets it restore a backup beside the running database. Never used by the web server or the worker.
SELECT 'CREATE ROLE onestop_owner LOGIN NOSUPERUSER BYPASSRLS CREATEDB NOCREATEROLE NOREPLICATION'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'onestop_owner') \gexec

-- The application: web server, worker, tests and most commands. The walls bind it.
SELECT 'CREATE ROLE onestop_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'onestop_app') \gexec

-- Owns the few listed SECURITY DEFINER functions that look over the walls. Nobody can sign in as it.
SELECT 'CREATE ROLE onestop_door NOLOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'onestop_door') \gexec

-- SET: a migration may hand a function over to the door. INHERIT: a later migration may replace that function.
SELECT 'GRANT onestop_door TO onestop_owner WITH ADMIN FALSE, INHERIT TRUE, SET TRUE'
WHERE NOT EXISTS (
    SELECT FROM pg_auth_members
    WHERE roleid = 'onestop_door'::regrole AND member = 'onestop_owner'::regrole AND inherit_option AND set_option
) \gexec

\if :{?database}
    \if :{?template}
        SELECT format('CREATE DATABASE %I OWNER onestop_owner TEMPLATE %I', :'database', :'template')
        WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
    \else
        -- LOCALE sets the C library's character classes as well: without them pg_trgm finds no Khmer letter at all.
        SELECT format(
            'CREATE DATABASE %I OWNER onestop_owner TEMPLATE template0 ENCODING ''UTF8'''
            ' LOCALE_PROVIDER builtin LOCALE ''C.UTF-8''', :'database')
        WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
    \endif

    \connect :"database"

    REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
    -- TEMPORARY: bulk loading copies into a temporary table first, as COPY cannot write behind a wall.
    GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO onestop_owner, onestop_app;
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO onestop_app, onestop_door;
    -- A function can only be given to a role that may create in its schema; nobody signs in as the door.
    GRANT CREATE ON SCHEMA public TO onestop_door;

    -- Made in the owner's name (both are trusted extensions), so that it can restore a whole backup without a superuser.
    SET ROLE onestop_owner;
    SET client_min_messages = warning;
    CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;
    CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
    RESET client_min_messages;
    -- What the application may do with a new table; the walls narrow it (onestop/areas/walls.py: Wall, Grant).
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO onestop_app;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO onestop_app;
    RESET ROLE;
\endif

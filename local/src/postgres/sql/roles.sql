-- The roles of a Supabase database, their memberships and settings. initdb makes supabase_admin, the only superuser.
-- supautils, which lets a hosted `postgres` do a few things of a superuser, is missing; comments mark the grants that
-- replace it.

create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role authenticator noinherit login password 'postgres';
create role supabase_realtime_admin nologin noinherit noreplication;
create role supabase_auth_admin noinherit login noreplication password 'postgres';
create role dashboard_user createdb createrole replication;
create role postgres login createdb createrole replication bypassrls password 'postgres';

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
-- Hosted: supautils lets postgres make policies on realtime.messages. Here, as on a Supabase without that setting,
-- postgres is a member of the role which owns the table.
grant supabase_realtime_admin to postgres;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role postgres set search_path = "$user", public, extensions;
alter role supabase_admin set search_path = "$user", public, auth, extensions;
alter role supabase_auth_admin set search_path = auth;

alter database postgres owner to postgres;
grant all on database postgres to dashboard_user;

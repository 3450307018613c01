create table public.notes (id bigint generated always as identity primary key, body text not null);
alter table public.notes enable row level security;
create policy "everybody reads" on public.notes for select to anon, authenticated using (true);
insert into public.notes (body) values ('first');

create function public.whoami() returns text language sql stable as $$ select current_user::text $$;

create policy "rooms are open" on realtime.messages for select to anon
  using (extension = 'broadcast' and (select realtime.topic()) like 'room:%');

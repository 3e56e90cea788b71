-- The one log: what was changed, by whom, when; and what else is audited. Writers add to change_pending in the
-- transaction of the write; one sealer at a time moves committed rows into change and chains them (changes/seal.ts).

create table huike.change_pending (
  n bigint generated always as identity primary key,
  kind text collate "C" not null default 'record', -- 'record' or 'event'
  op text collate "C" not null, -- create, update, delete, restore, purge; of an event its type
  object uuid,
  record uuid not null, -- all zeros: an event about no record
  version int,
  actor text collate "C" not null, -- the user's id, or the system's name
  on_behalf uuid,
  at timestamptz not null,
  batch uuid not null, -- one for all that one write did
  request text collate "C",
  ip text collate "C",
  agent text collate "C",
  data jsonb not null -- of a record {"tag": [before, after]}
);
create index change_pending_record on huike.change_pending (record);

create table huike.change (
  seq bigint not null, -- dense, from 1
  sealed timestamptz not null, -- never falls while seq rises
  block bigint not null,
  kind text collate "C" not null,
  op text collate "C" not null,
  object uuid,
  record uuid not null, -- all zeros: an event about no record
  version int,
  actor text collate "C" not null,
  on_behalf uuid,
  at timestamptz not null,
  batch uuid not null,
  request text collate "C",
  ip text collate "C",
  agent text collate "C",
  data jsonb not null,
  salt bytea, -- null: values were erased, the digest stays
  digest bytea not null,
  primary key (record, seq, sealed) -- the record first: the log can be spread by it
) partition by range (sealed);
create index change_seq on huike.change (seq);
create index change_actor on huike.change (actor, seq);
create index change_at on huike.change using brin (at);
create index change_event on huike.change (op, seq) where kind = 'event';

create table huike.change_block (
  block bigint primary key,
  first_seq bigint not null,
  last_seq bigint not null unique,
  sealed timestamptz not null,
  hash bytea not null -- of the hash before, the bounds and the digests
);

-- One row; its lock makes a process the sealer.
create table huike.change_head (
  one boolean primary key default true check (one),
  seq bigint not null,
  block bigint not null,
  sealed timestamptz not null,
  hash bytea not null
);
insert into huike.change_head (seq, block, sealed, hash) values (0, 0, '-infinity', sha256(''));

-- How far a reader of the log has come.
create table huike.change_cursor (
  name text collate "C" primary key,
  seq bigint not null default 0,
  moved timestamptz not null default now()
);

-- The answers of requests that carried an Idempotency-Key.
create table huike.idempotency (
  actor text collate "C" not null,
  key text collate "C" not null,
  request bytea not null,
  status int,
  body text,
  at timestamptz not null default now(),
  primary key (actor, key)
);
create index idempotency_at on huike.idempotency (at);

-- The last number given by an auto-number field in a period.
create table huike.counter (
  object uuid not null,
  tag int not null,
  period text collate "C" not null,
  value bigint not null,
  primary key (object, tag, period)
) with (fillfactor = 50);

-- Fails a write that was compiled for another version of the metadata (SQLSTATE HK001).
create function huike.expect_metadata(expected bigint) returns void language plpgsql as $$
begin
  if (select version from huike.metadata_version) <> expected then
    raise exception 'metadata version moved' using errcode = 'HK001';
  end if;
end $$;

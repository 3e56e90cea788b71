-- What is declared, how it is stored, and how it came to be.

-- One row. Whoever changes the metadata locks it first; whoever compiled a statement compares with it.
create table huike.metadata_version (
  only_row boolean primary key default true check (only_row),
  version int not null
);
insert into huike.metadata_version (version) values (0);

-- The declared state: each item as it is now.
create table huike.metadata (
  kind text collate "C" not null,
  name text collate "C" not null,
  document jsonb not null,
  -- Which app brought it; null for the customer's own.
  app text collate "C",
  n bigint not null generated always as identity,
  primary key (kind, name)
);

-- Objects as they are stored, the rows of table fields included. A tag is a field's number for ever.
create table huike.object (
  id uuid primary key,
  name text collate "C" not null unique,
  next_tag int not null,
  tags jsonb not null,
  n bigint not null generated always as identity
);

-- What was deleted and can be brought back until it is purged. `tag` is null for a whole object.
create table huike.set_aside (
  id uuid primary key,
  object_id uuid not null,
  object_name text collate "C" not null,
  tag int,
  name text collate "C" not null,
  -- The definition; of an object also its tags and counter.
  detail jsonb not null,
  -- As [now, then]: of a field its columns; of both the link tables.
  columns jsonb not null,
  links jsonb not null,
  version int not null,
  at timestamptz not null default now()
);
create index on huike.set_aside (at);

-- Every change of the metadata, with the items that it changed as they were before and after.
create table huike.metadata_log (
  version int primary key,
  at timestamptz not null default now(),
  actor text collate "C" not null,
  app text collate "C",
  document jsonb not null,
  plan jsonb not null,
  before jsonb not null,
  after jsonb not null
);

-- The apps that are installed, with the declarations that each shipped last: the base of the next upgrade's merge.
create table huike.app (
  name text collate "C" primary key,
  version text collate "C" not null,
  label jsonb not null,
  shipped jsonb not null,
  installed_at timestamptz not null default now()
);

-- Where an upgrade met an edit of the customer, and left it.
create table huike.metadata_clash (
  app text collate "C" not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  path text[] collate "C" not null,
  shipped jsonb,
  kept jsonb,
  at timestamptz not null default now(),
  primary key (app, kind, name, path)
);

-- Work on large tables that goes on after a change is committed: an index to build, columns to fill.
create table huike.metadata_task (
  id uuid primary key,
  object_id uuid not null,
  kind text collate "C" not null check (kind in ('index', 'fill')),
  -- Of an index: its name in the database.
  name text collate "C" not null,
  -- For people: the index or field that it is for.
  subject text collate "C" not null,
  state text collate "C" not null default 'building' check (state in ('building', 'failed')),
  attempts int not null default 0,
  reason text collate "C",
  -- Of a fill: the last record done.
  done_to uuid,
  rows_done bigint not null default 0,
  at timestamptz not null default now(),
  unique (object_id, kind, name)
);

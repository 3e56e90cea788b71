-- Imports: what was asked for, how far it is, and what became of the rows.

create table huike.import (
  id uuid primary key,
  object text collate "C" not null, -- its name
  file uuid not null, -- of huike.file; a link keeps it until a week after the end
  file_name text collate "C" not null,
  spec json not null, -- as it is carried out: with its mapping
  user_id uuid, -- who asked; null: the command line
  origin json not null, -- of the request, for the log
  request_key text collate "C", -- the Idempotency-Key
  state text collate "C" not null default 'waiting' check (state in
    ('waiting', 'running', 'unconfirmed', 'done', 'failed', 'cancelled', 'undoing', 'undone')),
  progress uuid, -- of huike.job_progress: of the work under way, or the last one
  survey json, -- what the first reading of the file found; null before
  done bigint not null default 0, -- rows that are through: the next batch begins behind them
  created bigint not null default 0,
  updated bigint not null default 0,
  matched bigint not null default 0, -- rows that met a record that was there; updated are those of them that changed it
  rejected bigint not null default 0,
  problems json not null default '[]', -- by code: how often, and the first few
  failure json, -- why it ended before its end: {code, params}
  undo json,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index import_of_user on huike.import (user_id, id);
create unique index import_request on huike.import (user_id, request_key) where request_key is not null;

-- One row for each batch, written in the transaction of the batch.
create table huike.import_batch (
  import uuid not null references huike.import on delete cascade,
  first bigint not null, -- how many rows came before
  records uuid[] not null, -- that were written, each with the version that it got
  versions int[] not null,
  created boolean[] not null,
  rejects json not null, -- [{line, problems}]
  primary key (import, first)
);

-- What is still to be taken back of an import that is being undone.
create table huike.import_undo (
  import uuid not null references huike.import on delete cascade,
  record uuid not null,
  created boolean not null,
  first int not null, -- the first and last version that the import made, and how many
  last int not null,
  writes int not null,
  primary key (import, record)
);

-- Which fields the columns of files with a certain header were mapped to.
create table huike.import_mapping (
  object text collate "C" not null,
  header text collate "C" not null, -- digest of the columns' names
  mapping json not null,
  used_at timestamptz not null default now(),
  primary key (object, header)
);

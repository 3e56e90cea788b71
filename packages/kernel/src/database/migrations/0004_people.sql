-- How people sign in. Who they are stands in data."user", whose table is made by evolve: hence no foreign keys.

-- Moves with whatever decides on rights, in the transaction that does it: caches of actors are as old as its two rows.
create table huike.people_version (
  kind text collate "C" primary key check (kind in ('people', 'sessions')),
  version bigint not null
);
insert into huike.people_version values ('people', 1), ('sessions', 1);

create table huike.credential (
  user_id uuid primary key,
  hash text collate "C" not null,
  -- The hashes before it, newest first.
  history text[] collate "C" not null default '{}',
  changed_at timestamptz not null,
  must_change boolean not null
);

-- When a user signed in last, or was enabled again.
create table huike.last_active (
  user_id uuid primary key,
  at timestamptz not null
);

create table huike.session (
  hash bytea primary key,
  id uuid not null unique,
  user_id uuid not null,
  -- What is still to be done before the session is one: otp, enrol, password.
  pending text[] collate "C" not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  ip text collate "C",
  user_agent text collate "C"
);
create index on huike.session (user_id);
create index on huike.session (expires_at);

create table huike.token (
  hash bytea primary key,
  id uuid not null unique,
  user_id uuid not null,
  name text collate "C" not null,
  -- How it ends, so that a person can tell it.
  hint text collate "C" not null,
  scopes text[] collate "C" not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  used_at timestamptz,
  used_ip text collate "C"
);
create index on huike.token (user_id);

create table huike.write_key (
  hash bytea primary key,
  id uuid not null unique,
  name text collate "C" not null,
  hint text collate "C" not null,
  channel text collate "C" not null,
  created_at timestamptz not null,
  created_by uuid
);

create table huike.totp (
  user_id uuid primary key,
  secret bytea not null,
  confirmed_at timestamptz,
  -- The last time step that was used: none counts twice.
  last_step bigint not null default -1
);

create table huike.recovery_code (
  user_id uuid not null,
  hash bytea not null,
  primary key (user_id, hash)
);

create table huike.oidc_identity (
  issuer text collate "C" not null,
  subject text collate "C" not null,
  user_id uuid not null,
  created_at timestamptz not null,
  primary key (issuer, subject),
  unique (user_id, issuer)
);

-- Failed sign-ins. `account` is a digest of the e-mail as typed, whether anyone has it or not; '' stands for all.
-- Unlogged: after a crash everyone has a fresh start, and a flood of failures writes no log.
create unlogged table huike.sign_in_failure (
  account text collate "C" not null,
  ip text collate "C" not null,
  failures int not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (account, ip)
);
create index on huike.sign_in_failure (last_at);

-- Where an account signed in from before: a stranger's failures don't lock its owner out there.
create table huike.known_address (
  account text collate "C" not null,
  ip text collate "C" not null,
  seen_at timestamptz not null,
  primary key (account, ip)
);

-- One row while the first administrator is still to come.
create table huike.setup (
  one boolean primary key default true check (one),
  code_hash bytea not null,
  expires_at timestamptz not null,
  attempts int not null default 0
);

create table huike.team_member (
  object_id uuid not null,
  record_id uuid not null,
  user_id uuid not null,
  "right" text collate "C" not null check ("right" in ('read', 'edit')),
  primary key (object_id, record_id, user_id)
);
create index on huike.team_member (user_id, object_id, record_id);

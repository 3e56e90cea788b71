-- Who is the same customer: what channels know customers by, which of them were found to be one, and what they did.

-- A customer as it came to be known. It keeps its id for ever; one that was merged is read as its survivor.
create table huike.identity (
  id uuid primary key, -- the record's id too, once there is a record
  survivor uuid not null, -- itself, or the end of the chain of merges
  known boolean not null, -- has more than weak identifiers
  since timestamptz not null
);
create index identity_survivor on huike.identity (survivor);

-- kind[@scope]:value, and under whom it came.
create table huike.identifier (
  key text collate "C" primary key,
  identity uuid not null,
  shared boolean not null default false, -- of more customers than its kind allows: joins nobody any more
  channel text collate "C" not null, -- where it was first seen
  event uuid, -- and by what interaction; null: by a record
  first_seen timestamptz not null,
  last_seen timestamptz not null -- to the day
);
create index identifier_identity on huike.identifier (identity);

-- Who else came with an identifier that is another's: a household, a colleague, the number's next owner.
create table huike.identifier_claim (
  key text collate "C" not null,
  identity uuid not null,
  first_seen timestamptz not null,
  primary key (key, identity)
);
create index identifier_claim_identity on huike.identifier_claim (identity);

-- A decision that some are one.
create table huike.merge (
  id uuid primary key,
  survivor uuid not null, -- at the time
  source text collate "C" not null, -- 'stitch', 'match' or 'person'
  actor text collate "C" not null,
  reason text collate "C",
  evidence jsonb not null,
  filled jsonb not null default '{}', -- fields of the survivor's record that were empty: {field: value}
  at timestamptz not null,
  undone_at timestamptz,
  undone_by text collate "C",
  undo uuid -- made when it was undone
);

-- What a merge joins. Never changed: an edge counts as long as its merge isn't undone.
create table huike.identity_edge (
  a uuid not null,
  b uuid not null,
  merge uuid not null,
  primary key (a, merge, b)
);
create index identity_edge_b on huike.identity_edge (b);
create index identity_edge_merge on huike.identity_edge (merge);

-- References that a merge, or its undoing, turned from one record to another: replayed in the order of their steps they
-- tell where each began.
create table huike.merge_move (
  step uuid not null, -- the merge's id, or its undo
  object uuid not null,
  tag int not null,
  record uuid not null,
  from_record uuid not null, -- of an undoing: where the reference began
  to_record uuid not null,
  had boolean not null, -- a list that referred to both before
  back boolean not null, -- by an undoing
  primary key (step, object, tag, record, from_record)
);
create index merge_move_to on huike.merge_move (to_record);
create index merge_move_record on huike.merge_move (record);

-- Pairs for a person to decide, and what was decided: never asked again.
create table huike.identity_review (
  id uuid primary key,
  a uuid not null, -- the smaller id
  b uuid not null,
  kind text collate "C" not null, -- 'match', 'shared', 'recycled', 'limit', 'duplicate'
  key text collate "C", -- the identifier that it is about
  probability float8,
  weights json,
  state text collate "C" not null default 'open' check (state in ('open', 'later', 'same', 'different', 'gone')),
  created_at timestamptz not null,
  decided_at timestamptz,
  decided_by text collate "C",
  unique nulls not distinct (a, b, kind, key)
);
create index identity_review_open on huike.identity_review (probability desc nulls last, id) where state in ('open', 'later');
create index identity_review_b on huike.identity_review (b);

-- What a channel says of a customer, the newest of each channel.
create table huike.identity_trait (
  identity uuid not null,
  field text collate "C" not null,
  channel text collate "C" not null,
  value jsonb not null,
  at timestamptz not null,
  primary key (identity, field, channel)
);

-- What customers did, or received. Never changed; kept under the identity by whose identifier it came.
create table huike.interaction (
  customer uuid not null,
  at timestamptz not null,
  id uuid not null,
  received timestamptz not null,
  channel text collate "C" not null,
  type text collate "C" not null,
  event text collate "C", -- the sender's id
  data jsonb not null,
  primary key (customer, at, id, received)
) partition by range (received);

-- Which events came: the digest of source and id, in a table of its own since a unique key can't reach across months.
create table huike.interaction_seen (
  id uuid primary key,
  received date not null
);
create index interaction_seen_received on huike.interaction_seen using brin (received);

-- Objects whose records a channel may send.
alter table huike.write_key add column objects text[] collate "C" not null default '{}';

-- Records in the bin that aren't purged: they may come back whatever the time.
create table huike.kept_record (
  record uuid primary key
);

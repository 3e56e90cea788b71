-- Jobs: what graphile-worker (schema graphile_worker, installed by jobs/install.ts) lacks. The functions below are the
-- only SQL that touches its tables, but for reports.

-- A worker pool is alive while its lease lasts. Whoever finds a lease run out releases what that pool had locked.
create table huike.job_lease (
  worker text collate "C" primary key,
  expires timestamptz not null
);

-- Which steps of a job are done. Rows commit with the step's effect and go with the job.
create table huike.job_step (
  job_id bigint not null,
  run int not null, -- the job's revision: a waiting job whose payload is replaced begins anew
  step text collate "C" not null,
  result json,
  primary key (job_id, run, step)
);

create table huike.job_schedule (
  name text collate "C" primary key,
  job text collate "C" not null,
  spec json not null, -- what enqueue_jobs takes
  cron text collate "C" not null,
  zone text collate "C" not null,
  next_at timestamptz not null
);
create index job_schedule_next on huike.job_schedule (next_at);

-- Long work that a person watches: imports, exports, building an index.
create table huike.job_progress (
  id uuid primary key,
  kind text collate "C" not null,
  job_id bigint,
  state text collate "C" not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  done bigint not null default 0,
  total bigint,
  message text collate "C",
  result json,
  cancel_requested boolean not null default false,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index job_progress_recent on huike.job_progress (kind, created_at);

-- Adds jobs, at most one of each key; the ids in the order of the specs. As graphile_worker.add_jobs, but: no NOTIFY
-- (it would make commits wait for one another), run_at rises within one call (so that order is kept), and a key that
-- a running job has is taken from it without ending that job's retries.
create function huike.enqueue_jobs(specs json) returns bigint[] language plpgsql as $$
declare
  keys text[];
  ids bigint[];
begin
  insert into graphile_worker._private_tasks (identifier)
  select distinct spec ->> 'job' from json_array_elements(specs) spec
  where not exists (select from graphile_worker._private_tasks t where t.identifier = spec ->> 'job')
  on conflict do nothing;
  insert into graphile_worker._private_job_queues (queue_name)
  select distinct spec ->> 'lane' from json_array_elements(specs) spec
  where spec ->> 'lane' is not null
    and not exists (select from graphile_worker._private_job_queues q where q.queue_name = spec ->> 'lane')
  on conflict do nothing;
  select array_agg(spec ->> 'key') into keys from json_array_elements(specs) spec where spec ->> 'key' is not null;
  if keys is not null then
    -- Waiting jobs of these keys can't be started from here on: workers skip locked rows.
    perform from graphile_worker._private_jobs j where j.key = any (keys) order by j.key for update;
    update graphile_worker._private_jobs j set key = null where j.key = any (keys) and j.locked_at is not null;
  end if;
  with spec as materialized (
    select n, nextval(pg_get_serial_sequence('graphile_worker._private_jobs', 'id')) as id,
      s ->> 'job' as job, s -> 'payload' as payload, s ->> 'lane' as lane, s ->> 'key' as key,
      (s ->> 'runAt')::timestamptz as run_at, coalesce((s ->> 'priority')::smallint, 0) as priority,
      (s ->> 'maxAttempts')::smallint as max_attempts
    from json_array_elements(specs) with ordinality as t (s, n)
  ), placed as (
    insert into graphile_worker._private_jobs as j (id, task_id, job_queue_id, payload, run_at, priority, max_attempts, key)
    overriding system value
    select s.id, t.id, q.id, s.payload, coalesce(s.run_at, clock_timestamp() + s.n * interval '1 microsecond'),
      s.priority, s.max_attempts, s.key
    from spec s
    join graphile_worker._private_tasks t on t.identifier = s.job
    left join graphile_worker._private_job_queues q on q.queue_name = s.lane
    order by s.key, s.n
    on conflict (key) do update set
      task_id = excluded.task_id, job_queue_id = excluded.job_queue_id, payload = excluded.payload,
      -- Without a time of its own a job that comes again and again would be put off for ever.
      run_at = case when exists (select from spec where spec.key = excluded.key and spec.run_at is not null)
        then excluded.run_at else least(j.run_at, excluded.run_at) end,
      priority = excluded.priority, max_attempts = excluded.max_attempts, revision = j.revision + 1,
      attempts = 0, last_error = null, updated_at = now()
    where j.locked_at is null
    returning j.id, j.key
  )
  select array_agg(case when s.key is null then s.id else p.id end order by s.n) into ids
  from spec s left join placed p on p.key = s.key;
  if array_position(ids, null) is not null then
    raise 'a job of the same key was added and started meanwhile' using errcode = 'serialization_failure';
  end if;
  return ids;
end $$;

-- Unlocks the lanes of these workers that have no job of theirs any more.
create function huike.free_lanes(workers text[]) returns void language plpgsql as $$
begin
  update graphile_worker._private_job_queues q set locked_by = null, locked_at = null
  where q.locked_by = any (workers)
    and not exists (select from graphile_worker._private_jobs j where j.job_queue_id = q.id and j.locked_by = q.locked_by);
end $$;

-- Removes a job that this worker holds, with its steps. False: it holds it no longer.
create function huike.finish_job(job bigint, worker text, attempt int) returns boolean language plpgsql as $$
declare
  lane int;
begin
  delete from graphile_worker._private_jobs j
  where j.id = job and j.locked_by = worker and j.attempts = attempt returning j.job_queue_id into lane;
  if not found then
    return false;
  end if;
  delete from huike.job_step s where s.job_id = job;
  update graphile_worker._private_job_queues q set locked_by = null, locked_at = null
  where q.id = lane and q.locked_by = worker;
  return true;
end $$;

-- Puts a job that this worker holds back for its next attempt, after e^attempts seconds, more or less; past its last
-- attempt it stays as a dead letter. A job whose key has a newer job waiting is dropped: that one does its work.
create function huike.fail_job(job bigint, worker text, attempt int, reason text, own_key text) returns text
language plpgsql as $$
declare
  lane int;
  last boolean;
begin
  select j.job_queue_id, j.attempts >= j.max_attempts into lane, last from graphile_worker._private_jobs j
  where j.id = job and j.locked_by = worker and j.attempts = attempt for update;
  if not found then
    return 'lost';
  end if;
  begin
    update graphile_worker._private_jobs j set
      key = own_key, last_error = reason, locked_by = null, locked_at = null, updated_at = now(),
      run_at = now() + exp(least(attempt, 10)) * (0.8 + random() * 0.4) * interval '1 second'
    where j.id = job;
  exception when unique_violation then
    perform huike.finish_job(job, worker, attempt);
    return 'superseded';
  end;
  update graphile_worker._private_job_queues q set locked_by = null, locked_at = null
  where q.id = lane and q.locked_by = worker;
  return case when last then 'dead' else 'retry' end;
end $$;

-- Gives a job back untried: the server stops.
create function huike.return_job(job bigint, worker text, attempt int, own_key text) returns void language plpgsql as $$
begin
  update graphile_worker._private_jobs j set locked_by = null, locked_at = null, attempts = j.attempts - 1,
    key = case when exists (select from graphile_worker._private_jobs o where o.key = own_key) then null else own_key end
  where j.id = job and j.locked_by = worker and j.attempts = attempt;
  perform huike.free_lanes(array[worker]);
end $$;

-- Releases what worker pools without a lease had locked; how many jobs. A step that is about to commit holds its job's
-- row: that job is left for the next time.
create function huike.reap_jobs() returns int language plpgsql as $$
declare
  dead text[] := array(select worker from huike.job_lease where expires < now());
  released int;
begin
  if cardinality(dead) = 0 then
    return 0;
  end if;
  with held as (
    select j.id from graphile_worker._private_jobs j where j.locked_by = any (dead) for update skip locked
  )
  update graphile_worker._private_jobs j set
    locked_by = null, locked_at = null, updated_at = now(),
    last_error = case when j.attempts >= j.max_attempts then 'the server stopped before the job was done' else j.last_error end
  from held where j.id = held.id;
  get diagnostics released = row_count;
  perform huike.free_lanes(dead);
  delete from huike.job_lease l where l.worker = any (dead) and l.expires < now()
    and not exists (select from graphile_worker._private_jobs j where j.locked_by = l.worker)
    and not exists (select from graphile_worker._private_job_queues q where q.locked_by = l.worker);
  return released;
end $$;

-- The rare cases, looked for every few minutes: a pool that died before it wrote its first lease gets one that has run
-- out; what a living pool has run for long isn't taken for abandoned by graphile-worker (which unlocks after 4 hours).
create function huike.sweep_job_locks(own_worker text, lease interval) returns void language plpgsql as $$
begin
  insert into huike.job_lease (worker, expires)
  select locked.by, '-infinity' from (
    select locked_by as by, locked_at as at from graphile_worker._private_jobs where locked_by is not null
    union all
    select locked_by, locked_at from graphile_worker._private_job_queues where locked_by is not null
  ) locked
  group by locked.by having max(locked.at) < now() - lease
  on conflict do nothing;
  update graphile_worker._private_jobs j set locked_at = now() from (
    select id from graphile_worker._private_jobs
    where locked_by = own_worker and locked_at < now() - interval '1 hour' for update skip locked
  ) old where j.id = old.id;
  update graphile_worker._private_job_queues set locked_at = now()
  where locked_by = own_worker and locked_at < now() - interval '1 hour';
end $$;

-- Files: a row for each, the bytes lie in the file store under storage_key.
create table huike.file (
  id uuid primary key,
  name text collate "C" not null,
  type text collate "C" not null,
  size bigint not null default 0,
  sha256 bytea,
  storage_key text collate "C" not null,
  state text collate "C" not null default 'receiving' check (state in ('receiving', 'stored', 'removing')),
  created_by uuid, -- null: the system
  created_at timestamptz not null default now(),
  unlinked_at timestamptz, -- when a link last went away
  removing_at timestamptz,
  check ((sha256 is not null) or state <> 'stored')
);
create index file_unsettled on huike.file (created_at) where state <> 'stored';

-- Which record's field shows a file. Written with the record.
create table huike.file_link (
  file_id uuid not null references huike.file,
  object_id uuid not null,
  field_tag int not null,
  record_id uuid not null,
  primary key (file_id, object_id, field_tag, record_id)
);
create index file_link_record on huike.file_link (record_id, object_id);

-- a new record that nothing hangs on
with "part0" as (insert into "data"."deal" ("id", "version", "owner", "department", "createdAt", "createdBy", "updatedAt", "updatedBy", "deletedAt", "subject", "subject~sort", "amount", "score", "stage", "account", "twice", "pieces", "~deletion", "~search") select "id", "version", "owner", "department", "createdAt", "createdBy", "updatedAt", "updatedBy", "deletedAt", "subject", "subject~sort", "amount", "score", "stage", "account", "twice", "pieces", "~deletion", "~search" from json_populate_recordset(null::"data"."deal", $1::json)), "part1" as (
insert into huike.change_pending (op, object, record, version, data, actor, on_behalf, at, batch, request, ip, agent)
select c.op, c.object, c.record, c.version, c.data, $2, $3, $4, $5, $6, $7, $8
from json_to_recordset($9::json) as c (op text, object uuid, record uuid, version int, data jsonb))
select huike.expect_metadata($10);
-- a new record with a related one, found by its code, and nested rows
select k.n::int as n, f.id from unnest($1::text[]) with ordinality k (v, n) cross join lateral (
  select "t"."id" from "data"."account" "t" where "t"."code" = k.v::text and "t"."deletedAt" is null and "t"."department" = any($2::uuid[]) limit 2) f;
begin;
select distinct "t"."region" as parent from "data"."account" "t"
where "t"."id" = any($1::uuid[]) and "t"."region" is not null;
select "t"."id", "t"."deletedAt", "t"."department", "t"."region", coalesce("t"."department" = any($1::uuid[]), false) as "?read" from "data"."account" "t"
where "t"."id" = any($2::uuid[]) order by "t"."id" for no key update of t;
insert into "data"."deal" ("id", "version", "owner", "department", "createdAt", "createdBy", "updatedAt", "updatedBy", "deletedAt", "subject", "subject~sort", "amount", "score", "stage", "account", "twice", "pieces", "~deletion", "~search") select "id", "version", "owner", "department", "createdAt", "createdBy", "updatedAt", "updatedBy", "deletedAt", "subject", "subject~sort", "amount", "score", "stage", "account", "twice", "pieces", "~deletion", "~search" from json_populate_recordset(null::"data"."deal", $1::json);
insert into "data"."dealLines" ("id", "version", "owner", "department", "createdAt", "createdBy", "updatedAt", "updatedBy", "deletedAt", "parent", "position", "item", "item~sort", "quantity", "~deletion", "~search") select "id", "version", "owner", "department", "createdAt", "createdBy", "updatedAt", "updatedBy", "deletedAt", "parent", "position", "item", "item~sort", "quantity", "~deletion", "~search" from json_populate_recordset(null::"data"."dealLines", $1::json);
insert into huike.change_pending (op, object, record, version, data, actor, on_behalf, at, batch, request, ip, agent)
select c.op, c.object, c.record, c.version, c.data, $1, $2, $3, $4, $5, $6, $7
from json_to_recordset($8::json) as c (op text, object uuid, record uuid, version int, data jsonb);
update "data"."account" "p" set "deals" = coalesce("p"."deals", 0) + "d"."n0", "won" = coalesce("p"."won", 0) + "d"."n1", "total" = trim_scale(coalesce("p"."total", 0) + "d"."v2"), "best" = greatest("p"."best", "d"."v3"), "least" = least("p"."least", "d"."v4"), "mean~count" = coalesce("p"."mean~count", 0) + "d"."n5", "mean~sum" = trim_scale(coalesce("p"."mean~sum", 0) + "d"."v5"), "mean" = trim_scale(round((coalesce("p"."mean~sum", 0) + "d"."v5") / nullif(coalesce("p"."mean~count", 0) + "d"."n5", 0), 12)) from (
  select "t"."account" as parent, count(*) as "n0", count(*) filter (where "t"."stage" = $1::text) as "n1", coalesce(sum("t"."amount"::text::numeric), 0) as "v2", max("t"."amount") as "v3", min("t"."score") as "v4", count("t"."score") as "n5", coalesce(sum("t"."score"::text::numeric), 0) as "v5" from "data"."deal" "t"
  where "t"."id" = any($2::uuid[]) and "t"."deletedAt" is null and "t"."account" is not null group by 1
) "d" where "p"."id" = "d".parent;
update "data"."deal" "p" set "pieces" = trim_scale(coalesce("p"."pieces", 0) + "d"."v0") from (
  select "t"."parent" as parent, coalesce(sum("t"."quantity"::text::numeric), 0) as "v0" from "data"."dealLines" "t"
  where "t"."id" = any($1::uuid[]) and "t"."deletedAt" is null and "t"."parent" is not null group by 1
) "d" where "p"."id" = "d".parent;
select huike.expect_metadata($1);
commit;
-- a change that no rollup depends on
begin;
select "t"."id", "t"."version", "t"."owner", "t"."department", "t"."createdAt", "t"."createdBy", "t"."updatedAt", "t"."updatedBy", "t"."deletedAt", "t"."subject", "t"."subject~sort", "t"."amount", "t"."score", "t"."stage", "t"."account", "t"."twice", "t"."pieces", "t"."~deletion", coalesce("t"."department" = $1::uuid, false) as "?read", coalesce("t"."owner" = $2::uuid, false) as "?update" from "data"."deal" "t"
where "t"."id" = any($3::uuid[]) order by "t"."id" for no key update of t;
with "part0" as (
update "data"."deal" t set "subject" = n."subject", "subject~sort" = n."subject~sort", "~search" = n."~search", "version" = n."version", "updatedAt" = n."updatedAt", "updatedBy" = n."updatedBy" from json_populate_recordset(null::"data"."deal", $1::json) n
where t."id" = n."id"), "part1" as (
insert into huike.change_pending (op, object, record, version, data, actor, on_behalf, at, batch, request, ip, agent)
select c.op, c.object, c.record, c.version, c.data, $2, $3, $4, $5, $6, $7, $8
from json_to_recordset($9::json) as c (op text, object uuid, record uuid, version int, data jsonb))
select huike.expect_metadata($10);
commit;
-- a change of what is summed up, and of links
begin;
select distinct "t"."account" as parent from "data"."deal" "t"
where "t"."id" = any($1::uuid[]) and "t"."account" is not null;
select distinct "t"."region" as parent from "data"."account" "t"
where "t"."id" = any($1::uuid[]) and "t"."region" is not null;
select "t"."id", "t"."deletedAt", "t"."department", "t"."region", coalesce("t"."department" = any($1::uuid[]), false) as "?read" from "data"."account" "t"
where "t"."id" = any($2::uuid[]) order by "t"."id" for no key update of t;
select "t"."id", "t"."version", "t"."owner", "t"."department", "t"."createdAt", "t"."createdBy", "t"."updatedAt", "t"."updatedBy", "t"."deletedAt", "t"."subject", "t"."subject~sort", "t"."amount", "t"."score", "t"."stage", "t"."account", "t"."twice", "t"."pieces", "t"."~deletion", coalesce("t"."department" = $1::uuid, false) as "?read", coalesce("t"."owner" = $2::uuid, false) as "?update" from "data"."deal" "t"
where "t"."id" = any($3::uuid[]) order by "t"."id" for no key update of t;
select l."source", l."target", coalesce("t"."deletedAt" is null and "t"."department" = any($1::uuid[]), false) as seen from "data"."deal.partners" l
left join "data"."account" "t" on "t"."id" = l."target" where l."source" = any($2::uuid[]);
update "data"."account" "p" set "deals" = coalesce("p"."deals", 0) - "d"."n0", "won" = coalesce("p"."won", 0) - "d"."n1", "total" = trim_scale(coalesce("p"."total", 0) - "d"."v2"), "mean~count" = coalesce("p"."mean~count", 0) - "d"."n3", "mean~sum" = trim_scale(coalesce("p"."mean~sum", 0) - "d"."v3"), "mean" = trim_scale(round((coalesce("p"."mean~sum", 0) - "d"."v3") / nullif(coalesce("p"."mean~count", 0) - "d"."n3", 0), 12)) from (
  select "t"."account" as parent, count(*) as "n0", count(*) filter (where "t"."stage" = $1::text) as "n1", coalesce(sum("t"."amount"::text::numeric), 0) as "v2", count("t"."score") as "n3", coalesce(sum("t"."score"::text::numeric), 0) as "v3" from "data"."deal" "t"
  where "t"."id" = any($2::uuid[]) and "t"."deletedAt" is null and "t"."account" is not null group by 1
) "d" where "p"."id" = "d".parent;
update "data"."deal" t set "amount" = n."amount", "version" = n."version", "updatedAt" = n."updatedAt", "updatedBy" = n."updatedBy" from json_populate_recordset(null::"data"."deal", $1::json) n
where t."id" = n."id";
insert into "data"."deal.partners" ("source", "target") select "source", "target" from unnest($1::uuid[], $2::uuid[]) as p ("source", "target") on conflict do nothing;
insert into huike.change_pending (op, object, record, version, data, actor, on_behalf, at, batch, request, ip, agent)
select c.op, c.object, c.record, c.version, c.data, $1, $2, $3, $4, $5, $6, $7
from json_to_recordset($8::json) as c (op text, object uuid, record uuid, version int, data jsonb);
update "data"."account" "p" set "deals" = coalesce("p"."deals", 0) + "d"."n0", "won" = coalesce("p"."won", 0) + "d"."n1", "total" = trim_scale(coalesce("p"."total", 0) + "d"."v2"), "best" = greatest("p"."best", "d"."v3"), "least" = least("p"."least", "d"."v4"), "mean~count" = coalesce("p"."mean~count", 0) + "d"."n5", "mean~sum" = trim_scale(coalesce("p"."mean~sum", 0) + "d"."v5"), "mean" = trim_scale(round((coalesce("p"."mean~sum", 0) + "d"."v5") / nullif(coalesce("p"."mean~count", 0) + "d"."n5", 0), 12)) from (
  select "t"."account" as parent, count(*) as "n0", count(*) filter (where "t"."stage" = $1::text) as "n1", coalesce(sum("t"."amount"::text::numeric), 0) as "v2", max("t"."amount") as "v3", min("t"."score") as "v4", count("t"."score") as "n5", coalesce(sum("t"."score"::text::numeric), 0) as "v5" from "data"."deal" "t"
  where "t"."id" = any($2::uuid[]) and "t"."deletedAt" is null and "t"."account" is not null group by 1
) "d" where "p"."id" = "d".parent;
update "data"."account" "p" set "best" = "d"."v0", "least" = "d"."v1" from "data"."account" q cross join lateral (
  select max("t"."amount") as "v0", min("t"."score") as "v1" from "data"."deal" "t"
  where "t"."account" = q."id" and "t"."deletedAt" is null
) "d" where "p"."id" = q."id" and ($1::uuid[] is null or q."id" = any($2::uuid[]));
select huike.expect_metadata($1);
commit;
-- a delete
begin;
select "t"."id", "t"."deal" as parent, "t"."~deletion" as deletion, "t"."deletedAt" is not null as deleted
from "data"."note" "t" where "t"."deal" = any($1::uuid[]);
select "t"."id", "t"."parent" as parent, "t"."~deletion" as deletion, "t"."deletedAt" is not null as deleted
from "data"."dealLines" "t" where "t"."parent" = any($1::uuid[]);
select distinct "t"."account" as parent from "data"."deal" "t"
where "t"."id" = any($1::uuid[]) and "t"."account" is not null;
select distinct "t"."parent" as parent from "data"."dealLines" "t"
where "t"."id" = any($1::uuid[]) and "t"."parent" is not null;
select distinct "t"."region" as parent from "data"."account" "t"
where "t"."id" = any($1::uuid[]) and "t"."region" is not null;
select "t"."id", "t"."deletedAt", "t"."department", "t"."region", coalesce("t"."department" = any($1::uuid[]), false) as "?read" from "data"."account" "t"
where "t"."id" = any($2::uuid[]) order by "t"."id" for no key update of t;
select "t"."id", "t"."version", "t"."owner", "t"."department", "t"."createdAt", "t"."createdBy", "t"."updatedAt", "t"."updatedBy", "t"."deletedAt", "t"."subject", "t"."subject~sort", "t"."amount", "t"."score", "t"."stage", "t"."account", "t"."twice", "t"."pieces", "t"."~deletion", coalesce("t"."owner" = $1::uuid, false) as "?delete", coalesce("t"."department" = $2::uuid, false) as "?read" from "data"."deal" "t"
where "t"."id" = any($3::uuid[]) order by "t"."id" for update of t;
select "t"."id", "t"."version", "t"."owner", "t"."department", "t"."createdAt", "t"."createdBy", "t"."updatedAt", "t"."updatedBy", "t"."deletedAt", "t"."parent", "t"."position", "t"."item", "t"."item~sort", "t"."quantity", "t"."~deletion", coalesce(exists (select 1 from "data"."deal" __master__ where __master__."id" = "t"."parent" and __master__."deletedAt" is null and __master__."department" = $1::uuid), false) as "?read" from "data"."dealLines" "t"
where "t"."id" = any($2::uuid[]) order by "t"."id" for update of t;
select "t"."id", "t"."deal" as parent, "t"."~deletion" as deletion, "t"."deletedAt" is not null as deleted
from "data"."note" "t" where "t"."deal" = any($1::uuid[]);
select "t"."id", "t"."parent" as parent, "t"."~deletion" as deletion, "t"."deletedAt" is not null as deleted
from "data"."dealLines" "t" where "t"."parent" = any($1::uuid[]);
update "data"."deal" "p" set "pieces" = trim_scale(coalesce("p"."pieces", 0) - "d"."v0") from (
  select "t"."parent" as parent, coalesce(sum("t"."quantity"::text::numeric), 0) as "v0" from "data"."dealLines" "t"
  where "t"."id" = any($1::uuid[]) and "t"."deletedAt" is null and "t"."parent" is not null group by 1
) "d" where "p"."id" = "d".parent;
update "data"."account" "p" set "deals" = coalesce("p"."deals", 0) - "d"."n0", "won" = coalesce("p"."won", 0) - "d"."n1", "total" = trim_scale(coalesce("p"."total", 0) - "d"."v2"), "mean~count" = coalesce("p"."mean~count", 0) - "d"."n3", "mean~sum" = trim_scale(coalesce("p"."mean~sum", 0) - "d"."v3"), "mean" = trim_scale(round((coalesce("p"."mean~sum", 0) - "d"."v3") / nullif(coalesce("p"."mean~count", 0) - "d"."n3", 0), 12)) from (
  select "t"."account" as parent, count(*) as "n0", count(*) filter (where "t"."stage" = $1::text) as "n1", coalesce(sum("t"."amount"::text::numeric), 0) as "v2", count("t"."score") as "n3", coalesce(sum("t"."score"::text::numeric), 0) as "v3" from "data"."deal" "t"
  where "t"."id" = any($2::uuid[]) and "t"."deletedAt" is null and "t"."account" is not null group by 1
) "d" where "p"."id" = "d".parent;
update "data"."deal" t set "deletedAt" = n."deletedAt", "~deletion" = n."~deletion", "version" = n."version", "updatedAt" = n."updatedAt", "updatedBy" = n."updatedBy" from json_populate_recordset(null::"data"."deal", $1::json) n
where t."id" = n."id";
update "data"."dealLines" t set "deletedAt" = n."deletedAt", "~deletion" = n."~deletion", "version" = n."version", "updatedAt" = n."updatedAt", "updatedBy" = n."updatedBy" from json_populate_recordset(null::"data"."dealLines", $1::json) n
where t."id" = n."id";
insert into huike.change_pending (op, object, record, version, data, actor, on_behalf, at, batch, request, ip, agent)
select c.op, c.object, c.record, c.version, c.data, $1, $2, $3, $4, $5, $6, $7
from json_to_recordset($8::json) as c (op text, object uuid, record uuid, version int, data jsonb);
update "data"."account" "p" set "deals" = coalesce("p"."deals", 0) + "d"."n0", "won" = coalesce("p"."won", 0) + "d"."n1", "total" = trim_scale(coalesce("p"."total", 0) + "d"."v2"), "best" = greatest("p"."best", "d"."v3"), "least" = least("p"."least", "d"."v4"), "mean~count" = coalesce("p"."mean~count", 0) + "d"."n5", "mean~sum" = trim_scale(coalesce("p"."mean~sum", 0) + "d"."v5"), "mean" = trim_scale(round((coalesce("p"."mean~sum", 0) + "d"."v5") / nullif(coalesce("p"."mean~count", 0) + "d"."n5", 0), 12)) from (
  select "t"."account" as parent, count(*) as "n0", count(*) filter (where "t"."stage" = $1::text) as "n1", coalesce(sum("t"."amount"::text::numeric), 0) as "v2", max("t"."amount") as "v3", min("t"."score") as "v4", count("t"."score") as "n5", coalesce(sum("t"."score"::text::numeric), 0) as "v5" from "data"."deal" "t"
  where "t"."id" = any($2::uuid[]) and "t"."deletedAt" is null and "t"."account" is not null group by 1
) "d" where "p"."id" = "d".parent;
update "data"."account" "p" set "best" = "d"."v0", "least" = "d"."v1" from "data"."account" q cross join lateral (
  select max("t"."amount") as "v0", min("t"."score") as "v1" from "data"."deal" "t"
  where "t"."account" = q."id" and "t"."deletedAt" is null
) "d" where "p"."id" = q."id" and ($1::uuid[] is null or q."id" = any($2::uuid[]));
update "data"."deal" "p" set "pieces" = trim_scale(coalesce("p"."pieces", 0) + "d"."v0") from (
  select "t"."parent" as parent, coalesce(sum("t"."quantity"::text::numeric), 0) as "v0" from "data"."dealLines" "t"
  where "t"."id" = any($1::uuid[]) and "t"."deletedAt" is null and "t"."parent" is not null group by 1
) "d" where "p"."id" = "d".parent;
select huike.expect_metadata($1);
commit;
-- back from the bin
begin;
select "id", "~deletion" as deletion, null::uuid as master from "data"."deal"
where "id" = any($1::uuid[]);
select "t"."id", "t"."deal" as parent, "t"."~deletion" as deletion, "t"."deletedAt" is not null as deleted
from "data"."note" "t" where "t"."deal" = any($1::uuid[]);
select "t"."id", "t"."parent" as parent, "t"."~deletion" as deletion, "t"."deletedAt" is not null as deleted
from "data"."dealLines" "t" where "t"."parent" = any($1::uuid[]);
select distinct "t"."account" as parent from "data"."deal" "t"
where "t"."id" = any($1::uuid[]) and "t"."account" is not null;
select distinct "t"."parent" as parent from "data"."dealLines" "t"
where "t"."id" = any($1::uuid[]) and "t"."parent" is not null;
select distinct "t"."region" as parent from "data"."account" "t"
where "t"."id" = any($1::uuid[]) and "t"."region" is not null;
select "t"."id", "t"."deletedAt", "t"."department", "t"."region", coalesce("t"."department" = any($1::uuid[]), false) as "?read" from "data"."account" "t"
where "t"."id" = any($2::uuid[]) order by "t"."id" for no key update of t;
select "t"."id", "t"."version", "t"."owner", "t"."department", "t"."createdAt", "t"."createdBy", "t"."updatedAt", "t"."updatedBy", "t"."deletedAt", "t"."subject", "t"."subject~sort", "t"."amount", "t"."score", "t"."stage", "t"."account", "t"."twice", "t"."pieces", "t"."~deletion", coalesce("t"."owner" = $1::uuid, false) as "?delete", coalesce("t"."department" = $2::uuid, false) as "?read" from "data"."deal" "t"
where "t"."id" = any($3::uuid[]) order by "t"."id" for update of t;
select "t"."id", "t"."version", "t"."owner", "t"."department", "t"."createdAt", "t"."createdBy", "t"."updatedAt", "t"."updatedBy", "t"."deletedAt", "t"."parent", "t"."position", "t"."item", "t"."item~sort", "t"."quantity", "t"."~deletion", coalesce(exists (select 1 from "data"."deal" __master__ where __master__."id" = "t"."parent" and __master__."deletedAt" is null and __master__."department" = $1::uuid), false) as "?read" from "data"."dealLines" "t"
where "t"."id" = any($2::uuid[]) order by "t"."id" for update of t;
select "id", "~deletion" as deletion, null::uuid as master from "data"."deal"
where "id" = any($1::uuid[]);
select "t"."id", "t"."deal" as parent, "t"."~deletion" as deletion, "t"."deletedAt" is not null as deleted
from "data"."note" "t" where "t"."deal" = any($1::uuid[]);
select "t"."id", "t"."parent" as parent, "t"."~deletion" as deletion, "t"."deletedAt" is not null as deleted
from "data"."dealLines" "t" where "t"."parent" = any($1::uuid[]);
update "data"."deal" t set "deletedAt" = n."deletedAt", "~deletion" = n."~deletion", "version" = n."version", "updatedAt" = n."updatedAt", "updatedBy" = n."updatedBy" from json_populate_recordset(null::"data"."deal", $1::json) n
where t."id" = n."id";
update "data"."dealLines" t set "deletedAt" = n."deletedAt", "~deletion" = n."~deletion", "version" = n."version", "updatedAt" = n."updatedAt", "updatedBy" = n."updatedBy" from json_populate_recordset(null::"data"."dealLines", $1::json) n
where t."id" = n."id";
insert into huike.change_pending (op, object, record, version, data, actor, on_behalf, at, batch, request, ip, agent)
select c.op, c.object, c.record, c.version, c.data, $1, $2, $3, $4, $5, $6, $7
from json_to_recordset($8::json) as c (op text, object uuid, record uuid, version int, data jsonb);
update "data"."account" "p" set "deals" = coalesce("p"."deals", 0) + "d"."n0", "won" = coalesce("p"."won", 0) + "d"."n1", "total" = trim_scale(coalesce("p"."total", 0) + "d"."v2"), "best" = greatest("p"."best", "d"."v3"), "least" = least("p"."least", "d"."v4"), "mean~count" = coalesce("p"."mean~count", 0) + "d"."n5", "mean~sum" = trim_scale(coalesce("p"."mean~sum", 0) + "d"."v5"), "mean" = trim_scale(round((coalesce("p"."mean~sum", 0) + "d"."v5") / nullif(coalesce("p"."mean~count", 0) + "d"."n5", 0), 12)) from (
  select "t"."account" as parent, count(*) as "n0", count(*) filter (where "t"."stage" = $1::text) as "n1", coalesce(sum("t"."amount"::text::numeric), 0) as "v2", max("t"."amount") as "v3", min("t"."score") as "v4", count("t"."score") as "n5", coalesce(sum("t"."score"::text::numeric), 0) as "v5" from "data"."deal" "t"
  where "t"."id" = any($2::uuid[]) and "t"."deletedAt" is null and "t"."account" is not null group by 1
) "d" where "p"."id" = "d".parent;
update "data"."deal" "p" set "pieces" = trim_scale(coalesce("p"."pieces", 0) + "d"."v0") from (
  select "t"."parent" as parent, coalesce(sum("t"."quantity"::text::numeric), 0) as "v0" from "data"."dealLines" "t"
  where "t"."id" = any($1::uuid[]) and "t"."deletedAt" is null and "t"."parent" is not null group by 1
) "d" where "p"."id" = "d".parent;
select huike.expect_metadata($1);
commit;

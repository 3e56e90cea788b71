select (
  select v.version
  from huike.metadata_version v
) as version, coalesce(json_agg(row_to_json(__record__)), '[]'::json)::text as data
from (
  select g."c0" as "createdAt", (
    select (
      select row_to_json(__record_2)
      from (select __account__."id" as "id", __account__."name" as "name") __record_2
    )
    from "data"."account" __account__
    where __account__."id" = g."c1"
  ) as "account", g."c2"::text as "total", g."c3" as "n"
  from (
    select to_char(date_trunc($1::text, ("t"."createdAt" at time zone $2::text)), 'YYYY-MM-DD') as "c0", (
      select __account_2."id"
      from "data"."account" __account_2
      where __account_2."id" = "t"."account"
        and __account_2."deletedAt" is null
        and __account_2."department" = $3::uuid
    ) as "c1", sum("t"."fee~base") as "c2", count(*)::float8 as "c3"
    from "data"."visit" "t"
    where "t"."deletedAt" is null
      and "t"."department" = any ($4::uuid[])
    group by 1, 2
    order by 3 desc nulls last, 1 asc nulls first, 2 asc nulls first
    limit $5::int4
  ) g
) __record__

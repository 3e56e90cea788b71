select (
  select v.version
  from huike.metadata_version v
) as version, coalesce(json_agg(x.j) filter (where x.n <= $1::int4), '[]'::json)::text as data, count(*)::int4 as n, max(x.k) as last
from (
  select (
    select row_to_json(__record__)
    from (select "p"."id" as "id") __record__
  ) as j, p."~n" as n, case
    when p."~n" = $1::int4 then json_build_array("p"."~k0"::text, "p"."~k1"::text)::text end as k
  from (
    select q.*, row_number() over () as "~n"
    from (
      select "t".*, "t"."day" as "~k0", "t"."id" as "~k1"
      from "data"."visit" "t"
      where "t"."deletedAt" is null
        and "t"."department" = any ($2::uuid[])
        and ("t"."day", "t"."id") > ($3::date, $4::uuid)
      order by "t"."day" asc nulls first, "t"."id" asc
      limit $1::int4 + 1
    ) q
  ) p
) x

select (
  select v.version
  from huike.metadata_version v
) as version, coalesce(json_agg(x.j) filter (where x.n <= $1::int4), '[]'::json)::text as data, count(*)::int4 as n, max(x.k) as last
from (
  select (
    select row_to_json(__record__)
    from (
      select "p"."id" as "id", "p"."subject" as "subject", case
        when "p"."fee" is not null then json_build_object('amount', "p"."fee"::text, 'currency', "p"."fee~currency") end as "fee"
    ) __record__
  ) as j, p."~n" as n, case
    when p."~n" = $1::int4 then json_build_array("p"."~k0"::text, "p"."~k1"::text)::text end as k
  from (
    select q.*, row_number() over () as "~n"
    from (
      select "t".*, "t"."createdAt" as "~k0", "t"."id" as "~k1"
      from "data"."visit" "t"
      where "t"."deletedAt" is null
      order by "t"."createdAt" desc nulls last, "t"."id" desc
      limit $1::int4 + 1
    ) q
  ) p
) x

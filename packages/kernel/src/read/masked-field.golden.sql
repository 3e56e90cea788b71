select (
  select v.version
  from huike.metadata_version v
) as version, coalesce(json_agg(x.j) filter (where x.n <= $1::int4), '[]'::json)::text as data, count(*)::int4 as n, max(x.k) as last
from (
  select (
    select row_to_json(__record__)
    from (
      select case
        when "p"."department" = any ($2::uuid[]) then to_json("p"."mobile")
        when "p"."owner" = $3::uuid then to_json(
          case
            when "p"."mobile" is null then null
            when "p"."mobile" ~ $4 then regexp_replace("p"."mobile", $5, $6)
            when "p"."mobile" ~ $7 then regexp_replace("p"."mobile", $8, $9)
            else $10 end
        ) end as "mobile", case
        when "p"."department" = any ($2::uuid[]) then case
        when "p"."fee" is not null then json_build_object('amount', "p"."fee"::text, 'currency', "p"."fee~currency") end end as "fee"
    ) __record__
  ) as j, p."~n" as n, case
    when p."~n" = $1::int4 then json_build_array("p"."~k0"::text, "p"."~k1"::text)::text end as k
  from (
    select q.*, row_number() over () as "~n"
    from (
      select "t".*, "t"."createdAt" as "~k0", "t"."id" as "~k1"
      from "data"."visit" "t"
      where "t"."deletedAt" is null
        and ("t"."owner" = $3::uuid or "t"."department" = any ($2::uuid[]))
      order by "t"."createdAt" desc nulls last, "t"."id" desc
      limit $1::int4 + 1
    ) q
  ) p
) x

select (
  select v.version
  from huike.metadata_version v
) as version, coalesce(json_agg(x.j) filter (where x.n <= $1::int4), '[]'::json)::text as data, count(*)::int4 as n, max(x.k) as last
from (
  select (
    select row_to_json(__record__)
    from (
      select "p"."id" as "id", (
        select (
          select row_to_json(__record_2)
          from (
            select __account__."id" as "id", __account__."name" as "name", (
              select (
                select row_to_json(__record_3)
                from (select __owner__."id" as "id", __owner__."name" as "name") __record_3
              )
              from "data"."user" __owner__
              where __owner__."id" = __account__."owner"
                and __owner__."deletedAt" is null
            ) as "owner"
          ) __record_2
        )
        from "data"."account" __account__
        where __account__."id" = "p"."account"
          and __account__."deletedAt" is null
          and __account__."department" = $2::uuid
      ) as "account", (
        select coalesce(
          json_agg(
            (
              select row_to_json(__record_4)
              from (select __others__."id" as "id", __others__."name" as "name") __record_4
            )
            order by __others__."id"
          ), '[]'::json
        )
        from "data"."visit.others" __link__
          join "data"."account" __others__ on __others__."id" = __link__."target"
        where __link__."source" = "p"."id"
          and __others__."deletedAt" is null
          and __others__."department" = $2::uuid
      ) as "others"
    ) __record__
  ) as j, p."~n" as n, case
    when p."~n" = $1::int4 then json_build_array("p"."~k0"::text, "p"."~k1"::text)::text end as k
  from (
    select q.*, row_number() over () as "~n"
    from (
      select "t".*, "t"."createdAt" as "~k0", "t"."id" as "~k1"
      from "data"."visit" "t"
      where "t"."deletedAt" is null
        and "t"."department" = any ($3::uuid[])
      order by "t"."createdAt" desc nulls last, "t"."id" desc
      limit $1::int4 + 1
    ) q
  ) p
) x

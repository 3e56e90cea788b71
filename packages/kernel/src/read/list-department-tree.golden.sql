select (
  select v.version
  from huike.metadata_version v
) as version, coalesce(json_agg(x.j) filter (where x.n <= $1::int4), '[]'::json)::text as data, count(*)::int4 as n, max(x.k) as last
from (
  select (
    select row_to_json(__record__)
    from (select "p"."id" as "id", "p"."subject" as "subject") __record__
  ) as j, p."~n" as n, case
    when p."~n" = $1::int4 then json_build_array("p"."~k0"::text, "p"."~k1"::text, "p"."~k2"::text)::text end as k
  from (
    select q.*, row_number() over () as "~n"
    from (
      select "t".*, (
        select __account__."name~sort"
        from "data"."account" __account__
        where __account__."id" = "t"."account"
          and __account__."deletedAt" is null
          and __account__."department" = $2::uuid
      ) as "~k0", "t"."day" as "~k1", "t"."id" as "~k2"
      from "data"."visit" "t"
      where "t"."deletedAt" is null
        and "t"."department" = any ($3::uuid[])
        and (
          "t"."fee~base" >= $4::numeric
            and ("t"."day" >= $5::date and "t"."day" < $6::date)
            and exists (
              select 1
              from "data"."account" __account_2
              where __account_2."id" = "t"."account"
                and __account_2."deletedAt" is null
                and __account_2."department" = $2::uuid
                and strpos(lower((__account_2."name") collate "C"), lower(($7::text) collate "C")) > 0
            )
            and (
              exists (
                select 1
                from "data"."visit.others" __link__
                  join "data"."account" __others__ on __others__."id" = __link__."target"
                where __link__."source" = "t"."id"
                  and true
                  and __others__."deletedAt" is null
                  and __others__."department" = $2::uuid
                  and __others__."level" = any ($8::text[])
              )
            ) is not true
        )
      order by (
        select __account__."name~sort"
        from "data"."account" __account__
        where __account__."id" = "t"."account"
          and __account__."deletedAt" is null
          and __account__."department" = $2::uuid
      ) asc nulls first, "t"."day" desc nulls last, "t"."id" asc
      limit $1::int4 + 1
    ) q
  ) p
) x

select (
  select v.version
  from huike.metadata_version v
) as version, count(*)::float8 as total
from "data"."visit" "t"
where "t"."deletedAt" is null
  and "t"."department" = any ($1::uuid[])
  and (
    "t"."fee~base" >= $2::numeric
      and ("t"."day" >= $3::date and "t"."day" < $4::date)
      and exists (
        select 1
        from "data"."account" __account__
        where __account__."id" = "t"."account"
          and __account__."deletedAt" is null
          and __account__."department" = $5::uuid
          and strpos(lower((__account__."name") collate "C"), lower(($6::text) collate "C")) > 0
      )
      and (
        exists (
          select 1
          from "data"."visit.others" __link__
            join "data"."account" __others__ on __others__."id" = __link__."target"
          where __link__."source" = "t"."id"
            and true
            and __others__."deletedAt" is null
            and __others__."department" = $5::uuid
            and __others__."level" = any ($7::text[])
        )
      ) is not true
  )

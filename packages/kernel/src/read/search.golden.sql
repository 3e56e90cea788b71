select (
  select v.version
  from huike.metadata_version v
) as version, coalesce(json_agg(json_build_object('object', r.object, 'id', r.id, 'title', r.title)), '[]'::json)::text as data, count(*)::int4 as n
from (
  select *
  from (
    (
      (
        select 'visit'::text as object, "t"."id" as id, ("t"."subject")::text as title
        from "data"."visit" "t"
        where ("t"."~search" @@ $1::tsquery or ("t"."department" = any ($2::uuid[]) and "t"."~search" @@ $3::tsquery))
          and "t"."deletedAt" is null
          and ("t"."owner" = $4::uuid or "t"."department" = any ($2::uuid[]))
        limit $5::int4
      )
      union all (
        select 'visit'::text as object, "t"."id" as id, ("t"."subject")::text as title
        from "data"."visit" "t"
        where ("t"."~search" @@ $6::tsquery or ("t"."department" = any ($2::uuid[]) and "t"."~search" @@ $7::tsquery))
          and (
            "t"."~search" @@ $8::tsquery
              or ("t"."department" = any ($2::uuid[]) and "t"."~search" @@ $9::tsquery)
          )
          and (
            (
              "t"."~search" @@ $1::tsquery
                or ("t"."department" = any ($2::uuid[]) and "t"."~search" @@ $3::tsquery)
            )
          ) is not true
          and "t"."deletedAt" is null
          and ("t"."owner" = $4::uuid or "t"."department" = any ($2::uuid[]))
        limit $10::int4
      )
    )
    union all (
      (
        select 'account'::text as object, "t"."id" as id, ("t"."name")::text as title
        from "data"."account" "t"
        where ("t"."~search" @@ $11::tsquery)
          and "t"."deletedAt" is null
          and "t"."department" = $12::uuid
        limit $13::int4
      )
      union all (
        select 'account'::text as object, "t"."id" as id, ("t"."name")::text as title
        from "data"."account" "t"
        where ("t"."~search" @@ $14::tsquery)
          and (("t"."~search" @@ $11::tsquery)) is not true
          and "t"."deletedAt" is null
          and "t"."department" = $12::uuid
        limit $15::int4
      )
    )
  ) u
  limit $16::int4
) r

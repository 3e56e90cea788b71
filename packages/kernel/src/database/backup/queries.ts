// PostgreSQL's catalog as statements: each query answers nodes (id, stage, rank, statement, needs) of the schemas $1.
// An id is `class:oid` as in pg_depend. search_path must be empty, so that every name comes out qualified.

const inSchemas = `join pg_namespace n on n.nspname = any ($1::text[]) and n.oid =`;
const classId = (oid: string) => `format('%s:%s', 'pg_class'::regclass::oid, ${oid})`;
const constraintId = (oid: string) => `format('%s:%s', 'pg_constraint'::regclass::oid, ${oid})`;
const attachedId = (oid: string) => `format('attached:%s', ${oid})`;

const types = `
  select format('%s:%s', 'pg_type'::regclass::oid, t.oid) as id, 'early' as stage, 1 as rank, '{}'::text[] as needs,
    format('create type %I.%I as enum (%s)', n.nspname, t.typname,
      (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid)) as statement
  from pg_type t ${inSchemas} t.typnamespace where t.typtype = 'e'
  union all
  select ${classId('c.oid')}, 'early', 1, '{}', format('create type %I.%I as (%s)', n.nspname, c.relname,
    (select string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        (select format('collate %I.%I', cn.nspname, l.collname) from pg_collation l
          join pg_namespace cn on cn.oid = l.collnamespace join pg_type t on t.oid = a.atttypid
          where l.oid = a.attcollation and l.oid <> t.typcollation)), ', ' order by a.attnum)
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))
  from pg_class c ${inSchemas} c.relnamespace where c.relkind = 'c'`;

const sequenceOptions = `format('start with %s increment by %s minvalue %s maxvalue %s cache %s%s', s.seqstart, s.seqincrement,
  s.seqmin, s.seqmax, s.seqcache, case when s.seqcycle then ' cycle' end)`;

const identitySequence = `pg_depend i join pg_sequence s on s.seqrelid = i.objid join pg_class sc on sc.oid = s.seqrelid
  join pg_namespace sn on sn.oid = sc.relnamespace
  where i.classid = 'pg_class'::regclass and i.refclassid = 'pg_class'::regclass and i.deptype = 'i'`;

const sequences = `
  select ${classId('c.oid')} as id, 'early' as stage, 2 as rank, '{}'::text[] as needs,
    format('create sequence %I.%I as %s %s', n.nspname, c.relname, format_type(s.seqtypid, null), ${sequenceOptions}) as statement
  from pg_class c ${inSchemas} c.relnamespace join pg_sequence s on s.seqrelid = c.oid
  where not exists (select from pg_depend i where i.classid = 'pg_class'::regclass and i.objid = c.oid and i.deptype = 'i')
  union all
  select format('owned:%s', c.oid), 'early', 4, array[${classId('c.oid')}, ${classId('d.refobjid')}],
    format('alter sequence %I.%I owned by %s.%I', n.nspname, c.relname, d.refobjid::regclass, a.attname)
  from pg_class c ${inSchemas} c.relnamespace
  join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass
    and d.deptype = 'a' and d.refobjsubid > 0
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where c.relkind = 'S'`;

const column = `concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
  (select format('collate %I.%I', cn.nspname, l.collname) from pg_collation l join pg_namespace cn on cn.oid = l.collnamespace
    where l.oid = a.attcollation and l.oid <> t.typcollation),
  case when a.attgenerated <> '' then format('generated always as (%s) %s', pg_get_expr(d.adbin, d.adrelid),
    case a.attgenerated when 's' then 'stored' else 'virtual' end) end,
  case when a.attidentity <> '' and not c.relispartition then (
    select format('generated %s as identity (sequence name %I.%I %s)',
      case a.attidentity when 'a' then 'always' else 'by default' end, sn.nspname, sc.relname, ${sequenceOptions})
    from ${identitySequence} and i.refobjid = c.oid and i.refobjsubid = a.attnum) end,
  case when a.attnotnull then 'not null' end)`;

const tables = `
  select ${classId('c.oid')} as id, 'table' as stage, 3 as rank, '{}'::text[] as needs,
    format('create %stable %I.%I (%s)%s%s', case c.relpersistence when 'u' then 'unlogged ' end, n.nspname, c.relname,
      (select string_agg(${column}, ', ' order by a.attnum) from pg_attribute a join pg_type t on t.oid = a.atttypid
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
      case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) end,
      ' with (' || nullif(array_to_string(c.reloptions, ', '), '') || ')') as statement
  from pg_class c ${inSchemas} c.relnamespace where c.relkind in ('r', 'p')
  union all
  select format('security:%s', c.oid), 'early', 4, array[${classId('c.oid')}],
    format('alter table %I.%I enable row level security', n.nspname, c.relname)
  from pg_class c ${inSchemas} c.relnamespace where c.relrowsecurity
  union all
  select format('%s:%s', 'pg_attrdef'::regclass::oid, d.oid), 'early', 4, array[${classId('c.oid')}],
    format('alter table only %I.%I alter column %I set default %s', n.nspname, c.relname, a.attname,
      pg_get_expr(d.adbin, d.adrelid))
  from pg_attrdef d join pg_class c on c.oid = d.adrelid ${inSchemas} c.relnamespace
  join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
  where a.attgenerated = '' and c.relkind in ('r', 'p')`;

// A partition is made as a table of its own and attached once both sides have their checks.
const partitions = `
  select ${attachedId('c.oid')} as id, 'table' as stage, 4 as rank,
    array[${classId('c.oid')}, ${classId('i.inhparent')}] || array(select ${constraintId('k.oid')} from pg_constraint k
      where k.conrelid in (c.oid, i.inhparent) and k.contype = 'c') as needs,
    format('alter table %s attach partition %I.%I %s', i.inhparent::regclass, n.nspname, c.relname,
      pg_get_expr(c.relpartbound, c.oid)) as statement
  from pg_class c ${inSchemas} c.relnamespace join pg_inherits i on i.inhrelid = c.oid
  where c.relispartition and c.relkind in ('r', 'p')`;

// A foreign key is copied to partitions by its parent; keys and checks of partitions have names of their own.
const constraints = `
  select ${constraintId('k.oid')} as id, case k.contype when 'c' then 'early' else 'late' end as stage,
    case k.contype when 'c' then 4 when 'f' then 9 else 7 end as rank,
    array[${classId('k.conrelid')}] || array(select unnest(array[coalesce(${constraintId('pk.oid')}, ${classId('x.indexrelid')}),
        ${attachedId('h.inhrelid')}])
      from pg_inherits h join pg_index x on x.indrelid = h.inhrelid left join pg_constraint pk on pk.conindid = x.indexrelid
        and pk.contype in ('p', 'u', 'x') and pk.conrelid = x.indrelid
      where h.inhparent = k.conrelid and k.contype in ('p', 'u', 'x')) as needs,
    format('alter table %s%I.%I add constraint %I %s', case k.contype when 'c' then 'only ' end, n.nspname, c.relname,
      k.conname, pg_get_constraintdef(k.oid)) as statement
  from pg_constraint k join pg_class c on c.oid = k.conrelid ${inSchemas} c.relnamespace
  where k.contype in ('c', 'p', 'u', 'x') or k.contype = 'f' and k.conparentid = 0`;

// An index that is still being built is left out: whoever was building it begins anew.
const indexes = `
  select ${classId('c.oid')} as id, 'late' as stage, 7 as rank,
    array[${classId('x.indrelid')}] || array(select unnest(array[${classId('px.indexrelid')}, ${attachedId('h.inhrelid')}])
      from pg_inherits h join pg_index px on px.indrelid = h.inhrelid where h.inhparent = x.indrelid) as needs,
    case when starts_with(pg_get_indexdef(c.oid), whole.words)
      then format('CREATE %sINDEX %I ON ', whole.uniquely, c.relname) || substr(pg_get_indexdef(c.oid), length(whole.words) + 1)
      else pg_get_indexdef(c.oid) end as statement
  from pg_index x join pg_class c on c.oid = x.indexrelid ${inSchemas} c.relnamespace
  cross join lateral (select uniquely, format('CREATE %sINDEX %I ON ONLY ', uniquely, c.relname) as words
    from (select case when x.indisunique then 'UNIQUE ' else '' end as uniquely) u) whole
  where x.indisvalid and not exists (select from pg_constraint k where k.conindid = x.indexrelid
    and k.contype in ('p', 'u', 'x') and k.conrelid = x.indrelid)`;

const functions = `
  select format('%s:%s', 'pg_proc'::regclass::oid, p.oid) as id, 'early' as stage, 5 as rank, '{}'::text[] as needs,
    pg_get_functiondef(p.oid) as statement
  from pg_proc p ${inSchemas} p.pronamespace where p.prokind in ('f', 'p')`;

const views = `
  select ${classId('c.oid')} as id, 'early' as stage, 6 as rank, '{}'::text[] as needs,
    format('create view %I.%I%s as %s', n.nspname, c.relname,
      ' with (' || nullif(array_to_string(c.reloptions, ', '), '') || ')', pg_get_viewdef(c.oid)) as statement
  from pg_class c ${inSchemas} c.relnamespace where c.relkind = 'v'`;

const triggers = `
  select format('%s:%s', 'pg_trigger'::regclass::oid, g.oid) as id, 'late' as stage, 8 as rank,
    array[${classId('g.tgrelid')}] as needs, pg_get_triggerdef(g.oid) as statement
  from pg_trigger g join pg_class c on c.oid = g.tgrelid ${inSchemas} c.relnamespace
  where not g.tgisinternal and g.tgparentid = 0`;

const statistics = `
  select format('%s:%s', 'pg_statistic_ext'::regclass::oid, s.oid) as id, 'late' as stage, 8 as rank, '{}'::text[] as needs,
    pg_get_statisticsobjdef(s.oid) as statement
  from pg_statistic_ext s ${inSchemas} s.stxnamespace`;

/** All nodes. */
export const nodeQuery = [
  types,
  sequences,
  tables,
  partitions,
  constraints,
  indexes,
  functions,
  views,
  triggers,
  statistics,
].join('\nunion all\n');

/** Other catalog entries that stand for a node: the row type of a table, the rule of a view, the index of a key. */
export const aliasQuery = `
  select format('%s:%s', 'pg_type'::regclass::oid, t.oid) as id, ${classId('t.typrelid')} as node
  from pg_type t ${inSchemas} t.typnamespace where t.typrelid <> 0
  union all
  select format('%s:%s', 'pg_type'::regclass::oid, t.oid), case when e.typrelid <> 0 then ${classId('e.typrelid')}
    else format('%s:%s', 'pg_type'::regclass::oid, e.oid) end
  from pg_type t ${inSchemas} t.typnamespace join pg_type e on e.oid = t.typelem where t.typcategory = 'A'
  union all
  select format('%s:%s', 'pg_rewrite'::regclass::oid, r.oid), ${classId('r.ev_class')}
  from pg_rewrite r join pg_class c on c.oid = r.ev_class ${inSchemas} c.relnamespace
  union all
  select ${classId('k.conindid')}, ${constraintId('k.oid')}
  from pg_constraint k ${inSchemas} k.connamespace where k.contype in ('p', 'u', 'x')
  union all
  select ${classId('i.objid')}, ${classId('i.refobjid')} from ${identitySequence} and sn.nspname = any ($1)
  union all
  select format('%s:%s', 'pg_attrdef'::regclass::oid, d.oid), ${classId('d.adrelid')}
  from pg_attrdef d join pg_class c on c.oid = d.adrelid ${inSchemas} c.relnamespace
  join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum where a.attgenerated <> ''`;

/** What needs what. A sequence doesn't wait for the column that owns it, nor a part's index for the whole's. */
export const needQuery = `
  select distinct format('%s:%s', d.classid, d.objid) as id, format('%s:%s', d.refclassid, d.refobjid) as needs
  from pg_depend d left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
  where d.deptype in ('n', 'a', 'i') and d.objid >= 16384 and d.refobjid >= 16384
    and not (d.deptype = 'a' and c.relkind is not distinct from 'S')`;

/** Tables that hold rows, with the columns to copy. */
export const contentQuery = `
  select format('%I.%I', n.nspname, c.relname) as name, array(select quote_ident(a.attname) from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns
  from pg_class c ${inSchemas} c.relnamespace where c.relkind = 'r' order by 1`;

export const sequenceQuery = `
  select format('%I.%I', n.nspname, c.relname) as name
  from pg_class c ${inSchemas} c.relnamespace where c.relkind = 'S' order by 1`;

/** What a backup would lose. */
export const unknownQuery = `
  select format('%s %I.%I', c.relkind, n.nspname, c.relname) as what
  from pg_class c ${inSchemas} c.relnamespace where c.relkind in ('m', 'f')
  union all
  select format('type %I.%I', n.nspname, t.typname)
  from pg_type t ${inSchemas} t.typnamespace where t.typtype in ('d', 'r', 'm')
  union all
  select format('function %I.%I', n.nspname, p.proname) from pg_proc p ${inSchemas} p.pronamespace where p.prokind in ('a', 'w')
  union all
  select format('rule %I on %I.%I', r.rulename, n.nspname, c.relname)
  from pg_rewrite r join pg_class c on c.oid = r.ev_class ${inSchemas} c.relnamespace where r.rulename <> '_RETURN'
  union all
  select format('policy %I on %I.%I', p.polname, n.nspname, c.relname)
  from pg_policy p join pg_class c on c.oid = p.polrelid ${inSchemas} c.relnamespace
  union all
  select format('inheritance of %I.%I', n.nspname, c.relname)
  from pg_inherits i join pg_class c on c.oid = i.inhrelid ${inSchemas} c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition`;

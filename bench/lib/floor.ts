// The floor: a bare Fastify server whose routes run SQL written by hand for just this table, over the same driver, with
// no sign-in, no checks and no metadata. Nothing that keeps the product's promises can be faster.
import Fastify from 'fastify';
import pg from 'pg';
import { say, untilTold } from './process.ts';

// pg's type doesn't know of pipelining yet.
const config: pg.PoolConfig & { pipeline: boolean } = {
  connectionString: process.env.DATABASE_URL ?? '',
  max: 16,
  pipeline: true,
};
const pool = new pg.Pool(config);
pool.on('error', () => {});
const app = Fastify();

const columns = `id, name, company, mobile, email, stage, source, city, "position", score,
  case when budget is not null then json_build_object('amount', budget::text, 'currency', "budget~currency") end as budget,
  birthday, "nextContact", subscribed, tags, note`;

const page = (after: string) => `
select coalesce(json_agg(x), '[]')::text as data from (
  select ${columns} from data.prospect
  where "deletedAt" is null and department = any($1::uuid[]) and stage = $2 and subscribed = true${after}
  order by score desc nulls last, id desc limit 50) x`;
const first = page('');
const next = page(' and (score, id) < ($3, $4)');

interface Listing {
  Querystring: { readonly tree: string; readonly stage: string; readonly score?: string; readonly id?: string };
}

app.get<Listing>('/list', async ({ query }, reply) => {
  const { tree, stage, score, id } = query;
  const after = score === undefined || id === undefined ? [] : [Number(score), id];
  const { rows } = await pool.query<{ data: string }>({
    name: after.length === 0 ? 'first' : 'next',
    text: after.length === 0 ? first : next,
    values: [tree.split(','), stage, ...after],
  });
  return reply.header('content-type', 'application/json; charset=utf-8').send(`{"data":${rows[0]?.data ?? ''}}`);
});

interface Creating {
  /** As the product takes it, with what it would work out: the title's sort key and what search finds the record by. */
  Body: Readonly<Record<string, unknown>> & {
    readonly owner: string;
    readonly department: string;
    readonly budget: { readonly amount: string; readonly currency: string };
    readonly sort: string;
    readonly search: string | null;
  };
}

const plain =
  'name company mobile email stage source city position score birthday nextContact subscribed tags note'.split(' ');
const quoted = plain.map((name) => `"${name}"`).join();
const places = plain.map((_, index) => `$${index + 8}`).join();
const record = `
insert into data.prospect (id, version, owner, department, "createdAt", "createdBy", "updatedAt", "updatedBy",
  budget, "budget~currency", "budget~rate", "budget~base", "name~sort", "~search", ${quoted})
values ($1, 1, $2, $3, $4, $2, $4, $2, $5, 'CNY', 1, $5, $6, $7, ${places})`;
const change = `
insert into huike.change_pending (op, object, record, version, actor, at, batch, data)
values ('create', $1, $2, 1, $3, $4, $2, $5)`;
const objectId = '00000000-0000-7000-8000-000000000000';

app.post<Creating>('/create', async ({ body }, reply) => {
  const { owner, department, budget, sort, search, ...values } = body;
  const id = crypto.randomUUID();
  const at = new Date().toISOString();
  const client = await pool.connect();
  try {
    await Promise.all([
      client.query('begin'),
      client.query({
        name: 'record',
        text: record,
        values: [id, owner, department, at, budget.amount, sort, search, ...plain.map((name) => values[name])],
      }),
      client.query({ name: 'change', text: change, values: [objectId, id, owner, at, JSON.stringify(values)] }),
      client.query('commit'),
    ]);
  } finally {
    client.release();
  }
  return reply.code(201).send({ id, version: 1 });
});

await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
untilTold(async () => {
  await app.close();
  await pool.end();
});
say({ port: typeof address === 'object' ? address?.port : 0 });

import type { Kernel } from '@huike/kernel';
import { type Command, type DemoPerson, newId, Problem, type Values, writeLimits } from '@huike/schema';
import { appFolders } from './apps.ts';

// A sample company, all of it in one write: it is there as a whole or not at all, and once.

const actor = { kind: 'system', name: 'command' } as const;
/** The company's own code: no other department may have it. */
const mark = 'DEMO';

const departments = [
  ['DEMO-EAST', '华东销售部'],
  ['DEMO-WEST', '西南销售部'],
  ['DEMO-KEY', '大客户部'],
  ['DEMO-SERVICE', '客户服务部'],
] as const;
const names = [
  '陈思远',
  '林若溪',
  '周子墨',
  '吴雨桐',
  '郑浩然',
  '孙一诺',
  '何文博',
  '高嘉怡',
  '马俊杰',
  '罗欣怡',
  '谢明轩',
  '唐婉清',
];

/** How much was made; null when it was there already. */
export async function seedDemo(kernel: Kernel): Promise<{ readonly people: number; readonly records: number } | null> {
  const filter = { field: 'code', op: 'eq', value: mark };
  const { data } = await kernel.list(actor, 'department', { fields: ['id'], filter, limit: 1 });
  if (data !== '[]') return null;
  const demos = (await appFolders()).flatMap(({ demo }) => demo ?? []);
  const known = kernel.catalogs.current().roles;
  const roles = (kind: 'leader' | 'member') =>
    demos.flatMap((demo) => demo.roles[kind]).filter((name) => known.has(name));
  const company = newId();
  const people: DemoPerson[] = [];
  const commands: Command[] = [create('department', company, { name: '示例科技有限公司', code: mark })];
  for (const [index, [code, name]] of departments.entries()) {
    const department = newId();
    commands.push(create('department', department, { name, code, parent: company }));
    for (const [place, person] of names.slice(3 * index, 3 * index + 3).entries()) {
      people.push({ id: newId(), name: person, department, leads: place === 0 });
    }
  }
  // Nobody has a password: they are there to own things, not to sign in.
  for (const [index, { id, name, department, leads }] of people.entries()) {
    const email = `demo${index + 1}@example.com`;
    commands.push(create('user', id, { name, email, department, roles: roles(leads ? 'leader' : 'member') }));
  }
  const world = { random: numbers(20_260_101), newId, now: kernel.now(), people };
  const records = demos.flatMap((demo) => demo.records(world));
  if (commands.length + records.length > writeLimits.commands)
    throw new Error('the sample data is too much for one write');
  try {
    await kernel.write(actor, [...commands, ...records]);
  } catch (error) {
    // Another process was first.
    if (error instanceof Problem && error.code === 'write.conflict') return null;
    throw error;
  }
  return { people: people.length, records: records.length };
}

function create(object: string, id: string, values: Values): Command {
  return { op: 'create', object, id, values };
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

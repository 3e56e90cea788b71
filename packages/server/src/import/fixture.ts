// For tests of imports: what is imported into, and a caller who waits for the end.
import type { Json, MetadataDocument } from '@huike/schema';
import type { Answer, Caller } from '../testing.ts';

const label = (zh: string, en: string) => ({ zh, en });
const option = (value: string, zh: string, en: string) => ({ value, label: label(zh, en) });

/** Members of a shop and the shops; a role that may read its own members only, without their incomes. */
export const shop: MetadataDocument = {
  settings: [{ name: 'company', rates: [{ currency: 'USD', from: '2020-01-01', rate: '7.1' }] }],
  objects: [
    {
      name: 'store',
      label: label('门店', 'Store'),
      title: 'name',
      fields: [
        { name: 'name', type: 'text', label: label('门店名称', 'Store name'), required: true },
        { name: 'code', type: 'text', label: label('编号', 'Code'), unique: true },
        { name: 'parent', type: 'relation', to: 'store', label: label('上级门店', 'Parent') },
      ],
    },
    {
      name: 'member',
      label: label('会员', 'Member'),
      title: 'name',
      fields: [
        { name: 'name', type: 'text', label: label('姓名', 'Name'), required: true },
        { name: 'code', type: 'text', label: label('编号', 'Code'), unique: true },
        { name: 'mobile', type: 'phone', label: label('手机', 'Mobile'), unique: true },
        { name: 'email', type: 'email', label: label('邮箱', 'E-mail') },
        { name: 'birthday', type: 'date', label: label('生日', 'Birthday') },
        { name: 'joined', type: 'dateTime', label: label('入会时间', 'Joined at') },
        { name: 'income', type: 'money', label: label('年收入', 'Income') },
        { name: 'discount', type: 'percent', label: label('折扣', 'Discount') },
        { name: 'points', type: 'number', label: label('积分', 'Points') },
        { name: 'important', type: 'boolean', label: label('重点', 'Important') },
        {
          name: 'level',
          type: 'option',
          label: label('等级', 'Level'),
          options: [option('gold', '金卡', 'Gold'), option('silver', '银卡', 'Silver')],
        },
        {
          name: 'likes',
          type: 'options',
          label: label('爱好', 'Likes'),
          options: [option('tea', '茶', 'Tea'), option('books', '图书', 'Books')],
        },
        {
          name: 'region',
          type: 'cascade',
          label: label('区域', 'Region'),
          tree: [{ ...option('east', '华东', 'East'), children: [option('zj', '浙江', 'Zhejiang')] }],
        },
        { name: 'home', type: 'address', label: label('地址', 'Address') },
        { name: 'place', type: 'geo', label: label('位置', 'Place') },
        { name: 'store', type: 'relation', to: 'store', label: label('门店', 'Store') },
        { name: 'stores', type: 'relations', to: 'store', label: label('常去门店', 'Stores') },
        { name: 'remark', type: 'longText', label: label('备注', 'Remark') },
        { name: 'number', type: 'autoNumber', pattern: 'M-{0000}', label: label('流水号', 'Number') },
      ],
    },
  ],
  roles: [
    {
      name: 'clerk',
      objects: {
        member: {
          ...{ read: 'own', create: true, update: 'own', delete: 'own' },
          fields: { income: 'none', number: 'read' },
        },
        store: { read: 'own' },
      },
    },
    { name: 'viewer', objects: { member: { read: 'all' } } },
  ],
};

const active: ReadonlySet<Json> = new Set(['waiting', 'running', 'undoing']);

/** A file as it is sent. */
export type Sheet = string | Uint8Array | readonly (readonly string[])[];

const bytesIn = (sheet: Sheet): Uint8Array => {
  if (typeof sheet === 'string') return Buffer.from(sheet);
  if (sheet instanceof Uint8Array) return sheet;
  return Buffer.from(sheet.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n'));
};

/** Sends a file; the answer to that. */
export function send(caller: Caller, spec: Json, sheet: Sheet, headers: Record<string, string> = {}): Promise<Answer> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytesIn(sheet))]), 'members.csv');
  form.append('spec', JSON.stringify(spec));
  return caller.post('imports', form, headers);
}

/** The report of an import once nothing of it is under way. */
export async function ended(caller: Caller, id: Json): Promise<Answer> {
  for (;;) {
    const report = await caller.get(`imports/${id}`);
    if (report.status !== 200) throw new Error(JSON.stringify(report.body));
    if (!active.has(report.get('state'))) return report;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Imports a file and waits; throws when it isn't accepted. */
export async function imported(caller: Caller, spec: Json, sheet: Sheet): Promise<Answer> {
  const sent = await send(caller, spec, sheet);
  if (sent.status !== 202) throw new Error(JSON.stringify(sent.body));
  return ended(caller, sent.get('id'));
}

/** The rejected rows as the text of their file. */
export async function rejectsOf(caller: Caller, report: Answer): Promise<string> {
  return String((await caller.get(`imports/${report.get('id')}/rejects`)).body);
}

/** Every record, by one of its fields. */
export async function recordsBy(
  caller: Caller,
  object: string,
  key: string,
): Promise<ReadonlyMap<Json, { readonly [field: string]: Json }>> {
  const records = new Map<Json, { readonly [field: string]: Json }>();
  for (let cursor: Json = null; ; ) {
    const page = await caller.get(`records/${object}?limit=500&sort=id${cursor === null ? '' : `&cursor=${cursor}`}`);
    const data = page.get('data');
    for (const record of Array.isArray(data) ? data : []) records.set(record[key] ?? null, record);
    cursor = page.get('page', 'next');
    if (cursor === null) return records;
  }
}

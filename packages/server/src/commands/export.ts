import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { JsonObject } from '@huike/schema';
import { tableFile, tableFormats } from '../record-table.ts';
import { language, say } from '../say.ts';
import { type CommandModule, readArguments, WrongArguments } from './arguments.ts';
import { operator, withKernel } from './command.ts';
import { writeWhole } from './write-whole.ts';

export const command: CommandModule = {
  usage: {
    zh: `huike export <对象> --out <文件> [--format csv|xlsx] [--fields a,b] [--filter JSON] [--sort -createdAt]

导出一个对象的全部记录。格式缺省按文件名。`,
    en: `huike export <object> --out <file> [--format csv|xlsx] [--fields a,b] [--filter JSON] [--sort -createdAt]

Exports the records of an object. The format defaults to what the file's name says.`,
  },

  async run(args, environment) {
    const { option, rest } = readArguments(args, { options: ['format', 'out', 'fields', 'filter', 'sort'], rest: 1 });
    const [object = ''] = rest;
    const out = option('out');
    const asked = option('format') ?? (out?.endsWith('.xlsx') ? 'xlsx' : 'csv');
    const format = tableFormats.find((one) => one === asked);
    if (out === undefined || format === undefined) throw new WrongArguments();
    const query = {
      ...(option('fields') === undefined ? {} : { fields: option('fields')?.split(',').filter(Boolean) ?? [] }),
      ...(option('sort') === undefined ? {} : { sort: option('sort')?.split(',').filter(Boolean) ?? [] }),
      ...filterIn(option('filter')),
    };
    return withKernel(environment, async ({ kernel }) => {
      const exported = await kernel.exportRecords(operator, object, query, format);
      const catalog = kernel.catalogs.current();
      const where = { timeZone: catalog.company.timeZone, language: language() };
      await writeWhole(out, (into) => pipeline(tableFile(exported, catalog, format, where), createWriteStream(into)));
      say('export.done', { count: String(exported.total), file: out });
      return 0;
    });
  },
};

function filterIn(text: string | undefined): { readonly filter?: JsonObject } {
  if (text === undefined) return {};
  try {
    return { filter: JSON.parse(text) };
  } catch {
    throw new WrongArguments();
  }
}

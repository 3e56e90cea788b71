import type { Kernel } from '@huike/kernel';
import type { FastifyInstance } from 'fastify';
import { type TableFormat, tableFile, tableFormats } from '../../record-table.ts';
import { addressOf, param } from '../address.ts';
import { actorOf, demand } from '../identify.ts';
import { languageOf } from '../problems.ts';
import { listFromAddress } from '../query.ts';
import { invalid } from '../wrong.ts';

// GET records/{object}/export?format=csv|xlsx&fields&filter&sort: what the actor may read and export, as a file.

const types: Readonly<Record<TableFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

interface OfObject {
  Params: { readonly object: string };
}

export function exportRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.get<OfObject>(
    '/records/:object/export',
    { exposeHeadRoute: false, config: { asOneself: true } },
    async (request, reply) => {
      const { object } = request.params;
      const actor = demand(actorOf(request), { area: 'records', object, operation: 'export' });
      const address = addressOf(request);
      const asked = param(address, 'format') ?? 'csv';
      const format = tableFormats.find((one) => one === asked);
      if (format === undefined) throw invalid('format', 'csv or xlsx', '应为 csv 或 xlsx');
      const { limit: _, cursor: __, count: ___, deleted: ____, ...query } = listFromAddress(address);
      const exported = await kernel.exportRecords(actor, object, query, format);
      const language = languageOf(request);
      const day = new Date().toISOString().slice(0, 10);
      const [plain, full] = [object, exported.label[language]].map((name) => `${name}-${day}.${format}`);
      const stream = tableFile(exported, kernel.catalogs.current(), format, { timeZone: actor.timeZone, language });
      return reply
        .header('content-type', types[format])
        .header('content-disposition', `attachment; filename="${plain}"; filename*=UTF-8''${encoded(full ?? object)}`)
        .send(stream);
    },
  );
}

/** As RFC 6266 wants a name with Chinese in it. */
function encoded(name: string): string {
  const hex = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(name.toWellFormed()).replace(/['()*!]/g, hex);
}

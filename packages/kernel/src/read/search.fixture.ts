// The reference model of searching: over the words that are kept of each record, those of fields that the viewer sees.
import { type Json, newId } from '@huike/schema';
import { type RawRow, shownValue } from '@huike/testkit';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import { isSearched } from '../search/fields.ts';
import { searchQuery } from '../search/tokens.ts';
import { type Checking, refusal } from './checking.fixture.ts';
import { search } from './index.ts';

const typed = [
  '张三',
  'zs',
  'zhang',
  '三',
  'abc',
  '8000',
  '138 0013',
  'N-0001',
  'example',
  "o'brien",
  '%_',
  'a zs',
  '𠮷',
];

/** Everything that is found anywhere, and in one object. */
export async function checkSearch(checks: Checking): Promise<void> {
  const { world, actor, objects, dice } = checks;
  const [object] = objects;
  if (object === undefined) return;
  const text = dice.pick(typed);
  const expected = objects.flatMap((one) => foundIn(checks, one, text));
  if (expected.length <= 100) {
    const found: Json = JSON.parse(await search(world.context, actor, { text, limit: 100 }));
    checks.same(sorted(found), sorted(expected), object, { text });
  }
  const one = dice.pick(objects);
  const found: Json = JSON.parse(await search(world.context, actor, { text, objects: [one.name], limit: 100 }));
  checks.same(sorted(found), sorted(foundIn(checks, one, text)), one, { text });
  const hidden = [...world.catalog.objects.keys()].find((name) => !objects.some((seen) => seen.name === name));
  const asked = await refusal(() => search(world.context, actor, { text, objects: [hidden ?? 'absent'] }));
  checks.same(asked, { code: 'object.unknown', params: { object: hidden ?? 'absent' }, status: 404 }, object, newId());
}

const sorted = (found: Json): Json =>
  Array.isArray(found) ? found.map((one) => JSON.stringify(one, ['object', 'id', 'title'])).sort() : found;

function foundIn(checks: Checking, object: CatalogObject, text: string): Json[] {
  const { viewer } = checks;
  const fields = [...object.fields.values()].filter(isSearched);
  return viewer
    .rows(object)
    .filter((row) => viewer.sees(object, row))
    .filter((row) =>
      isFound(
        row,
        fields.filter((field) => viewer.sight(field, row) === 'clear'),
        text,
      ),
    )
    .map((row) => {
      const { title } = object;
      const seen = viewer.sight(title, row) === 'clear' ? shownValue(viewer, title, row) : null;
      return { object: object.name, id: String(row.id), title: seen };
    });
}

function isFound(row: RawRow, fields: readonly CatalogField[], text: string): boolean {
  const words = [...lexemes(String(row['~search'] ?? ''))];
  const { words: wanted, exact } = searchQuery(
    fields.map(({ tag }) => String(tag)),
    text,
  );
  const has = (lexeme: string, prefix: boolean) =>
    words.some((word) => (prefix ? word.startsWith(lexeme) : word === lexeme));
  const meets = wanted.every(({ anyOf }) =>
    anyOf.some(({ allOf }) => allOf.every(({ lexeme, prefix }) => has(lexeme, prefix))),
  );
  return (meets && wanted.length > 0) || exact.some((lexeme) => has(lexeme, false));
}

/** The lexemes of a tsvector as PostgreSQL prints it. */
function* lexemes(text: string): Generator<string> {
  for (const [, lexeme = ''] of text.matchAll(/'((?:[^']|'')*)'/g)) {
    yield lexeme.replaceAll("''", "'").replaceAll('\\\\', '\\');
  }
}

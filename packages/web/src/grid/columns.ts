import type { ColumnTotal, Label } from '@huike/schema';
import type { FieldInfo, ObjectInfo, RecordData } from '../data/api.ts';

// The columns of a list: the fields that a view names, with how each looks.

export interface Column {
  /** The field, or a path to a field of a related record: `owner.department`. */
  readonly path: string;
  readonly field: FieldInfo;
  readonly label: Label;
  readonly width: number;
  readonly editable: boolean;
  readonly end: boolean;
  readonly total: ColumnTotal | null;
}

/** What a view says about its columns. */
export interface ColumnChoice {
  readonly fields?: readonly string[];
  readonly columns?: readonly { readonly field: string; readonly width?: number; readonly total?: ColumnTotal }[];
}

const hiddenInLists: ReadonlySet<string> = new Set([
  ...['id', 'version', 'deletedAt', 'createdBy', 'updatedBy', 'updatedAt', 'department'],
]);
const longTypes: ReadonlySet<string> = new Set([
  ...['longText', 'richText', 'table', 'relations', 'file', 'image', 'geo', 'address'],
]);
const numeric: ReadonlySet<string> = new Set(['number', 'decimal', 'money', 'percent']);
/** Filled by the system, whatever the right on them. */
const computed: ReadonlySet<string> = new Set(['formula', 'rollup', 'autoNumber']);

const widths: Readonly<Record<string, number>> = {
  text: 180,
  longText: 260,
  richText: 260,
  address: 260,
  boolean: 80,
  date: 120,
  dateTime: 160,
  number: 110,
  decimal: 120,
  percent: 100,
  money: 140,
  phone: 150,
  email: 200,
  url: 220,
  option: 120,
  options: 180,
  relation: 180,
  user: 120,
  department: 140,
};

/** Without a view: the title first, then what fits. */
function usualFields(object: ObjectInfo): readonly string[] {
  const shown = object.fields.filter(
    (field) => !hiddenInLists.has(field.name) && !longTypes.has(field.type) && field.name !== object.title,
  );
  const title = object.fields.filter((field) => field.name === object.title);
  const own = shown.filter((field) => !field.system);
  const system = shown.filter((field) => field.system);
  return [...title, ...own, ...system].slice(0, 10).map((field) => field.name);
}

/** A field by its path from an object; undefined where the viewer knows none. */
export function fieldAt(objects: readonly ObjectInfo[], object: ObjectInfo, path: string): FieldInfo | undefined {
  const [first = '', ...rest] = path.split('.');
  const field = object.fields.find((one) => one.name === first);
  if (field === undefined || rest.length === 0) return field;
  const target = objects.find((one) => one.name === field.target);
  return target === undefined ? undefined : fieldAt(objects, target, rest.join('.'));
}

/** The label of a path, from the far end to the near: 负责人 › 部门. */
export function labelAt(objects: readonly ObjectInfo[], object: ObjectInfo, path: string): Label {
  const steps = path.split('.');
  const labels = steps.map((_, index) => fieldAt(objects, object, steps.slice(0, index + 1).join('.'))?.label);
  const join = (language: 'zh' | 'en') =>
    labels.map((label, index) => label?.[language] || label?.zh || steps[index]).join(' › ');
  return { zh: join('zh'), en: join('en') };
}

/** The columns that a view shows to this viewer. */
export function columnsOf(
  objects: readonly ObjectInfo[],
  object: ObjectInfo,
  choice: ColumnChoice,
  narrow = false,
): readonly Column[] {
  const named = (choice.fields ?? []).filter((path) => fieldAt(objects, object, path) !== undefined);
  const paths = named.length > 0 ? named : usualFields(object);
  return paths.flatMap((path): Column[] => {
    const field = fieldAt(objects, object, path);
    if (field === undefined) return [];
    const look = choice.columns?.find((column) => column.field === path);
    // On a phone what stays in sight must leave room for what moves.
    const usual = path === object.title ? (narrow ? 150 : 220) : (widths[field.type] ?? 160);
    return [
      {
        path,
        field,
        label: labelAt(objects, object, path),
        width: Math.min(look?.width ?? usual, narrow ? 200 : Number.POSITIVE_INFINITY),
        editable:
          object.may.update &&
          field.right === 'edit' &&
          !computed.has(field.type) &&
          !path.includes('.') &&
          (!field.system || path === 'owner'),
        end: isNumeric(field),
        total: look?.total ?? null,
      },
    ];
  });
}

export function isNumeric(field: FieldInfo): boolean {
  if (numeric.has(field.type)) return true;
  const { definition } = field;
  if (field.type === 'rollup')
    return definition?.type === 'rollup' && definition.fn !== 'min' && definition.fn !== 'max';
  return (
    field.type === 'formula' &&
    definition?.type === 'formula' &&
    (definition.returns === 'number' || definition.returns === 'decimal')
  );
}

/** The value of a record at a path; null where there is none. */
export function valueAt(record: RecordData, path: string): unknown {
  if (!path.includes('.')) return record[path] ?? null;
  let at: unknown = record;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null) return null;
    at = Reflect.get(at, step);
  }
  return at ?? null;
}

/** What a list asks for besides its columns, so that rows can be named, changed and drawn. */
export function fieldsToRead(
  object: ObjectInfo,
  columns: readonly Column[],
  more: readonly string[],
): readonly string[] {
  const known = new Set(object.fields.map((field) => field.name));
  const always = ['id', 'version', ...(known.has(object.title) ? [object.title] : [])];
  return [...new Set([...always, ...columns.map((column) => column.path), ...more])];
}

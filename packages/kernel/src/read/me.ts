import { isJsonObject, type JsonObject } from '@huike/schema';
import { accessOf, type UserActor } from '../access/index.ts';
import type { Company } from '../catalog/types.ts';
import { get } from './pages.ts';
import type { ReadContext } from './run.ts';

/** The user who asks: the own record as it may be seen, and what the company and its roles decide. */
export interface Me {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string | null;
  readonly avatar: JsonObject | null;
  readonly department: JsonObject | null;
  readonly roles: readonly string[];
  readonly capabilities: readonly string[];
  readonly external: boolean;
  readonly language: UserActor['language'];
  readonly timeZone: string;
  readonly company: Omit<Company, 'rates'>;
}

const shown = ['id', 'name', 'email', 'phone', 'avatar', 'department'];

/** Who asks. Throws `record.unknown` when the user was deleted a moment ago. */
export async function me(context: ReadContext, actor: UserActor): Promise<Me> {
  const record: unknown = JSON.parse(await get(context, actor, 'user', actor.id, { fields: shown }));
  const { name, email, phone, avatar, department } = isJsonObject(record) ? record : {};
  const catalog = context.catalogs.current();
  const { rates: _, ...company } = catalog.company;
  const picture = Array.isArray(avatar) ? avatar.find(isJsonObject) : undefined;
  return {
    id: actor.id,
    name: textOf(name) ?? '',
    email: textOf(email) ?? '',
    phone: textOf(phone),
    avatar: picture ?? null,
    department: isJsonObject(department) ? department : null,
    roles: actor.roles,
    capabilities: actor.external ? [] : [...accessOf(catalog, actor).capabilities],
    external: actor.external,
    language: actor.language,
    timeZone: actor.timeZone,
    company,
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : null);

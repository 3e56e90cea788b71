import { createHash } from 'node:crypto';
import {
  type ErrorCode,
  type ErrorParams,
  type Issue,
  isJsonObject,
  type Json,
  type JsonObject,
  newId,
} from '@huike/schema';
import { type Identifier, type Kinds, readIdentifiers } from '../identifier/kinds.ts';

// One event of a channel: read, checked, and ready to be stitched.

export const eventLimits = {
  /** Events a call. */
  events: 5_000,
  /** Bytes of one event as JSON. */
  bytes: 64 * 1024,
  depth: 20,
  /** UTF-16 units of an id, a type, a channel. */
  name: 200,
} as const;

/** A record that comes with an event: an order of a shop, a member of a till. */
export interface SentRecord {
  readonly object: string;
  /** The field that tells which record is meant. */
  readonly key: string;
  readonly values: JsonObject;
}

export interface TrackEvent {
  /** Of the interaction: made from the source and the sender's id, so that one event is one interaction. */
  readonly id: string;
  readonly senderId: string | null;
  readonly type: string;
  readonly at: Date;
  readonly channel: string;
  readonly identifiers: readonly Identifier[];
  readonly traits: JsonObject;
  readonly properties: JsonObject;
  readonly record: SentRecord | null;
}

export interface Refusal {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  /** Which part of the event, as `/identifiers/phone`; '' for the whole. */
  readonly path: string;
}

export interface Source {
  /** The write key's id. */
  readonly id: string;
  readonly channel: string;
  /** Objects whose records it may send. */
  readonly objects: readonly string[];
}

const typePattern = /^[\p{L}\p{N}][\p{L}\p{N}_.:/ -]{0,99}$/u;
const channelPattern = /^[\p{L}\p{N}][\p{L}\p{N}_.:-]{0,59}$/u;
const earliest = Date.UTC(2000, 0, 1);
const day = 86_400_000;

/** Reads one event; what is wrong with it otherwise. Never throws. */
export function readEvent(given: Json, kinds: Kinds, source: Source, now: Date): TrackEvent | Refusal {
  if (!isJsonObject(given)) return refusal('track.event', '');
  const size = sizeOf(given, 0);
  if (size === 'deep') return refusal('track.tooDeep', '', { limit: eventLimits.depth });
  if (size === 'text') return refusal('track.text', '');
  if (size === 'name') return refusal('track.fieldName', '', { name: '__proto__' });
  if (size > eventLimits.bytes) return refusal('track.tooLarge', '', { limit: `${eventLimits.bytes / 1024} KB` });

  const { id = null, type = null, at = null, channel = source.channel, traits = null, properties = null } = given;
  if (id !== null && (typeof id !== 'string' || id === '' || id.length > eventLimits.name))
    return refusal('value.type', '/id', { expected: 'text of 1 to 200 characters' });
  if (typeof type !== 'string' || !typePattern.test(type))
    return type === null
      ? refusal('value.required', '/type')
      : refusal('value.type', '/type', { expected: 'a name such as pageView' });
  if (typeof channel !== 'string' || !channelPattern.test(channel))
    return refusal('value.type', '/channel', { expected: 'a name such as webShop' });
  if (traits !== null && !isJsonObject(traits)) return refusal('value.type', '/traits', { expected: 'an object' });
  if (properties !== null && !isJsonObject(properties))
    return refusal('value.type', '/properties', { expected: 'an object' });
  const time = at === null ? now : readTime(at, now);
  if (time === null) return refusal('track.time', '/at');
  const record = readRecord(given.record);
  if (record === 'wrong') return refusal('value.type', '/record', { expected: '{object, key, values}' });
  if (record !== null && !source.objects.includes(record.object))
    return refusal('track.object', '/record/object', { object: record.object.slice(0, 60) });

  const { identifiers, issues } = readIdentifiers(kinds, given.identifiers, channel, '/identifiers');
  const [issue] = issues;
  if (issue !== undefined) return refused(issue);
  if (identifiers.length === 0) return refusal('track.nobody', '/identifiers');
  return {
    id: id === null ? newId() : interactionId(source.id, id),
    senderId: id,
    type,
    at: time,
    channel,
    identifiers,
    traits: traits ?? {},
    properties: properties ?? {},
    record,
  };
}

function refusal(code: ErrorCode, path: string, params: ErrorParams = {}): Refusal {
  return { code, params, path };
}

const refused = ({ code, params = {}, path }: Issue): Refusal => ({ code, params, path });

export function isRefusal(read: TrackEvent | Refusal): read is Refusal {
  return 'code' in read;
}

/** A UUID of version 8 (RFC 9562, 5.8) from the digest of source and id. */
function interactionId(source: string, event: string): string {
  const digest = createHash('sha256').update(source).update('\0').update(event).digest().subarray(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const isoTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/** A time with its offset, or milliseconds since 1970; null when it is neither, or can't be. */
function readTime(at: Json, now: Date): Date | null {
  if (typeof at !== 'number' && (typeof at !== 'string' || !isoTime.test(at))) return null;
  const time = new Date(at);
  const ms = time.getTime();
  return ms >= earliest && ms <= now.getTime() + day ? time : null;
}

function readRecord(given: Json | undefined): SentRecord | null | 'wrong' {
  if (given === undefined || given === null) return null;
  if (!isJsonObject(given)) return 'wrong';
  const { object, key, values } = given;
  if (typeof object !== 'string' || typeof key !== 'string' || !isJsonObject(values)) return 'wrong';
  return { object, key, values };
}

/** About how many bytes a value takes as JSON; what the database can't hold otherwise. */
function sizeOf(value: Json | undefined, depth: number): number | 'deep' | 'text' | 'name' {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? 'text' : 2 + value.length;
  if (value === null || typeof value !== 'object') return 8;
  if (depth === eventLimits.depth) return 'deep';
  let size = 2;
  for (const [key, one] of Object.entries(value)) {
    const part = sizeOf(one, depth + 1);
    if (typeof part === 'string') return part;
    if (key.includes('\0') || !key.isWellFormed()) return 'text';
    if (key === '__proto__') return 'name';
    size += part + key.length + 4;
    if (size > eventLimits.bytes) return size;
  }
  return size;
}

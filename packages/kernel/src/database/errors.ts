// What PostgreSQL and the network throw, told apart by what a caller can do about it.
import { problem } from '@huike/schema';
import pg from 'pg';

const lostStates = new Set(['57P01', '57P02', '57P03', '53300', '25P03', '57P05']);
const lostCodes = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const lostWords =
  /^(Connection terminated|timeout expired|timeout exceeded|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;

/** The SQLSTATE or the system's error code, such as `23505` or `ECONNRESET`; '' when there is none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The connection is gone or can't be had: nothing about the statement itself. */
export function isConnectionLost(error: unknown): boolean {
  const code = errorCode(error);
  if (code.startsWith('08') || lostStates.has(code) || lostCodes.has(code)) return true;
  return error instanceof Error && !(error instanceof pg.DatabaseError) && lostWords.test(error.message);
}

/** A serialization failure or deadlock: the same transaction may well pass when it runs again. */
export function isRetryable(error: unknown): boolean {
  const code = errorCode(error);
  return code === '40001' || code === '40P01' || isStalePlan(error);
}

/** DDL changed the columns of a statement prepared before. */
export function isStalePlan(error: unknown): boolean {
  return errorCode(error) === '0A000' && error instanceof Error && error.message.startsWith('cached plan');
}

/**
 * What callers see: a lost connection becomes `system.unavailable`, a statement or lock that took too long
 * `query.timeout` or `write.busy`, a conflict that outlived its retries `write.busy`; anything else stays.
 */
export function callerError(error: unknown): unknown {
  const code = errorCode(error);
  if (isConnectionLost(error)) return withCause(problem('system.unavailable'), error);
  if (code === '57014') return withCause(problem('query.timeout'), error);
  if (code === '55P03' || code === '40001' || code === '40P01') return withCause(problem('write.busy'), error);
  return error;
}

function withCause(made: Error, cause: unknown): Error {
  made.cause = cause;
  return made;
}

// What the parts of the check for leaks share.
import assert from 'node:assert/strict';
import { type Json, Problem } from '@huike/schema';
import type { Dice, Viewer } from '@huike/testkit';
import type { UserActor } from '../access/index.ts';
import type { CatalogObject } from '../catalog/types.ts';
import type { World } from './world.fixture.ts';

/** One viewer of one world. */
export interface Checking {
  readonly world: World;
  readonly actor: UserActor;
  readonly viewer: Viewer;
  readonly dice: Dice;
  readonly objects: readonly CatalogObject[];
  /** Fails with the world, the viewer and what was asked. */
  same(actual: Json, expected: Json, object: CatalogObject, what: unknown): void;
}

/** The Problem that a call ends with. Anything else that is thrown is a defect, and so is an answer. */
export async function refusal(call: () => Promise<unknown>): Promise<{ code: string; params: Json; status: number }> {
  const answer = await call().catch((error: unknown) => {
    if (error instanceof Problem) return error;
    throw error;
  });
  assert.ok(answer instanceof Problem, `not refused: ${JSON.stringify(answer)?.slice(0, 300)}`);
  assert.ok(answer.status >= 400 && answer.status < 500, answer.code);
  return { code: answer.code, params: { ...answer.params }, status: answer.status };
}

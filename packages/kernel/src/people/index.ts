export * from './actor.ts';
export * from './hook.ts';
export * from './objects.ts';
export { openPeople, type Pending, type People, type PeopleParts, policyNow, type Session } from './people.ts';
export { type Policy, type Profile, policyOf } from './policy.ts';
export * from './scopes.ts';
export { openSecrets, type Secrets, secretsFrom } from './secrets.ts';
export { listSessions, revokeOtherSessions, revokeSession, type SessionInfo } from './sessions.ts';

export * from './actor.ts';
export { type Duty, dutiesOf, mixedRoles } from './duties.ts';
export * from './hook.ts';
export { peopleHooks } from './hooks.ts';
export * from './manage.ts';
export * from './objects.ts';
export * from './oidc.ts';
export * from './own-account.ts';
export {
  openPeople,
  type Pending,
  type People,
  type PeopleParts,
  policyNow,
  type Session,
  type WriteRecords,
} from './people.ts';
export * from './personal-views.ts';
export { type Policy, type Profile, policyOf } from './policy.ts';
export { dutyRoles } from './roles.ts';
export * from './scopes.ts';
export { openSecrets, type Secrets, secretsFrom } from './secrets.ts';
export { startSeeingAs, stopSeeingAs } from './see-as.ts';
export { listSessions, type OpenedSession, revokeOtherSessions, revokeSession, type SessionInfo } from './sessions.ts';
export * from './setup.ts';
export * from './sharing.ts';
export { type SecondFactorState, type SignInState, secondFactorState, signInStates } from './sign-in-state.ts';
export { type SignedIn, type SignInRequest, signIn, signOut } from './signin.ts';
export * from './sweep.ts';
export * from './tokens.ts';
export type { Enrolment } from './totp.ts';

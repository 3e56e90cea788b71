import type { Company } from '../catalog/types.ts';

// Everything that a profile decides on passwords, sessions and tokens, in one table. `ordinary` is for everyone,
// `djbh3` is 等保三级 (GB/T 22239-2019 8.1.4).

export type Profile = Company['profile'];

export interface Policy {
  readonly password: {
    readonly minLength: number;
    readonly administratorMinLength: number;
    /** How many of lower case, upper case, digits and other characters. */
    readonly classes: number;
    /** The new one differs from this many before it, the present one among them. */
    readonly history: number;
    /** Not even a long one may contain the name, e-mail or phone; else it may where the rest would do by itself. */
    readonly strictlyImpersonal: boolean;
    readonly maxAgeDays: number | null;
    /** A password that an administrator set is changed at the first sign-in. */
    readonly changeAfterReset: boolean;
  };
  readonly lockout: {
    /** Failures of one account from one address. */
    readonly pair: Limit;
    /** Failures of one account from all addresses that it hasn't signed in from before. */
    readonly account: Limit;
    /** Failures of all accounts from one address. */
    readonly address: Limit;
  };
  readonly session: {
    readonly idleMinutes: number;
    readonly absoluteHours: number;
    /** A further sign-in ends the oldest session. */
    readonly concurrent: number | null;
  };
  readonly secondFactor: 'optional' | 'administrators';
  readonly token: { readonly maxDays: number | null };
  /** System, security and audit duties lie in different hands (三员分立). */
  readonly separateDuties: boolean;
  /** Users who didn't sign in for so long are disabled. */
  readonly staleDays: number | null;
}

/** After `failures` within `windowMinutes`, further attempts are refused for `lockMinutes`. */
export interface Limit {
  readonly failures: number;
  readonly windowMinutes: number;
  readonly lockMinutes: number;
}

const policies: Readonly<Record<Profile, Policy>> = {
  ordinary: {
    password: {
      minLength: 8,
      administratorMinLength: 8,
      classes: 1,
      history: 1,
      strictlyImpersonal: false,
      maxAgeDays: null,
      changeAfterReset: false,
    },
    lockout: {
      pair: { failures: 5, windowMinutes: 15, lockMinutes: 15 },
      account: { failures: 30, windowMinutes: 60, lockMinutes: 15 },
      address: { failures: 100, windowMinutes: 60, lockMinutes: 15 },
    },
    session: { idleMinutes: 8 * 60, absoluteHours: 30 * 24, concurrent: null },
    secondFactor: 'optional',
    token: { maxDays: null },
    separateDuties: false,
    staleDays: null,
  },
  djbh3: {
    password: {
      minLength: 8,
      administratorMinLength: 12,
      classes: 3,
      history: 5,
      strictlyImpersonal: true,
      maxAgeDays: 90,
      changeAfterReset: true,
    },
    lockout: {
      pair: { failures: 5, windowMinutes: 30, lockMinutes: 15 },
      account: { failures: 30, windowMinutes: 60, lockMinutes: 30 },
      address: { failures: 50, windowMinutes: 60, lockMinutes: 30 },
    },
    session: { idleMinutes: 30, absoluteHours: 12, concurrent: 3 },
    secondFactor: 'administrators',
    token: { maxDays: 90 },
    separateDuties: true,
    staleDays: 90,
  },
};

/** The rules of a profile. */
export function policyOf(profile: Profile): Policy {
  return policies[profile];
}

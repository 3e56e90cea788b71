// Who asks. Everything the access predicates need is here, read once when the session or token is resolved.

export interface UserActor {
  readonly kind: 'user';
  readonly id: string;
  readonly roles: readonly string[];
  readonly department: string | null;
  /** Own department and all below it. */
  readonly departmentTree: readonly string[];
  /** Own department and all above it. */
  readonly departmentPath: readonly string[];
  /** A dealer's user: whatever the roles say, only the own organisation's subtree is there. */
  readonly external: boolean;
  /** Scopes of the personal token, e.g. `records:visit:read`; null for a session. `*` is all. */
  readonly tokenScopes: readonly string[] | null;
  readonly timeZone: string;
  readonly language: 'zh' | 'en';
  readonly origin: Origin;
}

/** The system itself, under a name that stands in the log like a user's. */
export interface SystemActor {
  readonly kind: 'system';
  readonly name: SystemName;
}

export const systemNames = ['setup', 'people', 'jobs', 'import', 'recycle', 'command', 'identity'] as const;
export type SystemName = (typeof systemNames)[number];

export type Actor = UserActor | SystemActor;

/** Where a request came from, for the log. */
export interface Origin {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
}

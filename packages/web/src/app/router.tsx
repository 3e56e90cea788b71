import {
  type AsyncRouteComponent,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type SearchSchemaInput,
} from '@tanstack/react-router';
import { useRef } from 'react';
import { whenSignedOut } from '../data/api.ts';
import { isUnfinished, type Session, sessionQuery, useMe } from '../data/session.ts';
import { speak, spoken } from '../words/index.ts';
import { enterBy, enteredBy } from './door.ts';
import { Broken, Lost, Waiting } from './Edges.tsx';
import { queries } from './queries.ts';
import { safeTarget } from './target.ts';

// Every address of the page. Each page is a file of its own that loads when it is first opened; those that come before
// the sign-in load nothing of what comes after. Objects stand at `/name`, so that every other address has a hyphen,
// which a name can't have.

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost });

const session = (): Promise<Session> => queries.ensureQueryData(sessionQuery);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What the company's own people see, or what those of outside organisations see in its place. */
function either(own: AsyncRouteComponent<object>, portal: AsyncRouteComponent<object>) {
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each route, when the module loads
  const Page = () => {
    const me = useMe();
    // Whoever signs out sees the same frame until the door is there.
    const external = useRef(false);
    if (me !== null) external.current = me.external;
    const Shown = external.current ? portal : own;
    return <Shown />;
  };
  const preload = async () => {
    const { me } = await session();
    await (me !== null && !isUnfinished(me) && me.external ? portal : own).preload?.();
  };
  return Object.assign(Page, { preload });
}

interface SignInSearch {
  /** The door of the portal. */
  readonly portal?: true;
  readonly problem?: string;
  readonly to?: string;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: SignInSearch & SearchSchemaInput): SignInSearch => {
    const [problem, to] = [text(search.problem), text(search.to)];
    return {
      ...(search.portal === undefined ? {} : { portal: true }),
      ...(problem === undefined ? {} : { problem }),
      ...(to === undefined ? {} : { to }),
    };
  },
  beforeLoad: async ({ search }) => {
    const { me, needed } = await session();
    if (needed) throw redirect({ to: '/set-up', replace: true });
    if (me !== null && !isUnfinished(me)) throw redirect({ href: safeTarget(search.to), replace: true });
  },
  component: lazyRouteComponent(() => import('../pages/sign-in/SignInPage.tsx'), 'SignInPage'),
});

/** The address that partners are given. */
const portal = createRoute({
  getParentRoute: () => root,
  path: '/partner-portal',
  beforeLoad: () => {
    enterBy('portal');
    throw redirect({ to: '/sign-in', search: { portal: true }, replace: true });
  },
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: '/set-up',
  beforeLoad: async () => {
    const { me, needed } = await session();
    if (!needed && me === null) throw redirect({ to: '/sign-in', replace: true });
  },
  component: lazyRouteComponent(() => import('../pages/set-up/SetUpPage.tsx'), 'SetUpPage'),
});

export interface InsideSearch {
  /** A record shown beside the page: `object/id`. */
  readonly peek?: string;
}

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  validateSearch: (search: InsideSearch & SearchSchemaInput): InsideSearch => {
    const peek = text(search.peek);
    return peek === undefined ? {} : { peek };
  },
  beforeLoad: async ({ location }) => {
    const { me, needed } = await session();
    if (needed) throw redirect({ to: '/set-up', replace: true });
    if (me === null || isUnfinished(me)) {
      const to = location.href === '/' ? {} : { to: location.href };
      const door = enteredBy() === 'portal' ? { portal: true as const } : {};
      throw redirect({ to: '/sign-in', search: { ...door, ...to }, replace: true });
    }
    enterBy(me.external ? 'portal' : 'own');
    // The user's own language, wherever the sign-in page stood.
    if (me.language !== spoken()) speak(me.language);
  },
  component: either(
    lazyRouteComponent(() => import('./shell/Shell.tsx'), 'Shell'),
    lazyRouteComponent(() => import('../portal/PortalShell.tsx'), 'PortalShell'),
  ),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: either(
    lazyRouteComponent(() => import('../pages/Home.tsx'), 'Home'),
    lazyRouteComponent(() => import('../portal/PortalHome.tsx'), 'PortalHome'),
  ),
});
const settings = createRoute({
  getParentRoute: () => inside,
  path: '/my-settings',
  component: either(
    lazyRouteComponent(() => import('../settings/SettingsPage.tsx'), 'SettingsPage'),
    lazyRouteComponent(() => import('../portal/PortalSettings.tsx'), 'PortalSettings'),
  ),
});
const importing = createRoute({
  getParentRoute: () => inside,
  path: '/import-data',
  component: lazyRouteComponent(() => import('../pages/import-data/ImportPage.tsx'), 'ImportPage'),
});
const reviews = createRoute({
  getParentRoute: () => inside,
  path: '/customer-reviews',
  component: lazyRouteComponent(() => import('../pages/reviews/ReviewPage.tsx'), 'ReviewPage'),
});
const bin = createRoute({
  getParentRoute: () => inside,
  path: '/recycle-bin',
  validateSearch: (search: BinSearch & SearchSchemaInput): BinSearch => {
    const object = text(search.object);
    return object === undefined ? {} : { object };
  },
  component: lazyRouteComponent(() => import('../pages/recycle-bin/RecycleBinPage.tsx'), 'RecycleBinPage'),
});
const setupArea = createRoute({
  getParentRoute: () => inside,
  path: '/system-setup',
  component: lazyRouteComponent(() => import('../setup/SetupPage.tsx'), 'SetupPage'),
});
const setupPage = createRoute({
  getParentRoute: () => inside,
  path: '/system-setup/$page',
  component: lazyRouteComponent(() => import('../setup/SetupPage.tsx'), 'SetupPage'),
});
const setupItem = createRoute({
  getParentRoute: () => inside,
  path: '/system-setup/$page/$item',
  component: lazyRouteComponent(() => import('../setup/SetupPage.tsx'), 'SetupPage'),
});
const design = createRoute({
  getParentRoute: () => inside,
  path: '/design-system',
  component: lazyRouteComponent(() => import('../design/DesignPage.tsx'), 'DesignPage'),
});
export interface BinSearch {
  readonly object?: string;
}

export interface ListSearch {
  /** A shared view's name, or the id of a personal one. */
  readonly view?: string;
}

const list = createRoute({
  getParentRoute: () => inside,
  path: '/$object',
  validateSearch: (search: ListSearch & SearchSchemaInput): ListSearch => {
    const view = text(search.view);
    return view === undefined ? {} : { view };
  },
  component: either(
    lazyRouteComponent(() => import('../views/ListPage.tsx'), 'ListPage'),
    lazyRouteComponent(() => import('../portal/PortalList.tsx'), 'PortalList'),
  ),
});
export interface NewSearch {
  /** A related record to begin with: `field:id`. */
  readonly with?: string;
}

const created = createRoute({
  getParentRoute: () => inside,
  path: '/$object/new',
  validateSearch: (search: NewSearch & SearchSchemaInput): NewSearch => {
    const given = text(search.with);
    return given === undefined ? {} : { with: given };
  },
  component: either(
    lazyRouteComponent(() => import('../record/NewRecordPage.tsx'), 'NewRecordPage'),
    lazyRouteComponent(() => import('../portal/PortalRecord.tsx'), 'PortalNewRecord'),
  ),
});
const record = createRoute({
  getParentRoute: () => inside,
  path: '/$object/$id',
  component: either(
    lazyRouteComponent(() => import('../record/RecordPage.tsx'), 'RecordPage'),
    lazyRouteComponent(() => import('../portal/PortalRecord.tsx'), 'PortalRecord'),
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    portal,
    setUp,
    inside.addChildren([
      home,
      settings,
      importing,
      reviews,
      bin,
      setupArea,
      setupPage,
      setupItem,
      design,
      list,
      created,
      record,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Broken,
  defaultPendingMs: 150,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

// A session that ended while the page was open: sign in, and come back to where one was.
whenSignedOut(() => {
  queries.removeQueries({ queryKey: sessionQuery.queryKey });
  void router.invalidate();
});

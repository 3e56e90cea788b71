import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type SearchSchemaInput,
} from '@tanstack/react-router';
import { whenSignedOut } from '../data/api.ts';
import { isUnfinished, type Session, sessionQuery } from '../data/session.ts';
import { speak, spoken } from '../words/index.ts';
import { Broken, Lost, Waiting } from './Edges.tsx';
import { queries } from './queries.ts';
import { safeTarget } from './target.ts';

// Every address of the page. Each page is a file of its own that loads when it is first opened; those that come before
// the sign-in load nothing of what comes after. Objects stand at `/name`, so that every other address has a hyphen,
// which a name can't have.

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost });

const session = (): Promise<Session> => queries.ensureQueryData(sessionQuery);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

interface SignInSearch {
  readonly problem?: string;
  readonly to?: string;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: SignInSearch & SearchSchemaInput): SignInSearch => {
    const [problem, to] = [text(search.problem), text(search.to)];
    return { ...(problem === undefined ? {} : { problem }), ...(to === undefined ? {} : { to }) };
  },
  beforeLoad: async ({ search }) => {
    const { me, needed } = await session();
    if (needed) throw redirect({ to: '/set-up', replace: true });
    if (me !== null && !isUnfinished(me)) throw redirect({ href: safeTarget(search.to), replace: true });
  },
  component: lazyRouteComponent(() => import('../pages/sign-in/SignInPage.tsx'), 'SignInPage'),
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
      throw redirect({ to: '/sign-in', search: to, replace: true });
    }
    // The user's own language, wherever the sign-in page stood.
    if (me.language !== spoken()) speak(me.language);
  },
  component: lazyRouteComponent(() => import('./shell/Shell.tsx'), 'Shell'),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/Home.tsx'), 'Home'),
});
const settings = createRoute({
  getParentRoute: () => inside,
  path: '/my-settings',
  component: lazyRouteComponent(() => import('../settings/SettingsPage.tsx'), 'SettingsPage'),
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
  component: lazyRouteComponent(() => import('../views/ListPage.tsx'), 'ListPage'),
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
  component: lazyRouteComponent(() => import('../record/NewRecordPage.tsx'), 'NewRecordPage'),
});
const record = createRoute({
  getParentRoute: () => inside,
  path: '/$object/$id',
  component: lazyRouteComponent(() => import('../record/RecordPage.tsx'), 'RecordPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
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

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Shell } from './app/shell/Shell.tsx';
import { Refusal } from './data/api.ts';
import { Theme } from './design/Theme.tsx';
import { Home } from './pages/Home.tsx';
import { NewRecordPage, RecordPage } from './record/RecordPage.tsx';
import { ListPage } from './views/ListPage.tsx';
import './words/index.ts';
import './design/base.css';

const root = createRootRoute({ component: Shell });
const home = createRoute({ getParentRoute: () => root, path: '/', component: Home });
const list = createRoute({ getParentRoute: () => root, path: '/$object', component: ListPage });
const created = createRoute({ getParentRoute: () => root, path: '/$object/new', component: NewRecordPage });
const record = createRoute({ getParentRoute: () => root, path: '/$object/$id', component: RecordPage });
const router = createRouter({ routeTree: root.addChildren([home, list, created, record]), defaultPreload: 'intent' });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refused stays refused; what didn't reach it is tried again.
      retry: (count, error) => !(error instanceof Refusal) && count < 2,
    },
  },
});

const place = document.getElementById('root');
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Theme>
          <RouterProvider router={router} />
        </Theme>
      </QueryClientProvider>
    </StrictMode>,
  );
}

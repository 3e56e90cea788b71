import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Refusal } from './api.ts';
import { Home } from './pages/Home.tsx';
import { ListPage } from './pages/ListPage.tsx';
import { NewRecordPage, RecordPage } from './pages/RecordPage.tsx';
import { Shell } from './Shell.tsx';
import { Theme } from './Theme.tsx';
import './words.ts';
import './style.css';

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

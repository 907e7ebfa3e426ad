import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { paths } from './paths.ts';
import { Failed, NotFound } from './shell/not-found.tsx';
import { type Crumb, Guard } from './shell/shell.tsx';

type Params = Readonly<Record<string, string>>;

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    crumbs?: (params: Params) => Crumb[];
  }
  interface Register {
    router: typeof router;
  }
}

const crumb = {
  vehicles: { text: 'Vehicles', href: paths.vehicles() },
} as const satisfies Record<string, Crumb>;

const root = createRootRoute({ notFoundComponent: NotFound, errorComponent: Failed });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Guard });

const entry = [
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    component: lazyRouteComponent(() => import('./pages/access-entry/sign-in-page.tsx'), 'SignInPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/setup',
    component: lazyRouteComponent(() => import('./pages/access-entry/enrol-page.tsx'), 'SetupPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/invite',
    component: lazyRouteComponent(() => import('./pages/access-entry/enrol-page.tsx'), 'InvitePage'),
  }),
];

const inventory = [
  createRoute({
    getParentRoute: () => shell,
    path: '/vehicles',
    staticData: { crumbs: () => [crumb.vehicles] },
    component: lazyRouteComponent(() => import('./pages/inventory/vehicles-page.tsx'), 'VehiclesPage'),
  }),
];

const routeTree = root.addChildren([...entry, shell.addChildren([...inventory])]);

/** Search parameters are plain text: a filter that looks like a number stays what was typed. */
export const router = createRouter({
  routeTree,
  defaultPreload: false,
  scrollRestoration: true,
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(search as Record<string, string>).toString();
    return text ? `?${text}` : '';
  },
});

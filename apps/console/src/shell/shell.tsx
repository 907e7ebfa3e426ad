import AppLayout from '@cloudscape-design/components/app-layout';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import { Outlet, useMatches, useRouter, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState } from 'react';
import { paths } from '../paths.ts';
import { useSession } from '../session.ts';
import { Flashes } from '../ui/flash.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Loading } from '../ui/states.tsx';
import { Gone } from './gone.tsx';
import { Help } from './help.tsx';
import { useJobFlashes } from './job-progress.tsx';
import { useShortcuts } from './keyboard.ts';
import { Navigation } from './navigation.tsx';
import { TopBar } from './top-bar.tsx';

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })));

export interface Crumb {
  readonly text: string;
  readonly href: string;
}

function useCrumbs(): Crumb[] {
  const matches = useMatches();
  const match = matches.at(-1);
  const crumbs = match?.staticData.crumbs?.(match.params as Record<string, string>) ?? [];
  return [{ text: 'Bulkhead', href: paths.overview() }, ...crumbs];
}

/** Lets nobody in without a session: the sign-in page remembers where one wanted to go. */
export function Guard() {
  const { session, error, retry } = useSession();
  const href = useRouterState({ select: (state) => state.location.href });
  if (error) return <ProblemAlert error={error} onRetry={retry} />;
  if (session === undefined) return <Loading label="your session" lines={3} />;
  if (session === null) return <Gone to={paths.signIn(href === '/' ? undefined : href)} />;
  return <Shell />;
}

function Shell() {
  const router = useRouter();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const crumbs = useCrumbs();
  const jobs = useJobFlashes();
  const [navigationOpen, setNavigationOpen] = useState(() => matchMedia('(min-width: 700px)').matches);
  const [open, setOpen] = useState<'palette' | 'help'>();
  const go = useCallback((href: string) => router.history.push(href), [router]);
  const openPalette = useCallback(() => setOpen('palette'), []);
  const openHelp = useCallback(() => setOpen('help'), []);
  const close = useCallback(() => setOpen(undefined), []);
  useShortcuts({ go, openPalette, openHelp });
  return (
    <>
      <a className="bh-skip" href="#content">
        Skip to the content
      </a>
      <TopBar onPalette={openPalette} onHelp={openHelp} />
      <AppLayout
        headerSelector="#shell-header"
        toolsHide
        navigationOpen={navigationOpen}
        navigationWidth={220}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        navigation={<Navigation pathname={pathname} />}
        breadcrumbs={crumbs.length > 1 ? <BreadcrumbGroup items={crumbs} ariaLabel="Breadcrumbs" /> : undefined}
        notifications={<Flashes jobs={jobs} />}
        stickyNotifications
        ariaLabels={{ navigation: 'Areas', navigationToggle: 'Open navigation', navigationClose: 'Close navigation' }}
        content={
          <div id="content" tabIndex={-1}>
            <Suspense fallback={<Loading label="page" />}>
              <Outlet />
            </Suspense>
          </div>
        }
      />
      {open === 'help' && <Help onClose={close} />}
      {open === 'palette' && (
        <Suspense fallback={null}>
          <Palette onGo={go} onClose={close} />
        </Suspense>
      )}
    </>
  );
}

import TopNavigation, { type TopNavigationProps } from '@cloudscape-design/components/top-navigation';
import { useMutation, useQuery } from '@tanstack/react-query';
import { client, query, queryClient, sessionKey } from '../api.ts';
import { type LiveState, useLive } from '../live.ts';
import { paths } from '../paths.ts';
import { useDenial, useSession } from '../session.ts';
import { setPreferences, usePreferences } from '../theme/preferences.ts';
import { flashFailure } from '../ui/flash.tsx';
import { progressText } from './job-progress.tsx';

const liveTexts: Readonly<Record<LiveState, readonly [text: string, title: string]>> = {
  live: ['Live', 'Live: screens follow the server without reload'],
  connecting: ['Connecting', 'Connecting to the live stream'],
  disconnected: ['Disconnected', 'Disconnected: figures may be old; the console keeps trying to reconnect'],
};

function liveIcon(state: LiveState) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {state === 'live' ? (
        <circle cx="8" cy="8" r="5" fill="currentColor" stroke="none" />
      ) : (
        <path d="M3 3l10 10M13 3L3 13" fill="none" stroke="currentColor" />
      )}
    </svg>
  );
}

function useJobsUtility(): TopNavigationProps.Utility {
  const denial = useDenial('jobs.read');
  const { data } = useQuery({
    ...query('listJobs', { query: { limit: 8 } }),
    enabled: denial === undefined,
    refetchInterval: 15_000,
  });
  const jobs = data?.items ?? [];
  const open = jobs.filter(({ state }) => state === 'running' || state === 'queued').length;
  return {
    type: 'menu-dropdown',
    iconName: 'notification',
    badge: open > 0,
    ariaLabel: open > 0 ? `Jobs, ${open} open` : 'Jobs, none open',
    title: 'Jobs',
    items: [
      ...jobs.map((job) => ({
        id: job.id,
        text: job.title,
        secondaryText: progressText(job),
        href: paths.job(job.id),
      })),
      { id: 'all', text: jobs.length > 0 ? 'All jobs' : 'No jobs yet: open the list', href: paths.jobs() },
    ],
  };
}

function useUserUtility(): TopNavigationProps.Utility {
  const { session } = useSession();
  const { theme } = usePreferences();
  const signOut = useMutation({
    mutationFn: () => client.signOut({}),
    onSuccess: async () => {
      await queryClient.cancelQueries();
      queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[1] !== 'getSession' });
      await queryClient.resetQueries({ queryKey: sessionKey });
    },
    onError: flashFailure,
  });
  const check = (name: typeof theme) => (theme === name ? { iconName: 'check' as const } : {});
  return {
    type: 'menu-dropdown',
    text: session?.name ?? '',
    description: [session?.email, session?.roles.join(', ')].filter(Boolean).join(' · '),
    iconName: 'user-profile',
    items: [
      {
        id: 'themes',
        text: 'Theme',
        items: [
          { id: 'auto', text: 'As the system', ...check('auto') },
          { id: 'light', text: 'Light', ...check('light') },
          { id: 'dark', text: 'Dark', ...check('dark') },
        ],
      },
      { id: 'settings', text: 'Settings', href: paths.settings() },
      { id: 'sign-out', text: 'Sign out' },
    ],
    onItemClick: ({ detail }) => {
      if (detail.id === 'sign-out') signOut.mutate();
      if (detail.id === 'auto' || detail.id === 'light' || detail.id === 'dark') setPreferences({ theme: detail.id });
    },
  };
}

/** Name, live state, palette, jobs, help and the signed-in person. */
export function TopBar({ onPalette, onHelp }: { onPalette: () => void; onHelp: () => void }) {
  const live = useLive();
  const [liveText, liveTitle] = liveTexts[live];
  const jobs = useJobsUtility();
  const user = useUserUtility();
  const search: TopNavigationProps.Utility = {
    type: 'button',
    text: 'Go to… (Ctrl K)',
    iconName: 'search',
    onClick: onPalette,
    title: 'Open the command palette',
  };
  return (
    <div id="shell-header">
      <TopNavigation
        identity={{ title: 'Bulkhead', href: paths.overview(), logo: { src: '/bulkhead.svg', alt: 'Logo' } }}
        utilities={[
          search,
          {
            type: 'button',
            text: liveText,
            title: liveTitle,
            ariaLabel: liveTitle,
            iconSvg: liveIcon(live),
            disableTextCollapse: true,
            onClick: () => void queryClient.invalidateQueries(),
          },
          jobs,
          { type: 'button', iconName: 'status-info', ariaLabel: 'Keyboard shortcuts', title: 'Help', onClick: onHelp },
          user,
        ]}
      />
    </div>
  );
}

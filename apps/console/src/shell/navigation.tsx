import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { paths } from '../paths.ts';

export interface Destination {
  readonly text: string;
  readonly href: string;
  /** Second key after `g`. */
  readonly key?: string;
}

interface Area {
  readonly text: string;
  readonly items: readonly Destination[];
}

export const home: Destination = { text: 'Overview', href: paths.overview(), key: 'o' };

/** The same nouns as the API, the command line and the folders; a rule without screens yet is not listed. */
export const areas: readonly Area[] = [
  {
    text: 'Inventory',
    items: [
      { text: 'Vehicles', href: paths.vehicles(), key: 'v' },
      { text: 'Models', href: paths.models(), key: 'm' },
      { text: 'ECUs', href: paths.ecus(), key: 'u' },
      { text: 'Software', href: paths.softwareList(), key: 's' },
      { text: 'SBOMs', href: paths.sboms(), key: 'b' },
      { text: 'Components', href: paths.components(), key: 'p' },
      { text: 'Unidentified', href: paths.unidentified(), key: 'q' },
      { text: 'Licences', href: paths.licences(), key: 't' },
      { text: 'Imports', href: paths.imports(), key: 'i' },
    ],
  },
  {
    text: 'Identity',
    items: [
      { text: 'Certificates', href: paths.certificates(), key: 'c' },
      { text: 'Authorities', href: paths.authorities() },
      { text: 'Profiles', href: paths.profiles() },
      { text: 'Claim certificate', href: paths.claim() },
    ],
  },
  {
    text: 'Vulnerabilities',
    items: [
      { text: 'Portfolio', href: paths.portfolio(), key: 'l' },
      { text: 'Findings', href: paths.findings(), key: 'f' },
      { text: 'Vulnerabilities', href: paths.vulnerabilities(), key: 'w' },
      { text: 'Cases', href: paths.vulnerabilityCases(), key: 'k' },
      { text: 'Decisions', href: paths.decisions(), key: 'd' },
      { text: 'VEX', href: paths.vex(), key: 'x' },
      { text: 'Sources', href: paths.sources(), key: 'y' },
      { text: 'SLA policy', href: paths.slaPolicy() },
    ],
  },
  {
    text: 'Updates',
    items: [
      { text: 'Releases', href: paths.releases(), key: 'h' },
      { text: 'Campaigns', href: paths.campaigns(), key: '1' },
      { text: 'Second person', href: paths.campaignRequests(), key: '2' },
      { text: 'Images', href: paths.images() },
      { text: 'Ceremonies', href: paths.ceremonies() },
      { text: 'Manifests', href: paths.manifests() },
      { text: 'RXSWIN register', href: paths.rxswins(), key: 'z' },
      { text: 'RXSWIN drift', href: paths.rxswinDrift() },
      { text: 'Not reached', href: paths.undelivered() },
    ],
  },
  {
    text: 'Connectivity',
    items: [
      { text: 'Connections', href: paths.connections(), key: 'n' },
      { text: 'Refusals', href: paths.refusals(), key: 'r' },
    ],
  },
  { text: 'Monitoring', items: [{ text: 'Events', href: paths.events(), key: 'e' }] },
  {
    text: 'Access',
    items: [
      { text: 'Operators', href: paths.operators() },
      { text: 'API tokens', href: paths.tokens() },
      { text: 'Audit log', href: paths.audit(), key: 'a' },
    ],
  },
  {
    text: 'Platform',
    items: [
      { text: 'Jobs', href: paths.jobs(), key: 'j' },
      { text: 'Settings', href: paths.settings(), key: ',' },
    ],
  },
];

export const destinations: readonly Destination[] = [home, ...areas.flatMap(({ items }) => items)];

const items: SideNavigationProps.Item[] = [
  { type: 'link', text: home.text, href: home.href },
  ...areas.map<SideNavigationProps.Item>(({ text, items: links }) => ({
    type: 'section',
    text,
    items: links.map((link) => ({ type: 'link', text: link.text, href: link.href })),
  })),
];

/** The entry that the address belongs to: the longest one that it begins with. */
export function activeHref(pathname: string): string {
  const fits = ({ href }: Destination) => pathname === href || (href !== '/' && pathname.startsWith(`${href}/`));
  return destinations.filter(fits).sort((a, b) => b.href.length - a.href.length)[0]?.href ?? pathname;
}

export function Navigation({ pathname }: { pathname: string }) {
  return <SideNavigation activeHref={activeHref(pathname)} items={items} />;
}

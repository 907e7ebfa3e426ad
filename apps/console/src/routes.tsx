import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { paths } from './paths.ts';
import { Failed, NotFound } from './shell/not-found.tsx';
import { type Crumb, Guard } from './shell/shell.tsx';

type Params = Readonly<Record<string, string>>;
type Crumbs = (params: Params) => Crumb[];

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    crumbs?: Crumbs;
  }
  interface Register {
    router: typeof router;
  }
}

const root = createRootRoute({ notFoundComponent: NotFound, errorComponent: Failed });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Guard });

/** A list, or what stands directly below the overview. */
const top =
  (text: string, href: string): Crumbs =>
  () => [{ text, href }];
/** One thing of a list, named by its parameter or by a fixed text. */
const below =
  (text: string, href: string, name: (params: Params) => string): Crumbs =>
  (params) => [
    { text, href },
    { text: name(params), href: '' },
  ];

const within = (list: string, href: string, thing: string, thingHref: string): Crumb[] => [
  { text: list, href },
  { text: thing, href: thingHref },
];
const last = (text: string): Crumb => ({ text, href: '' });

const at = <const P extends string>(path: P, crumbs: Crumbs, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => shell, path, staticData: { crumbs }, component });

const entry = () => import('./pages/access-entry/enrol-page.tsx');
const outside = <const P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component });

const routeTree = root.addChildren([
  outside(
    '/sign-in',
    lazyRouteComponent(() => import('./pages/access-entry/sign-in-page.tsx'), 'SignInPage'),
  ),
  outside('/setup', lazyRouteComponent(entry, 'SetupPage')),
  outside('/invite', lazyRouteComponent(entry, 'InvitePage')),
  shell.addChildren([
    at(
      '/',
      () => [],
      lazyRouteComponent(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
    ),
    // inventory
    at(
      '/vehicles',
      top('Vehicles', paths.vehicles()),
      lazyRouteComponent(() => import('./pages/inventory/vehicles-page.tsx'), 'VehiclesPage'),
    ),
    at(
      '/vehicles/$vin',
      below('Vehicles', paths.vehicles(), ({ vin = '' }) => vin),
      lazyRouteComponent(() => import('./pages/inventory/vehicle-page.tsx'), 'VehiclePage'),
    ),
    at(
      '/models',
      top('Models', paths.models()),
      lazyRouteComponent(() => import('./pages/inventory/models-page.tsx'), 'ModelsPage'),
    ),
    at(
      '/models/$code',
      below('Models', paths.models(), ({ code = '' }) => code),
      lazyRouteComponent(() => import('./pages/inventory/model-page.tsx'), 'ModelPage'),
    ),
    at(
      '/ecus',
      top('ECUs', paths.ecus()),
      lazyRouteComponent(() => import('./pages/inventory/ecus-page.tsx'), 'EcusPage'),
    ),
    at(
      '/ecus/$serial',
      below('ECUs', paths.ecus(), ({ serial = '' }) => serial),
      lazyRouteComponent(() => import('./pages/inventory/ecu-page.tsx'), 'EcuPage'),
    ),
    at(
      '/software',
      top('Software', paths.softwareList()),
      lazyRouteComponent(() => import('./pages/inventory/software-list-page.tsx'), 'SoftwareListPage'),
    ),
    at(
      '/software/$id',
      below('Software', paths.softwareList(), () => 'Version'),
      lazyRouteComponent(() => import('./pages/inventory/software-page.tsx'), 'SoftwarePage'),
    ),
    at(
      '/sboms',
      top('SBOMs', paths.sboms()),
      lazyRouteComponent(() => import('./pages/inventory/sboms-page.tsx'), 'SbomsPage'),
    ),
    at(
      '/sboms/$id',
      below('SBOMs', paths.sboms(), () => 'SBOM'),
      lazyRouteComponent(() => import('./pages/inventory/sbom-page.tsx'), 'SbomPage'),
    ),
    at(
      '/components',
      top('Components', paths.components()),
      lazyRouteComponent(() => import('./pages/inventory/components-table.tsx'), 'ComponentsPage'),
    ),
    at(
      '/unidentified-components',
      top('Unidentified components', paths.unidentified()),
      lazyRouteComponent(() => import('./pages/inventory/unidentified-page.tsx'), 'UnidentifiedPage'),
    ),
    at(
      '/licences',
      top('Licences', paths.licences()),
      lazyRouteComponent(() => import('./pages/inventory/licences-page.tsx'), 'LicencesPage'),
    ),
    at(
      '/sbom-gates',
      below('SBOMs', paths.sboms(), () => 'Intake gates'),
      lazyRouteComponent(() => import('./pages/inventory/sbom-gates-page.tsx'), 'SbomGatesPage'),
    ),
    at(
      '/imports',
      top('Imports', paths.imports()),
      lazyRouteComponent(() => import('./pages/inventory/imports-page.tsx'), 'ImportsPage'),
    ),
    at(
      '/imports/new',
      below('Imports', paths.imports(), () => 'New'),
      lazyRouteComponent(() => import('./pages/inventory/new-import-page.tsx'), 'NewImportPage'),
    ),
    at(
      '/imports/$id',
      below('Imports', paths.imports(), () => 'Import'),
      lazyRouteComponent(() => import('./pages/inventory/import-page.tsx'), 'ImportPage'),
    ),
    // identity
    at(
      '/certificates',
      top('Certificates', paths.certificates()),
      lazyRouteComponent(() => import('./pages/identity/certificates-table.tsx'), 'CertificatesPage'),
    ),
    at(
      '/certificates/$serial',
      below('Certificates', paths.certificates(), ({ serial = '' }) => serial),
      lazyRouteComponent(() => import('./pages/identity/certificate-page.tsx'), 'CertificatePage'),
    ),
    at(
      '/authorities',
      top('Authorities', paths.authorities()),
      lazyRouteComponent(() => import('./pages/identity/authorities-page.tsx'), 'AuthoritiesPage'),
    ),
    at(
      '/profiles',
      top('Profiles', paths.profiles()),
      lazyRouteComponent(() => import('./pages/identity/profiles-page.tsx'), 'ProfilesPage'),
    ),
    at(
      '/claim-certificates',
      top('Claim certificate', paths.claim()),
      lazyRouteComponent(() => import('./pages/identity/claim-page.tsx'), 'ClaimPage'),
    ),
    // vulnerabilities
    at(
      '/portfolio',
      top('Portfolio', paths.portfolio()),
      lazyRouteComponent(() => import('./pages/vulnerabilities/portfolio-page.tsx'), 'PortfolioPage'),
    ),
    at(
      '/findings',
      top('Findings', paths.findings()),
      lazyRouteComponent(() => import('./pages/vulnerabilities/findings-table.tsx'), 'FindingsPage'),
    ),
    at(
      '/findings/$id',
      below('Findings', paths.findings(), () => 'Finding'),
      lazyRouteComponent(() => import('./pages/vulnerabilities/finding-page.tsx'), 'FindingPage'),
    ),
    at(
      '/vulnerabilities',
      top('Vulnerabilities', paths.vulnerabilities()),
      lazyRouteComponent(() => import('./pages/vulnerabilities/vulnerabilities-page.tsx'), 'VulnerabilitiesPage'),
    ),
    at(
      '/vulnerabilities/$ref',
      below('Vulnerabilities', paths.vulnerabilities(), ({ ref = '' }) => ref),
      lazyRouteComponent(() => import('./pages/vulnerabilities/vulnerability-page.tsx'), 'VulnerabilityPage'),
    ),
    at(
      '/cases',
      top('Cases', paths.vulnerabilityCases()),
      lazyRouteComponent(() => import('./pages/vulnerabilities/cases-page.tsx'), 'CasesPage'),
    ),
    at(
      '/cases/$id',
      below('Cases', paths.vulnerabilityCases(), () => 'Case'),
      lazyRouteComponent(() => import('./pages/vulnerabilities/case-page.tsx'), 'CasePage'),
    ),
    at(
      '/sla-policy',
      below('Cases', paths.vulnerabilityCases(), () => 'SLA policy'),
      lazyRouteComponent(() => import('./pages/vulnerabilities/sla-policy-page.tsx'), 'SlaPolicyPage'),
    ),
    at(
      '/decisions',
      top('Decisions', paths.decisions()),
      lazyRouteComponent(() => import('./pages/vulnerabilities/decisions-page.tsx'), 'DecisionsPage'),
    ),
    at(
      '/decisions/$id',
      below('Decisions', paths.decisions(), () => 'Decision'),
      lazyRouteComponent(() => import('./pages/vulnerabilities/decision-page.tsx'), 'DecisionPage'),
    ),
    at(
      '/advisory-sources',
      top('Sources', paths.sources()),
      lazyRouteComponent(() => import('./pages/vulnerabilities/sources-page.tsx'), 'SourcesPage'),
    ),
    at(
      '/advisory-sources/$id',
      below('Sources', paths.sources(), () => 'Source'),
      lazyRouteComponent(() => import('./pages/vulnerabilities/source-page.tsx'), 'SourcePage'),
    ),
    at(
      '/advisories/new',
      below('Sources', paths.sources(), () => 'New advisory'),
      lazyRouteComponent(() => import('./pages/vulnerabilities/advisory-form-page.tsx'), 'AdvisoryFormPage'),
    ),
    at(
      '/vex',
      top('VEX', paths.vex()),
      lazyRouteComponent(() => import('./pages/vulnerabilities/vex-page.tsx'), 'VexPage'),
    ),
    // updates
    at(
      '/releases',
      top('Releases', paths.releases()),
      lazyRouteComponent(() => import('./pages/updates/releases-page.tsx'), 'ReleasesPage'),
    ),
    at(
      '/releases/$id',
      below('Releases', paths.releases(), () => 'Release'),
      lazyRouteComponent(() => import('./pages/updates/release-page.tsx'), 'ReleasePage'),
    ),
    at(
      '/releases/$id/contents',
      ({ id = '' }) => [...within('Releases', paths.releases(), 'Release', paths.release(id)), last('Contents')],
      lazyRouteComponent(() => import('./pages/updates/release-contents-page.tsx'), 'ReleaseContentsPage'),
    ),
    at(
      '/releases/$id/dossier',
      ({ id = '' }) => [...within('Releases', paths.releases(), 'Release', paths.release(id)), last('Dossier')],
      lazyRouteComponent(() => import('./pages/updates/dossier-page.tsx'), 'DossierPage'),
    ),
    at(
      '/campaigns',
      top('Campaigns', paths.campaigns()),
      lazyRouteComponent(() => import('./pages/updates/campaigns-page.tsx'), 'CampaignsPage'),
    ),
    at(
      '/campaigns/new',
      below('Campaigns', paths.campaigns(), () => 'New'),
      lazyRouteComponent(() => import('./pages/updates/campaign-wizard-page.tsx'), 'NewCampaignPage'),
    ),
    at(
      '/campaigns/$id',
      below('Campaigns', paths.campaigns(), () => 'Campaign'),
      lazyRouteComponent(() => import('./pages/updates/campaign-page.tsx'), 'CampaignPage'),
    ),
    at(
      '/campaigns/$id/definition',
      ({ id = '' }) => [...within('Campaigns', paths.campaigns(), 'Campaign', paths.campaign(id)), last('Definition')],
      lazyRouteComponent(() => import('./pages/updates/campaign-wizard-page.tsx'), 'ChangeCampaignPage'),
    ),
    at(
      '/campaigns/$id/vehicles/$vin',
      ({ id = '', vin = '' }) => [...within('Campaigns', paths.campaigns(), 'Campaign', paths.campaign(id)), last(vin)],
      lazyRouteComponent(() => import('./pages/updates/campaign-vehicle-page.tsx'), 'CampaignVehiclePage'),
    ),
    at(
      '/campaign-requests',
      top('Second person', paths.campaignRequests()),
      lazyRouteComponent(() => import('./pages/updates/requests-page.tsx'), 'RequestsPage'),
    ),
    at(
      '/images',
      top('Images', paths.images()),
      lazyRouteComponent(() => import('./pages/updates/images-page.tsx'), 'ImagesPage'),
    ),
    at(
      '/manifests',
      top('Manifests', paths.manifests()),
      lazyRouteComponent(() => import('./pages/updates/manifests-page.tsx'), 'ManifestsPage'),
    ),
    at(
      '/ceremonies',
      top('Ceremonies', paths.ceremonies()),
      lazyRouteComponent(() => import('./pages/updates/ceremonies-page.tsx'), 'CeremoniesPage'),
    ),
    at(
      '/rxswins',
      top('RXSWIN register', paths.rxswins()),
      lazyRouteComponent(() => import('./pages/updates/rxswins-page.tsx'), 'RxswinsPage'),
    ),
    at(
      '/rxswins/$id',
      below('RXSWIN register', paths.rxswins(), () => 'Definition'),
      lazyRouteComponent(() => import('./pages/updates/rxswin-page.tsx'), 'RxswinPage'),
    ),
    at(
      '/rxswin-drift',
      top('RXSWIN drift', paths.rxswinDrift()),
      lazyRouteComponent(() => import('./pages/updates/drift-page.tsx'), 'DriftPage'),
    ),
    at(
      '/undelivered-updates',
      top('Not reached', paths.undelivered()),
      lazyRouteComponent(() => import('./pages/updates/undelivered-page.tsx'), 'UndeliveredPage'),
    ),
    // connectivity and monitoring
    at(
      '/connections',
      top('Connections', paths.connections()),
      lazyRouteComponent(() => import('./pages/connectivity/connections-page.tsx'), 'ConnectionsPage'),
    ),
    at(
      '/refusals',
      top('Refusals', paths.refusals()),
      lazyRouteComponent(() => import('./pages/connectivity/refusals-page.tsx'), 'RefusalsPage'),
    ),
    at(
      '/events',
      top('Events', paths.events()),
      lazyRouteComponent(() => import('./pages/monitoring/events-page.tsx'), 'EventsPage'),
    ),
    // access and platform
    at(
      '/operators',
      top('Operators', paths.operators()),
      lazyRouteComponent(() => import('./pages/access/operators-page.tsx'), 'OperatorsPage'),
    ),
    at(
      '/tokens',
      top('API tokens', paths.tokens()),
      lazyRouteComponent(() => import('./pages/access/tokens-page.tsx'), 'TokensPage'),
    ),
    at(
      '/audit',
      top('Audit log', paths.audit()),
      lazyRouteComponent(() => import('./pages/access/audit-page.tsx'), 'AuditPage'),
    ),
    at(
      '/jobs',
      top('Jobs', paths.jobs()),
      lazyRouteComponent(() => import('./pages/jobs/jobs-page.tsx'), 'JobsPage'),
    ),
    at(
      '/jobs/$id',
      below('Jobs', paths.jobs(), () => 'Job'),
      lazyRouteComponent(() => import('./pages/jobs/job-page.tsx'), 'JobPage'),
    ),
    at(
      '/settings',
      top('Settings', paths.settings()),
      lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
    ),
    at(
      '/settings/notifications/new',
      below('Notifications', paths.settings('notifications'), () => 'New channel'),
      lazyRouteComponent(() => import('./pages/settings/new-channel-page.tsx'), 'NewChannelPage'),
    ),
    at(
      '/settings/notifications/$id',
      below('Notifications', paths.settings('notifications'), () => 'Channel'),
      lazyRouteComponent(() => import('./pages/settings/channel-page.tsx'), 'ChannelPage'),
    ),
  ]),
]);

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

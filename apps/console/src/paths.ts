/** Every URL of the console. Pages and links ask here, so that a URL has one spelling; a snapshot test holds them. */
type Search = Readonly<Record<string, string | undefined>>;

function url(path: string, search: Search = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) if (value) query.set(name, value);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

const segment = encodeURIComponent;
export interface ListSearch {
  readonly filter?: string;
  readonly sort?: string;
}
const list = (path: string) => (search?: ListSearch) => url(path, { ...search });
const detail = (path: string) => (id: string, tab?: string) => url(`${path}/${segment(id)}`, { tab });

export const paths = {
  signIn: (next?: string) => url('/sign-in', { next }),
  setup: () => '/setup',
  invite: () => '/invite',
  overview: () => '/',
  vehicles: list('/vehicles'),
  vehicle: detail('/vehicles'),
  models: list('/models'),
  model: detail('/models'),
  ecus: list('/ecus'),
  ecu: detail('/ecus'),
  softwareList: list('/software'),
  software: detail('/software'),
  sboms: list('/sboms'),
  sbom: detail('/sboms'),
  components: list('/components'),
  unidentified: (tab?: string) => url('/unidentified-components', { tab }),
  licences: list('/licences'),
  sbomGates: () => '/sbom-gates',
  imports: list('/imports'),
  newImport: () => '/imports/new',
  import: detail('/imports'),
  authorities: () => '/authorities',
  profiles: () => '/profiles',
  certificates: list('/certificates'),
  certificate: detail('/certificates'),
  claim: () => '/claim-certificates',
  portfolio: () => '/portfolio',
  findings: list('/findings'),
  finding: detail('/findings'),
  decisions: list('/decisions'),
  decision: detail('/decisions'),
  vex: (tab?: string) => url('/vex', { tab }),
  sources: (tab?: string) => url('/advisory-sources', { tab }),
  source: detail('/advisory-sources'),
  newAdvisory: () => '/advisories/new',
  vulnerabilities: list('/vulnerabilities'),
  vulnerability: detail('/vulnerabilities'),
  vulnerabilityCases: list('/cases'),
  slaPolicy: () => '/sla-policy',
  vulnerabilityCase: detail('/cases'),
  releases: list('/releases'),
  release: detail('/releases'),
  releaseContents: (id: string) => `/releases/${segment(id)}/contents`,
  releaseDossier: (id: string, tab?: string) => url(`/releases/${segment(id)}/dossier`, { tab }),
  campaigns: list('/campaigns'),
  newCampaign: (release?: string) => url('/campaigns/new', { release }),
  campaign: detail('/campaigns'),
  campaignDefinition: (id: string) => `/campaigns/${segment(id)}/definition`,
  campaignVehicle: (id: string, vin: string) => `/campaigns/${segment(id)}/vehicles/${segment(vin)}`,
  campaignRequests: list('/campaign-requests'),
  images: list('/images'),
  manifests: list('/manifests'),
  ceremonies: (tab?: string) => url('/ceremonies', { tab }),
  rxswins: list('/rxswins'),
  rxswin: detail('/rxswins'),
  rxswinDrift: list('/rxswin-drift'),
  undelivered: list('/undelivered-updates'),
  connections: list('/connections'),
  refusals: list('/refusals'),
  events: list('/events'),
  operators: list('/operators'),
  tokens: list('/tokens'),
  audit: list('/audit'),
  jobs: list('/jobs'),
  job: detail('/jobs'),
  settings: (tab?: string) => url('/settings', { tab }),
  newNotificationChannel: () => '/settings/notifications/new',
  notificationChannel: detail('/settings/notifications'),
} as const;

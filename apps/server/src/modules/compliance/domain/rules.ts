import type { Rule } from '@bulkhead/contract';
import type { Facts } from './facts.ts';
import { figure, share, shareTone, zeroIsGood } from './figure.ts';

/**
 * The ten golden rules of connected-mobility security with what can be said of them from live data. A rule that the
 * platform does not serve yet says so; nothing here is typed in.
 */
export function describeRules(facts: Facts): Rule[] {
  return rules.map((rule) => (typeof rule === 'function' ? rule(facts) : rule));
}

const notYet = (n: number, title: string, summary: string): Rule => ({
  number: n,
  title,
  state: 'not-yet',
  summary,
  figures: [],
});

const risk = notYet(
  1,
  'Risk assessment',
  'No threat analysis and risk assessment yet. The E/E architectures it will work on are in the inventory.',
);

const inventory = (f: Facts): Rule => ({
  number: 2,
  title: 'Inventory',
  state: 'live',
  summary: 'Vehicles, ECUs, software planned and reported, SBOMs and the in-vehicle network of each model.',
  figures: [
    figure('Vehicles', f.vehicles, 'neutral', '/vehicles'),
    figure('ECUs', f.ecus, 'neutral', '/ecus'),
    figure('ECUs on open networks', f.openNetworkEcus, 'neutral', '/ecus?filter=network%20%3D%20open'),
    figure(
      'Software with SBOM',
      share(f.softwareWithSbom, f.softwareVersions),
      shareTone(f.softwareWithSbom, f.softwareVersions),
      '/software',
    ),
    figure('Software without SBOM', f.softwareWithoutSbom, zeroIsGood(f.softwareWithoutSbom, 'warning'), '/software'),
    figure(
      'Components no advisory can match',
      f.unidentifiedComponents,
      zeroIsGood(f.unidentifiedComponents, 'warning'),
      '/components',
    ),
  ],
});

const identity = (f: Facts): Rule => ({
  number: 3,
  title: 'Identity',
  state: 'live',
  summary: 'An X.509 identity per ECU over EST, with rotation, revocation, CRL and OCSP.',
  figures: [
    figure('ECUs with a valid identity', share(f.enrolledEcus, f.ecus), shareTone(f.enrolledEcus, f.ecus), '/ecus'),
    figure(
      'Expiring',
      f.expiringCertificates,
      zeroIsGood(f.expiringCertificates, 'warning'),
      '/certificates?filter=state%20%3D%20expiring',
    ),
    figure(
      'Expired',
      f.expiredCertificates,
      zeroIsGood(f.expiredCertificates, 'bad'),
      '/certificates?filter=state%20%3D%20expired',
    ),
    figure('Revoked', f.revokedCertificates, 'neutral', '/certificates?filter=state%20%3D%20revoked'),
  ],
});

/** With no source to read, nothing found means nothing. */
const openFigure = (f: Facts, label: string, count: number, outcome: string, otherwise: 'warning' | 'bad') =>
  figure(
    label,
    count,
    f.advisorySources === 0 && count === 0 ? 'neutral' : zeroIsGood(count, otherwise),
    `/findings?filter=${encodeURIComponent(`state in (open, affected, under-investigation) and outcome = ${outcome}`)}`,
  );

const vulnerabilitiesAndUpdates = (f: Facts): Rule => ({
  number: 4,
  title: 'Vulnerabilities and updates',
  state: 'live',
  summary:
    'Advisories are matched to the software of each vehicle, ranked by where it runs, and worked on against a clock. Signed updates reach them in waves that stop by themselves.',
  figures: [
    openFigure(f, 'Open, immediate', f.openFindings.immediate, 'immediate', 'bad'),
    openFigure(f, 'Open, out of cycle', f.openFindings.outOfCycle, 'out-of-cycle', 'warning'),
    figure('Open, can wait', f.openFindings.scheduled + f.openFindings.defer, 'neutral', '/findings'),
    figure(
      'Overdue cases',
      f.overdueCases,
      zeroIsGood(f.overdueCases, 'bad'),
      `/cases?filter=${encodeURIComponent('overdue = true and state != closed')}`,
    ),
    figure(
      'Advisory sources not fresh',
      f.advisorySources === 0 ? 'no source' : f.troubledSources,
      f.advisorySources === 0 ? 'warning' : zeroIsGood(f.troubledSources, 'warning'),
    ),
    figure('Campaigns running', f.runningCampaigns, 'neutral', '/campaigns?filter=state%20%3D%20running'),
    figure(
      'Campaigns stopped',
      f.stoppedCampaigns,
      zeroIsGood(f.stoppedCampaigns, 'warning'),
      '/campaigns?filter=state%20%3D%20stopped',
    ),
    figure(
      'Waits for a second person',
      f.openRequests,
      zeroIsGood(f.openRequests, 'warning'),
      '/campaign-requests?filter=state%20%3D%20open',
    ),
    figure('Drifted from the RXSWIN', f.driftedVehicles, zeroIsGood(f.driftedVehicles, 'bad'), '/rxswin-drift'),
    figure(
      'Vehicles with outdated software',
      f.outdatedVehicles,
      zeroIsGood(f.outdatedVehicles, 'warning'),
      '/vehicles?filter=software%20%3D%20outdated',
    ),
  ],
});

const dataProtection = notYet(
  5,
  'Data protection',
  'No data classification or subject keys yet. Secrets are sealed at rest and all traffic is encrypted.',
);

const connectivity = (f: Facts): Rule => ({
  number: 6,
  title: 'Secure connectivity',
  state: 'live',
  summary: 'MQTT over mutual TLS; the certificate decides client id and topics, and no device reaches another.',
  figures: [
    figure('Connected ECUs', f.connections, 'neutral', '/connections'),
    figure('Vehicles online', f.vehiclesOnline, 'neutral', '/vehicles?filter=state%20%3D%20online'),
    figure('Refused in the last hour', f.refusedLastHour, zeroIsGood(f.refusedLastHour, 'warning'), '/refusals'),
  ],
});

const hardening = notYet(
  7,
  'Hardening',
  'No posture baselines yet. Operators and tools use temporary, least-privilege credentials.',
);

const monitoring = (f: Facts): Rule => ({
  number: 8,
  title: 'Monitoring',
  state: 'partial',
  summary:
    'Security events of the fleet are stored exactly once, and every change is in a verifiable audit log. Detection rules are not there yet.',
  figures: [
    figure('Events in the last 24 hours', f.eventsLastDay, 'neutral', '/events'),
    figure(
      'High or critical',
      f.severeEventsLastDay,
      zeroIsGood(f.severeEventsLastDay, 'bad'),
      '/events?filter=severity%20in%20(high%2C%20critical)',
    ),
    figure('Audit entries', f.auditEntries, f.auditCheckpointAt ? 'good' : 'warning', '/audit'),
  ],
});

const incidentResponse = notYet(
  9,
  'Incident response',
  'No cases or playbooks yet. Revoking an identity cuts its live connection within a second.',
);

const developmentAndSharing = notYet(
  10,
  'Secure development and sharing',
  'No release gates or advisories out yet. The platform can load its own SBOM into the inventory.',
);

const rules = [
  risk,
  inventory,
  identity,
  vulnerabilitiesAndUpdates,
  dataProtection,
  connectivity,
  hardening,
  monitoring,
  incidentResponse,
  developmentAndSharing,
] as const;

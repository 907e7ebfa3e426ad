import type { Rule } from '@bulkhead/contract';

/** What the platform knows of itself at this moment, as plain counts; each comes from the module that owns it. */
export interface Facts {
  readonly vehicles: number;
  readonly vehiclesOnline: number;
  readonly ecus: number;
  readonly softwareVersions: number;
  readonly softwareWithSbom: number;
  readonly outdatedVehicles: number;
  readonly openNetworkEcus: number;
  readonly enrolledEcus: number;
  readonly expiringCertificates: number;
  readonly expiredCertificates: number;
  readonly revokedCertificates: number;
  readonly connections: number;
  readonly refusedLastHour: number;
  readonly eventsLastDay: number;
  readonly severeEventsLastDay: number;
  readonly auditEntries: number;
  readonly auditCheckpointAt: Date | null;
}

type Figure = Rule['figures'][number];
type Tone = Figure['tone'];

const number = (value: number) => value.toLocaleString('en-US');
const figure = (label: string, value: string | number, tone: Tone = 'neutral', link: string | null = null): Figure => ({
  label,
  value: typeof value === 'number' ? number(value) : value,
  tone,
  link,
});

/** A share as a whole percentage, rounded down so that 100 % means all; `none` where there is nothing to count. */
export function share(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${Math.floor((part / whole) * 100)} %`;
}

const shareTone = (part: number, whole: number): Tone =>
  whole === 0 ? 'neutral' : part === whole ? 'good' : part / whole >= 0.9 ? 'warning' : 'bad';
const zeroIsGood = (count: number, otherwise: Tone): Tone => (count === 0 ? 'good' : otherwise);
const notYet = (n: number, title: string, summary: string): Rule => ({
  number: n,
  title,
  state: 'not-yet',
  summary,
  figures: [],
});

/**
 * The ten golden rules of connected-mobility security with what can be said of them from live data. A rule that the
 * platform does not serve yet says so; nothing here is typed in.
 */
export function describeRules(f: Facts): Rule[] {
  return [
    notYet(
      1,
      'Risk assessment',
      'No threat analysis and risk assessment yet. The E/E architectures it will work on are in the inventory.',
    ),
    {
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
      ],
    },
    {
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
    },
    {
      number: 4,
      title: 'Vulnerabilities and updates',
      state: 'partial',
      summary:
        'Planned against reported software is known for each ECU. Matching of advisories and signed updates are not there yet.',
      figures: [
        figure(
          'Vehicles with outdated software',
          f.outdatedVehicles,
          zeroIsGood(f.outdatedVehicles, 'warning'),
          '/vehicles?filter=software%20%3D%20outdated',
        ),
      ],
    },
    notYet(
      5,
      'Data protection',
      'No data classification or subject keys yet. Secrets are sealed at rest and all traffic is encrypted.',
    ),
    {
      number: 6,
      title: 'Secure connectivity',
      state: 'live',
      summary: 'MQTT over mutual TLS; the certificate decides client id and topics, and no device reaches another.',
      figures: [
        figure('Connected ECUs', f.connections, 'neutral', '/connections'),
        figure('Vehicles online', f.vehiclesOnline, 'neutral', '/vehicles?filter=state%20%3D%20online'),
        figure('Refused in the last hour', f.refusedLastHour, zeroIsGood(f.refusedLastHour, 'warning'), '/refusals'),
      ],
    },
    notYet(7, 'Hardening', 'No posture baselines yet. Operators and tools use temporary, least-privilege credentials.'),
    {
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
    },
    notYet(
      9,
      'Incident response',
      'No cases or playbooks yet. Revoking an identity cuts its live connection within a second.',
    ),
    notYet(
      10,
      'Secure development and sharing',
      'No release gates or advisories out yet. The platform can load its own SBOM into the inventory.',
    ),
  ];
}

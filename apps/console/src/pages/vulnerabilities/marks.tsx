import type { Finding, Outcome, Vulnerability } from '@bulkhead/contract';
import Badge, { type BadgeProps } from '@cloudscape-design/components/badge';
import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { paths } from '../../paths.ts';

const outcomes: Readonly<Record<Outcome, readonly [color: NonNullable<BadgeProps['color']>, text: string]>> = {
  immediate: ['severity-critical', 'Immediate'],
  'out-of-cycle': ['severity-high', 'Out of cycle'],
  scheduled: ['severity-medium', 'Scheduled'],
  defer: ['severity-neutral', 'Defer'],
};

/** The SSVC outcome in words; the colour only repeats it. */
export function OutcomeMark({ outcome }: { outcome: Outcome | null }) {
  if (outcome === null) return '–';
  const [color, text] = outcomes[outcome];
  return (
    <span className="bh-nowrap">
      <Badge color={color}>{text}</Badge>
    </span>
  );
}

const severityColors = {
  critical: 'severity-critical',
  high: 'severity-high',
  medium: 'severity-medium',
  low: 'severity-low',
  none: 'severity-neutral',
  unknown: 'severity-neutral',
} as const;

/** Severity with its score, as published: it does not decide the priority. */
export function SeverityMark({ severity, cvss }: Pick<Vulnerability, 'severity' | 'cvss'>) {
  const text = severity === 'unknown' ? 'Not scored' : `${severity[0]?.toUpperCase()}${severity.slice(1)}`;
  return (
    <span className="bh-nowrap">
      <Badge color={severityColors[severity]}>
        {text}
        {cvss === null ? '' : ` ${cvss.toFixed(1)}`}
      </Badge>
    </span>
  );
}

const strengths: Readonly<Record<Finding['strength'], string>> = {
  purl: 'package URL',
  distro: 'distribution advisory',
  cpe: 'CPE',
  alias: 'confirmed alias',
  name: 'name only',
};

/** How sure the match is, in words: unsure is shown as unsure. */
export function VerdictMark({ verdict, strength }: Pick<Finding, 'verdict' | 'strength'>) {
  const by = `by ${strengths[strength]}`;
  if (verdict === 'affected') return <StatusIndicator type="warning">Affected, {by}</StatusIndicator>;
  if (verdict === 'not-affected') return <StatusIndicator type="success">Code not present, {by}</StatusIndicator>;
  return <StatusIndicator type="info">Unsure, {by}</StatusIndicator>;
}

export function VulnerabilityLink({ id }: { id: string }) {
  return (
    <Link href={paths.vulnerability(id)}>
      <span className="bh-nowrap">{id}</span>
    </Link>
  );
}

/** EPSS as a percentage; under a tenth of a percent the digits say nothing. */
export function likelihood(epss: number | null): string {
  if (epss === null) return '–';
  return epss < 0.001 ? '< 0.1 %' : `${(epss * 100).toFixed(1)} %`;
}

export function KnownExploited({ kev }: { kev: boolean }) {
  return kev ? <StatusIndicator type="error">Exploited</StatusIndicator> : '–';
}

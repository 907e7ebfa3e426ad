import type { LicenceUse } from '@bulkhead/contract';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

/** The quality of an SBOM; the words carry it, the colour repeats it. */
export function ScoreMark({ score }: { score: number | null }) {
  if (score === null) return '–';
  if (score >= 80) return <StatusIndicator type="success">{score}, good</StatusIndicator>;
  if (score >= 50) return <StatusIndicator type="warning">{score}, fair</StatusIndicator>;
  return <StatusIndicator type="error">{score}, poor</StatusIndicator>;
}

const kinds: Readonly<Record<LicenceUse['kind'], string>> = {
  permissive: 'Permissive',
  'weak-copyleft': 'Weak copyleft',
  copyleft: 'Copyleft',
  'network-copyleft': 'Network copyleft',
  other: 'To be read',
  none: 'None stated',
};

export function LicenceKindMark({ kind }: { kind: LicenceUse['kind'] }) {
  if (kind === 'copyleft' || kind === 'network-copyleft')
    return <StatusIndicator type="warning">{kinds[kind]}</StatusIndicator>;
  if (kind === 'other' || kind === 'none') return <StatusIndicator type="info">{kinds[kind]}</StatusIndicator>;
  return <StatusIndicator type="success">{kinds[kind]}</StatusIndicator>;
}

import type { ReleaseDetail } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import { lockedText, voidedBySaving } from './dossier-sections.ts';

/** Before anything is saved: what saving would void, by name, or that nothing can be changed any more. */
export function VoidWarning({ release, changed }: { release: ReleaseDetail; changed: boolean }) {
  const locked = lockedText(release);
  if (locked) return <Alert type="info">{locked}</Alert>;
  const voids = voidedBySaving(release);
  if (!voids) return null;
  return (
    <Alert type="warning" header={changed ? 'Saving voids what was agreed' : 'Any change voids what was agreed'}>
      {voids}
    </Alert>
  );
}

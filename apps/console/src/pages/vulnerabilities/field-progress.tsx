import type { VulnerabilityCase } from '@bulkhead/contract';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { integer } from '../../ui/time.ts';

/** How much of the fleet reports a fixed version: what is planned does not count. */
export function FieldProgress({ vehicles }: Pick<VulnerabilityCase, 'vehicles'>) {
  const { total, fixed, remaining, unknown } = vehicles;
  const rest = unknown === 0 ? '' : `, ${integer(unknown)} never reported`;
  return (
    <ProgressBar
      value={total === 0 ? 0 : (fixed / total) * 100}
      ariaLabel={`${fixed} of ${total} vehicles report a fixed version`}
      additionalInfo={
        total === 0 ? 'No vehicle carries it' : `${integer(fixed)} fixed, ${integer(remaining)} to fix${rest}`
      }
    />
  );
}

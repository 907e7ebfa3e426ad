import type { DirectorStatus, OperationId } from '@bulkhead/contract';
import type { CommandSpec } from './commands/spec.ts';
import type { Session } from './session.ts';

const after = (text: string) => async (session: Session) => {
  const { vehicles } = (await session.call('getDirector', {})) as DirectorStatus;
  return `${text} ${vehicles} vehicles are registered; each is served metadata signed anew when it asks next.`;
};

/** Commands of the Director: its keys and root, and what vehicles are served and report. */
export const director: Partial<Record<OperationId, CommandSpec>> = {
  getDirector: { verb: 'status', examples: ['bulkhead director status'] },
  getDirectorRoot: { verb: 'root', examples: ['bulkhead director root a -o json'] },
  rotateDirectorKeys: {
    verb: 'rotate',
    danger: after('Exchanges keys of the Director for new ones.'),
    describe: { roles: 'Roles whose key is exchanged: root, targets, snapshot, timestamp' },
    examples: ['bulkhead director rotate --roles targets,snapshot,timestamp --reason "host was broken into" --yes'],
  },
  planDirectorRoot: {
    verb: 'plan-root',
    bodyFile: true,
    danger: after('Writes the next root with other root keys.'),
    examples: ['bulkhead director plan-root -f root-plan.json --yes'],
  },
  signDirectorRoot: {
    verb: 'sign-root',
    files: ['document'],
    describe: { document: 'A copy of the next root that you signed' },
    examples: ['bulkhead director sign-root --document 2.root.json'],
  },
  discardDirectorRoot: {
    verb: 'discard-root',
    danger: async () => 'Gives up the next root, with the signatures it has.',
    examples: ['bulkhead director discard-root --yes'],
  },
  resignDirector: { verb: 'sign', examples: ['bulkhead director sign'] },
  getVehicleDirector: { verb: 'director', examples: ['bulkhead vehicles director WBHAR1A23S1000001'] },
  allowReregistration: {
    verb: 'replace-ecu',
    danger: async (_session, call) =>
      `For seven days ECUs of ${(call.params as { vin?: string } | undefined)?.vin ?? 'the vehicle'} may register other keys.`,
    examples: ['bulkhead vehicles replace-ecu WBHAR1A23S1000001 --reason "brake unit exchanged" --yes'],
  },
  listManifests: {
    verb: 'list',
    columns: ['id', 'vin', 'receivedAt', 'outcome', 'code', 'detail', 'count'],
    examples: ["bulkhead manifests list --filter 'outcome = refused'"],
  },
  getManifest: { verb: 'show', examples: ['bulkhead manifests show 4711 -o json'] },
};

export const directorNouns = {
  director: 'The Uptane Director: its keys and root',
  manifests: 'What vehicles reported, and what was refused',
};

import type { VexJustification, VexStatus } from './model.ts';

/** The words of each format for the four statuses, first the one that is written. `recommended` of CSAF is no status. */
const words = {
  openvex: {
    affected: ['affected'],
    not_affected: ['not_affected'],
    fixed: ['fixed'],
    under_investigation: ['under_investigation'],
  },
  csaf: {
    affected: ['known_affected', 'first_affected', 'last_affected'],
    not_affected: ['known_not_affected'],
    fixed: ['fixed', 'first_fixed'],
    under_investigation: ['under_investigation'],
  },
  cyclonedx: {
    affected: ['exploitable'],
    not_affected: ['not_affected', 'false_positive'],
    fixed: ['resolved', 'resolved_with_pedigree'],
    under_investigation: ['in_triage'],
  },
  spdx: {
    affected: ['affects'],
    not_affected: ['doesNotAffect'],
    fixed: ['fixedIn'],
    under_investigation: ['underInvestigationFor'],
  },
} as const satisfies Record<string, Record<VexStatus, readonly string[]>>;

type Vocabulary = keyof typeof words;

export const statuses = ['affected', 'not_affected', 'fixed', 'under_investigation'] as const;

export function statusOfWord(format: Vocabulary, word: string): VexStatus | undefined {
  return statuses.find((status) => (words[format][status] as readonly string[]).includes(word));
}

/** The word to write: the received one where the format knows it for this status, else its first. */
export function wordOfStatus(format: Vocabulary, status: VexStatus, received: string | undefined): string {
  const known: readonly string[] = words[format][status];
  return known.find((word) => word === received) ?? (known[0] as string);
}

export const justifications = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const satisfies readonly VexJustification[];

interface Mapping {
  readonly to: VexJustification;
  /** Absent = the two words say the same. */
  readonly loss?: string;
}

/** CycloneDX 1.4 `impactAnalysisJustification` in the five words; no other word of the nine has an equal. */
const fromCycloneDx: ReadonlyMap<string, Mapping> = new Map<string, Mapping>([
  ['code_not_present', { to: 'vulnerable_code_not_present' }],
  ['code_not_reachable', { to: 'vulnerable_code_not_in_execute_path' }],
  ['requires_configuration', narrower('vulnerable_code_not_in_execute_path', 'a configuration is needed')],
  ['requires_dependency', narrower('vulnerable_code_not_in_execute_path', 'a dependency that is missing is needed')],
  ['requires_environment', narrower('vulnerable_code_cannot_be_controlled_by_adversary', 'an environment is needed')],
  ['protected_by_compiler', narrower('inline_mitigations_already_exist', 'it is the compiler that protects')],
  ['protected_at_runtime', narrower('inline_mitigations_already_exist', 'it is protected at run time')],
  ['protected_at_perimeter', narrower('inline_mitigations_already_exist', 'it is protected at the perimeter')],
  ['protected_by_mitigating_control', { to: 'inline_mitigations_already_exist' }],
]);

function narrower(to: VexJustification, what: string): Mapping {
  return { to, loss: `that ${what} is not said by ${to}` };
}

const toCycloneDx: ReadonlyMap<VexJustification, { readonly to: string; readonly loss?: string }> = new Map([
  [
    'component_not_present',
    { to: 'code_not_present', loss: 'that the whole component is missing is not said by code_not_present' },
  ],
  ['vulnerable_code_not_present', { to: 'code_not_present' }],
  ['vulnerable_code_not_in_execute_path', { to: 'code_not_reachable' }],
  [
    'vulnerable_code_cannot_be_controlled_by_adversary',
    {
      to: 'requires_environment',
      loss: 'that no adversary controls the code is only roughly said by requires_environment',
    },
  ],
  ['inline_mitigations_already_exist', { to: 'protected_by_mitigating_control' }],
]);

/** SPDX 3 `security_JustificationType`, without the spelling of classes. */
const fromSpdx: ReadonlyMap<string, VexJustification> = new Map([
  ['componentnotpresent', 'component_not_present'],
  ['vulnerablecodenotpresent', 'vulnerable_code_not_present'],
  ['vulnerablecodenotinexecutepath', 'vulnerable_code_not_in_execute_path'],
  ['vulnerablecodecannotbecontrolledbyadversary', 'vulnerable_code_cannot_be_controlled_by_adversary'],
  ['inlinemitigationsalreadyexist', 'inline_mitigations_already_exist'],
]);

/** The five words' nearest to a word of any format; nothing for a word that none of them defines. */
export function mapJustification(
  received: string,
): { readonly to: VexJustification; readonly loss?: string } | undefined {
  const own = justifications.find((word) => word === received);
  if (own) return { to: own };
  const spdx = fromSpdx.get(received.toLowerCase());
  return spdx ? { to: spdx } : fromCycloneDx.get(received);
}

/** The word to write for OpenVEX and CSAF, or for CycloneDX; a word that the format knows itself is kept. */
export function writtenJustification(
  format: 'openvex' | 'csaf' | 'cyclonedx',
  received: string,
): { readonly word?: string; readonly loss?: string } {
  const five = mapJustification(received);
  if (format === 'cyclonedx') {
    if (fromCycloneDx.has(received)) return { word: received };
    const mapped = five && toCycloneDx.get(five.to);
    return mapped
      ? loses(mapped.to, mapped.loss)
      : { loss: `the justification ${JSON.stringify(received)} is unknown to it` };
  }
  return five ? loses(five.to, five.loss) : { loss: `the justification ${JSON.stringify(received)} is unknown to it` };
}

function loses(word: string, loss: string | undefined): { readonly word: string; readonly loss?: string } {
  return loss === undefined ? { word } : { word, loss };
}

/** CSAF remediation categories and CycloneDX responses for the same action. */
const actions: readonly (readonly [csaf: string, cycloneDx: string, exact: boolean])[] = [
  ['vendor_fix', 'update', true],
  ['workaround', 'workaround_available', true],
  ['mitigation', 'workaround_available', false],
  ['no_fix_planned', 'will_not_fix', true],
  ['none_available', 'can_not_fix', false],
  ['vendor_fix', 'rollback', false],
];

/** The action's kind in the words of the other format. */
export function writtenAction(
  format: 'csaf' | 'cyclonedx',
  kind: string,
): { readonly word?: string; readonly loss?: string } {
  const own = format === 'csaf' ? 0 : 1;
  if (actions.some((row) => row[own] === kind)) return { word: kind };
  const row = actions.find((candidate) => candidate[1 - own] === kind);
  if (!row) return { loss: `the action ${JSON.stringify(kind)} is unknown to it` };
  return loses(row[own], row[2] ? undefined : `the action ${kind} became ${row[own]}`);
}

const algorithms: ReadonlyMap<string, string> = new Map(
  [
    'MD5',
    'SHA-1',
    'SHA-256',
    'SHA-384',
    'SHA-512',
    'SHA3-256',
    'SHA3-384',
    'SHA3-512',
    'BLAKE2b-256',
    'BLAKE2b-384',
    'BLAKE2b-512',
    'BLAKE3',
  ].map((name) => [bare(name), name]),
);

function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** `sha256`, `sha-256` and `SHA-256` are one; an unknown name stays as it is. */
export function hashAlgorithm(name: string): string {
  return algorithms.get(bare(name)) ?? name.slice(0, 50);
}

import type { Decision, DecisionScope, Justification, VexStatement } from '@bulkhead/contract';

type Status = Decision['status'];

export const statusTexts: Readonly<Record<Status, readonly [text: string, about: string]>> = {
  'not-affected': ['Not affected', 'The flaw cannot be used here, for a reason that you give'],
  affected: ['Affected', 'It can be used: the work is to be done'],
  'under-investigation': ['Under investigation', 'Somebody is looking at it'],
  fixed: ['Fixed', 'The flaw was removed, as by a patch that the version number does not show'],
};

export const justificationTexts: Readonly<Record<Justification, readonly [text: string, about: string]>> = {
  'component-not-present': ['The component is not there', 'The SBOM names it, the product does not contain it'],
  'vulnerable-code-not-present': ['The vulnerable code is not there', 'Left out when it was built, or patched away'],
  'vulnerable-code-not-in-execute-path': ['The vulnerable code never runs', 'Nothing calls it in this product'],
  'vulnerable-code-cannot-be-controlled-by-adversary': [
    'No attacker can reach it',
    'It runs, but on nothing that comes from outside',
  ],
  'inline-mitigations-already-exist': [
    'Something else prevents it',
    'A protection that is built in and cannot be removed',
  ],
};

export const scopeTexts: Readonly<Record<DecisionScope['kind'], readonly [text: string, about: string]>> = {
  software: ['A software version and later ones', 'As long as they carry the very same component'],
  component: ['This component, wherever it is', 'In all software that carries the same version'],
  ecu: ['An ECU role', 'Whatever software it runs'],
  model: ['A vehicle model', 'Every ECU of it'],
  everywhere: ['Everywhere', 'Each component version that has a finding today'],
};

export const periods = [
  { value: '', label: 'No date', description: 'Until the component changes' },
  { value: '90', label: '90 days' },
  { value: '180', label: '180 days' },
  { value: '365', label: 'One year' },
] as const;

/** The end of a period from now, or none. */
export const endOf = (days: string, now: Date): string | undefined =>
  days === '' ? undefined : new Date(now.getTime() + Number(days) * 86_400_000).toISOString();

export const originTexts: Readonly<Record<Decision['origin'], string>> = {
  operator: 'A person',
  vex: 'VEX',
  'build-system': 'The build system',
  'compiled-files': 'The files that were compiled',
};

export const signatureTexts: Readonly<Record<VexStatement['signature'], string>> = {
  valid: 'Valid, trusted author',
  invalid: 'Does not fit the document',
  'unknown-key': 'Key of nobody trusted',
  none: 'Not signed',
};

/** What decisions are given out as. */
export const vexFormats = [
  { value: 'openvex', label: 'OpenVEX 0.2.0' },
  { value: 'csaf', label: 'CSAF 2.0' },
  { value: 'cyclonedx', label: 'CycloneDX 1.6' },
] as const;

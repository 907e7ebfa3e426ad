import { cycloneDxComponent, licencesFromTexts, type SbomComponent } from '@bulkhead/sbom';

/** A component as the inventory lists it, at its place in the SBOM of a software version. */
export interface AssembledComponent {
  readonly place: number;
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly type: string;
  readonly supplier: string | null;
  readonly scope: string | null;
  readonly hashes: readonly { readonly algorithm: string; readonly value: string }[] | null;
  readonly licences: readonly string[];
}

/** `ref` of a component: unique in the whole document, since the same software may run on several ECUs. */
export const partRef = (softwareRef: string, place: number) => (place === 0 ? softwareRef : `${softwareRef}/${place}`);

/** One component as CycloneDX 1.6 JSON. */
export function partJson(softwareRef: string, component: AssembledComponent): string {
  const { place, name, version, purl, cpe, type, supplier, scope, hashes, licences } = component;
  const part: SbomComponent = {
    ref: partRef(softwareRef, place),
    type: type as SbomComponent['type'],
    name,
    ...(version === null ? {} : { version }),
    ...(supplier === null ? {} : { supplier }),
    ...(purl === null ? {} : { purl }),
    ...(cpe === null ? {} : { cpe }),
    ...(scope === null ? {} : { scope: scope as 'required' }),
    hashes: hashes ?? [],
    licences: licencesFromTexts(licences),
  };
  return JSON.stringify(cycloneDxComponent(part));
}

export interface AssembledSoftware {
  readonly ref: string;
  readonly name: string;
  readonly version: string;
  readonly slot: string | null;
  readonly supplier: string | null;
  readonly sha256: string | null;
}

/** Software as a component, without the closing brace: its parts are streamed into it. */
export function openSoftware({ ref, name, version, slot, supplier, sha256 }: AssembledSoftware): string {
  const properties = slot === null ? [] : [{ name: 'bulkhead:slot', value: slot }];
  return open({
    type: 'firmware',
    'bom-ref': ref,
    ...(supplier === null ? {} : { supplier: { name: supplier } }),
    name,
    version,
    ...(sha256 === null ? {} : { hashes: [{ alg: 'SHA-256', content: sha256 }] }),
    ...(properties.length > 0 ? { properties } : {}),
  });
}

export interface AssembledEcu {
  readonly serial: string;
  readonly role: string;
  readonly partNumber: string;
  readonly supplier: string;
  readonly hardwareVersion: string | null;
}

export function openEcu(ref: string, { serial, role, partNumber, supplier, hardwareVersion }: AssembledEcu): string {
  return open({
    type: 'device',
    'bom-ref': ref,
    supplier: { name: supplier },
    name: role,
    ...(hardwareVersion === null ? {} : { version: hardwareVersion }),
    properties: [
      { name: 'bulkhead:serial', value: serial },
      { name: 'bulkhead:part-number', value: partNumber },
    ],
  });
}

/** An object that stays open for a last member. */
function open(object: object): string {
  return JSON.stringify(object).slice(0, -1);
}

/** What stands before the components. */
export function documentHead(
  { serial, created, version }: { serial: string; created: string; version: string },
  subject: object,
  properties: readonly { readonly name: string; readonly value: string }[],
): string {
  return open({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${serial}`,
    version: 1,
    metadata: {
      timestamp: created,
      tools: { components: [{ type: 'application', name: 'bulkhead', version }] },
      component: subject,
      ...(properties.length > 0 ? { properties } : {}),
    },
  });
}

import { quote, SbomError } from '../errors.ts';
import { defined } from '../json/fields.ts';
import type { Sbom, SbomComponent, SbomDependency, SbomLicence } from '../model.ts';
import { componentTypes, hashAlgorithms } from './words.ts';

type JsonNode = Record<string, unknown>;

const minor = 6;
const maxNesting = 24; // two JSON levels each; a reader with our default depth must take the document back

/** What the writer needs of a model; `serial` and `created` are arguments of the caller, who has the clock and ids. */
export type WritableSbom = Pick<Sbom, 'components' | 'dependencies' | 'tools'> &
  Partial<Pick<Sbom, 'subject' | 'serial' | 'revision' | 'created'>>;

/**
 * Writes a model as CycloneDX JSON 1.6, deterministically: same model, same bytes. Parts are nested in their parent.
 * Vulnerability statements are never written (BSI TR-03183-2 keeps them out of an SBOM). What CycloneDX has no word
 * for is written as the nearest: an SPDX containment as a dependency, the type "install" or "unknown" as a library.
 * @throws SbomError `sbom.wrong-value` when the model contradicts itself (two equal references, a cycle of parents)
 */
export function writeCycloneDx(sbom: WritableSbom): string {
  const { children, count } = groupByParent(sbom);
  const subject = sbom.subject && writeComponent(sbom.subject, children, 0);
  const components = (children.get(undefined) ?? []).map((component) => writeComponent(component, children, 0));
  const tools = sbom.tools.map(({ name, version, vendor }) =>
    defined({ type: 'application', publisher: vendor, name, version }),
  );
  const document = defined({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: `1.${minor}`,
    serialNumber: sbom.serial?.startsWith('urn:uuid:') ? sbom.serial : undefined,
    version: sbom.revision ?? 1,
    metadata: defined({
      timestamp: sbom.created,
      tools: tools.length === 0 ? undefined : { components: tools },
      component: subject,
    }),
    components,
    dependencies: writeDependencies(sbom.dependencies),
  });
  if (count.written !== sbom.components.length) throw contradiction('the parents of its components form a cycle');
  return `${JSON.stringify(document, undefined, 2)}\n`;

  function writeComponent(component: SbomComponent, tree: Children, depth: number): JsonNode {
    if (depth > maxNesting) throw contradiction(`parts are nested deeper than ${maxNesting} levels`);
    if (component !== sbom.subject) count.written++;
    const parts = tree.get(component.ref)?.map((part) => writeComponent(part, tree, depth + 1));
    return writeFields(component, parts);
  }
}

type Children = ReadonlyMap<string | undefined, readonly SbomComponent[]>;

/** A parent that is not in the document counts as none. */
function groupByParent(sbom: WritableSbom): { children: Children; count: { written: number } } {
  const all = sbom.subject ? [sbom.subject, ...sbom.components] : sbom.components;
  const refs = new Set<string>();
  for (const { ref } of all) {
    if (refs.has(ref)) throw contradiction(`the reference ${quote(ref)} is used twice`);
    refs.add(ref);
  }
  const children = new Map<string | undefined, SbomComponent[]>();
  for (const component of sbom.components) {
    const parent = component.parent !== undefined && refs.has(component.parent) ? component.parent : undefined;
    const siblings = children.get(parent);
    if (siblings) siblings.push(component);
    else children.set(parent, [component]);
  }
  return { children, count: { written: 0 } };
}

function contradiction(what: string): SbomError {
  return new SbomError('sbom.wrong-value', '$', `the model cannot be written: ${what}`);
}

/** One component as a member of a CycloneDX 1.6 JSON document, for writers that stream; parts are theirs to nest. */
export function cycloneDxComponent(component: SbomComponent): Readonly<Record<string, unknown>> {
  return writeFields(component, undefined);
}

function writeFields(component: SbomComponent, parts: readonly JsonNode[] | undefined): JsonNode {
  const isWord = (componentTypes.get(component.type) ?? Number.POSITIVE_INFINITY) <= minor;
  const hashes = component.hashes.filter(({ algorithm }) => (hashAlgorithms.get(algorithm) ?? 99) <= minor);
  return defined<JsonNode>({
    type: isWord ? component.type : component.type === 'archive' ? 'file' : 'library',
    'bom-ref': component.ref,
    supplier: component.supplier === undefined ? undefined : { name: component.supplier },
    group: component.group,
    name: component.name,
    version: component.version,
    scope: component.scope,
    hashes:
      hashes.length === 0 ? undefined : hashes.map(({ algorithm, value }) => ({ alg: algorithm, content: value })),
    licenses: writeLicences(component.licences),
    cpe: component.cpe,
    purl: component.purl,
    components: parts,
  });
}

/** 1.6 allows licences or one lone expression; with several expressions the concluded one is what counts. */
function writeLicences(licences: readonly SbomLicence[]): readonly JsonNode[] | undefined {
  if (licences.length === 0) return undefined;
  const expressions = licences.filter(({ expression }) => expression !== undefined);
  const chosen = expressions.find(({ acknowledgement }) => acknowledgement === 'concluded') ?? expressions[0];
  if (chosen) return [defined<JsonNode>({ expression: chosen.expression, acknowledgement: chosen.acknowledgement })];
  return licences.map(({ id, name, acknowledgement }) => ({
    license: defined<JsonNode>({ id, name, acknowledgement }),
  }));
}

function writeDependencies(edges: readonly SbomDependency[]): readonly JsonNode[] {
  const byFrom = new Map<string, { dependsOn: Set<string>; provides: Set<string> }>();
  for (const { from, to, kind } of edges) {
    const entry = byFrom.get(from) ?? { dependsOn: new Set(), provides: new Set() };
    entry[kind === 'provides' ? 'provides' : 'dependsOn'].add(to);
    byFrom.set(from, entry);
  }
  return [...byFrom].map(([ref, { dependsOn, provides }]) =>
    defined<JsonNode>({
      ref,
      dependsOn: dependsOn.size === 0 ? undefined : [...dependsOn],
      provides: provides.size === 0 ? undefined : [...provides],
    }),
  );
}

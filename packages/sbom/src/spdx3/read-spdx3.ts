import { collectEdges } from '../edges.ts';
import { quote, SbomError } from '../errors.ts';
import { defined, textField } from '../json/fields.ts';
import { inside } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import { type RuleContext, toUtc } from '../json/rules.ts';
import type { SbomLimits } from '../limits.ts';
import type { Sbom, SbomComponent, SbomDependency, SbomParty, SbomTool } from '../model.ts';
import { claimReferences } from '../references.ts';
import { toolOf } from '../spdx/creation.ts';
import type { Warnings } from '../warnings.ts';
import { checkElement } from './document-rules.ts';
import { type Element, type Graph, readGraph, refsOf } from './graph.ts';
import { contactOf, readPackage } from './read-package.ts';
import { readVex } from './read-vex.ts';
import { type Relations, readRelations } from './relations.ts';
import { findSubject } from './subject.ts';
import { edgeKinds } from './words.ts';

/** Reads a parsed SPDX 3.0 document (JSON-LD with the context of the specification), Yocto's included. */
export function readSpdx3(document: JsonObject, contextUrl: string, limits: SbomLimits, warnings: Warnings): Sbom {
  const version = checkVersion(contextUrl);
  const context: RuleContext = { minor: 0, limits, warnings, components: 0 };
  const graph = readGraph(document, (element) => checkElement(element, context));
  const relations = readRelations(graph);
  const head = graph.ofType('SpdxDocument')[0];
  const info = creationInfoOf(graph, head);
  const given = info && textField(info.object, 'created');
  const created = given && toUtc(given);

  const packages = readPackages(graph, relations, warnings);
  const subject = findSubject(graph, head, packages, warnings);
  const others = packages.filter(({ ref }) => ref !== subject?.ref);
  return defined<Sbom>({
    format: 'SPDX',
    specVersion: (info && textField(info.object, 'specVersion')) ?? version,
    documentName: head && textField(head.object, 'name'),
    serial: head?.id || undefined,
    revision: undefined,
    created,
    tools: readTools(graph, info),
    authors: readAuthors(graph, info),
    completeness: readCompleteness(relations),
    subject,
    components: separateSources(others),
    dependencies: readEdges(graph, relations, packages, subject, limits, warnings),
    statements: readVex(graph, relations, created, limits),
    warnings: warnings.list(),
  });
}

function checkVersion(context: string): string {
  const found = /spdx\.org\/rdf\/(\d+(?:\.\d+){1,2})\//.exec(context)?.[1];
  if (found !== undefined && /^3\.0(\.\d+)?$/.test(found)) return found;
  const detail = `the context ${quote(context)} cannot be read; use SPDX 3.0 JSON-LD or 2.2-2.3 JSON`;
  throw new SbomError('sbom.unsupported-version', '$["@context"]', detail);
}

function creationInfoOf(graph: Graph, head: Element | undefined): Element | undefined {
  const named = head && graph.get(refsOf(head.object, 'creationInfo')[0] ?? '');
  return named ?? graph.ofType('CreationInfo')[0];
}

function readTools(graph: Graph, info: Element | undefined): readonly SbomTool[] {
  return namesOf(graph, info, 'createdUsing').map(({ name }) => toolOf(name ?? 'unnamed'));
}

function readAuthors(graph: Graph, info: Element | undefined): readonly SbomParty[] {
  return namesOf(graph, info, 'createdBy').filter(({ name, contact }) => name !== undefined || contact !== undefined);
}

function namesOf(graph: Graph, info: Element | undefined, key: string): readonly SbomParty[] {
  return (info ? refsOf(info.object, key) : [])
    .map((ref) => graph.get(ref))
    .filter((element) => element !== undefined)
    .map(({ object }) => defined<SbomParty>({ name: textField(object, 'name'), contact: contactOf(object) }));
}

/** `completeness` of the relationships that say what depends on what (Core, RelationshipCompleteness). */
function readCompleteness({ all }: Relations): Sbom['completeness'] | undefined {
  const words = new Set(
    all
      .filter(({ object }) => edgeKinds.has(textField(object, 'relationshipType') ?? ''))
      .map(({ object }) => textField(object, 'completeness'))
      .filter((word) => word !== undefined),
  );
  if (words.size === 0) return undefined;
  return words.has('incomplete') ? 'incomplete' : words.has('noAssertion') ? 'unknown' : 'complete';
}

function readPackages(graph: Graph, relations: Relations, warnings: Warnings): readonly SbomComponent[] {
  const references = claimReferences(warnings);
  return graph
    .ofType('software_Package')
    .map((element) => readPackage(element, references.claim(element.id, element.at), graph, relations, warnings));
}

/** Where a document tells what is installed, sources are what it was built from: listed, but not on the vehicle. */
function separateSources(components: readonly SbomComponent[]): readonly SbomComponent[] {
  if (!components.some(({ type }) => type === 'install')) return components;
  return components.map((component) => (component.type === 'source' ? { ...component, scope: 'excluded' } : component));
}

function readEdges(
  graph: Graph,
  relations: Relations,
  packages: readonly SbomComponent[],
  subject: SbomComponent | undefined,
  limits: SbomLimits,
  warnings: Warnings,
): readonly SbomDependency[] {
  const known = new Set(packages.map(({ ref }) => ref));
  if (subject) known.add(subject.ref);
  const edges = collectEdges(known, new Set(), limits, warnings);
  for (const { object, at } of relations.all) {
    const kind = edgeKinds.get(textField(object, 'relationshipType') ?? '');
    const from = refsOf(object, 'from')[0] ?? '';
    // builds and files are in the graph and no components: their edges are passed over without a word
    if (!kind || (!known.has(from) && graph.get(from))) continue;
    for (const to of refsOf(object, 'to')) {
      if (known.has(to) || !graph.get(to)) edges.add(from, to, kind, inside(at, 'to'));
    }
  }
  // Yocto does not say what an image contains, but what went into the build that put it out
  const built = subject ? relations.ingredients(subject.ref) : [];
  for (const to of built)
    if (known.has(to) && subject) edges.add(subject.ref, to, 'contains', { parent: undefined, key: '$' });
  return edges.list();
}

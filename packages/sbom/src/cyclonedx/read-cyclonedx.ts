import { collectEdges } from '../edges.ts';
import { quoteValue, SbomError } from '../errors.ts';
import { defined, field, objectField, objectsIn, textField, textsIn } from '../json/fields.ts';
import { inside, type Place, root } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import { toUtc } from '../json/rules.ts';
import type { SbomLimits } from '../limits.ts';
import type { Sbom, SbomComponent, SbomDependency, SbomTool } from '../model.ts';
import { claimReferences } from '../references.ts';
import type { Warnings } from '../warnings.ts';
import { cycloneDxDocument } from './document-rules.ts';
import { readComponent } from './read-component.ts';
import { readAuthors } from './read-delivery.ts';
import { readCompleteness, readStatements } from './read-statements.ts';

/** Reads a parsed CycloneDX document, 1.2 to 1.7 (ECMA-424), and refuses what its specification refuses. */
export function readCycloneDx(document: JsonObject, limits: SbomLimits, warnings: Warnings): Sbom {
  const specVersion = checkHeader(document);
  const minor = Number(specVersion.slice(2));
  cycloneDxDocument(document, root, { minor, limits, warnings, components: 0 });

  const metadata = objectField(document, 'metadata');
  const described = metadata && objectField(metadata, 'component');
  const { subject, components, refs } = flatten(document, described, warnings);
  if (!subject) warnings.add('no-subject', () => '$.metadata.component', 'the document does not say what it describes');
  const timestamp = metadata && textField(metadata, 'timestamp');
  const created = timestamp && toUtc(timestamp);
  return defined<Sbom>({
    format: 'CycloneDX',
    specVersion,
    documentName: subject?.name,
    serial: textField(document, 'serialNumber')?.toLowerCase(),
    revision: (field(document, 'version') as number | undefined) ?? 1,
    created,
    tools: metadata ? readTools(metadata) : [],
    authors: metadata ? readAuthors(metadata) : [],
    completeness: readCompleteness(document),
    subject,
    components,
    dependencies: readDependencies(document, refs, limits, warnings),
    statements: readStatements(document, created, limits),
    warnings: warnings.list(),
  });
}

function checkHeader(document: JsonObject): string {
  const format = field(document, 'bomFormat');
  if (format !== 'CycloneDX') {
    throw new SbomError('sbom.unknown-format', '$.bomFormat', `must be "CycloneDX", found ${quoteValue(format)}`);
  }
  const version = field(document, 'specVersion');
  if (typeof version === 'string' && /^1\.[2-7]$/.test(version)) return version;
  const found = version === undefined ? 'is required and missing' : `${quoteValue(version)} cannot be read`;
  throw new SbomError('sbom.unsupported-version', '$.specVersion', `${found}; use CycloneDX 1.2 to 1.7`);
}

interface Flat {
  readonly subject: SbomComponent | undefined;
  readonly components: readonly SbomComponent[];
  readonly refs: ReadonlySet<string>;
}

/** Nested components become a flat list in document order; each remembers the component it is a part of. */
function flatten(document: JsonObject, described: JsonObject | undefined, warnings: Warnings): Flat {
  const references = claimReferences(warnings);
  const components: SbomComponent[] = [];

  function read(object: JsonObject, at: Place, parent: string | undefined): SbomComponent {
    const ref = references.claim(textField(object, 'bom-ref'), at);
    return readComponent(object, at, ref, parent, warnings);
  }

  function readParts(object: JsonObject, at: Place, parent: string | undefined): void {
    for (const [part, place] of objectsIn(object, 'components', at)) {
      const component = read(part, place, parent);
      components.push(component);
      readParts(part, place, component.ref);
    }
  }

  const at = inside(inside(root, 'metadata'), 'component');
  const subject = described && read(described, at, undefined);
  if (described && subject) readParts(described, at, subject.ref);
  readParts(document, root, undefined);
  return { subject, components, refs: references.taken };
}

function readDependencies(
  document: JsonObject,
  refs: ReadonlySet<string>,
  limits: SbomLimits,
  warnings: Warnings,
): readonly SbomDependency[] {
  const edges = collectEdges(refs, new Set(serviceRefs(document, root)), limits, warnings);
  for (const [dependency, at] of objectsIn(document, 'dependencies', root)) {
    const from = textField(dependency, 'ref') ?? '';
    for (const [i, to] of textsIn(dependency, 'dependsOn').entries()) {
      edges.add(from, to, 'depends-on', inside(inside(at, 'dependsOn'), i));
    }
    for (const [i, to] of textsIn(dependency, 'provides').entries()) {
      edges.add(from, to, 'provides', inside(inside(at, 'provides'), i));
    }
  }
  return edges.list();
}

function* serviceRefs(object: JsonObject, at: Place): Generator<string> {
  for (const [service, place] of objectsIn(object, 'services', at)) {
    const ref = textField(service, 'bom-ref');
    if (ref !== undefined) yield ref;
    yield* serviceRefs(service, place);
  }
}

function readTools(metadata: JsonObject): readonly SbomTool[] {
  const at = inside(root, 'metadata');
  const since15 = objectField(metadata, 'tools');
  const objects = since15
    ? [...objectsIn(since15, 'components', at), ...objectsIn(since15, 'services', at)]
    : [...objectsIn(metadata, 'tools', at)];
  return objects.map(([tool]) =>
    defined<SbomTool>({
      name: textField(tool, 'name') ?? 'unnamed',
      version: textField(tool, 'version'),
      vendor: textField(tool, 'vendor') ?? textField(tool, 'publisher') ?? textField(tool, 'group'),
    }),
  );
}

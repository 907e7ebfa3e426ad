import { collectEdges } from '../edges.ts';
import { quoteValue, SbomError } from '../errors.ts';
import { defined, field, objectField, objectsIn, textField, textsIn } from '../json/fields.ts';
import { root } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import { toUtc } from '../json/rules.ts';
import type { SbomLimits } from '../limits.ts';
import type { EmbeddedStatement, Sbom, SbomComponent, SbomDependency } from '../model.ts';
import { claimReferences } from '../references.ts';
import { collectStatements } from '../statements.ts';
import type { Warnings } from '../warnings.ts';
import { readAuthors, readTools } from './creation.ts';
import { spdxDocument } from './document-rules.ts';
import { patchedIn, patchedStatement } from './patched.ts';
import { readPackage } from './read-package.ts';
import { edgeKinds } from './words.ts';

export const documentId = 'SPDXRef-DOCUMENT';

/** Reads a parsed SPDX JSON document, 2.2 or 2.3. */
export function readSpdx(document: JsonObject, limits: SbomLimits, warnings: Warnings): Sbom {
  const specVersion = checkVersion(document);
  spdxDocument(document, root, { minor: Number(specVersion.slice(2)), limits, warnings, components: 0 });

  const packages = readPackages(document, warnings);
  const subject = findSubject(document, packages, warnings);
  const info = objectField(document, 'creationInfo') ?? {};
  const given = textField(info, 'created');
  const created = given && toUtc(given);
  return defined<Sbom>({
    format: 'SPDX',
    specVersion,
    documentName: textField(document, 'name'),
    serial: textField(document, 'documentNamespace'),
    revision: undefined,
    created,
    tools: readTools(info),
    authors: readAuthors(info),
    completeness: undefined,
    subject,
    components: packages.filter((component) => component !== subject),
    dependencies: readEdges(document, packages, limits, warnings),
    statements: readPatched(document, created, limits),
    warnings: warnings.list(),
  });
}

export function checkVersion(document: JsonObject): string {
  const version = field(document, 'spdxVersion');
  const found = typeof version === 'string' ? /^SPDX-(2\.[23])$/.exec(version) : null;
  if (found?.[1] !== undefined) return found[1];
  const detail = `${quoteValue(version)} cannot be read; use SPDX JSON 2.2, 2.3 ("SPDX-2.3") or 3.0`;
  throw new SbomError('sbom.unsupported-version', '$.spdxVersion', detail);
}

function readPackages(document: JsonObject, warnings: Warnings): readonly SbomComponent[] {
  const references = claimReferences(warnings);
  const packages: SbomComponent[] = [];
  for (const [object, at] of objectsIn(document, 'packages', root)) {
    packages.push(readPackage(object, at, references.claim(textField(object, 'SPDXID'), at), warnings));
  }
  return packages;
}

/** What the document describes (s11.1 DESCRIBES, or the older documentDescribes). */
export function describedIn(document: JsonObject): ReadonlySet<string> {
  const described = new Set(textsIn(document, 'documentDescribes'));
  for (const [relationship] of objectsIn(document, 'relationships', root)) {
    const type = textField(relationship, 'relationshipType');
    const from = textField(relationship, 'spdxElementId');
    const to = textField(relationship, 'relatedSpdxElement');
    if (type === 'DESCRIBES' && from === documentId && to) described.add(to);
    if (type === 'DESCRIBED_BY' && to === documentId && from) described.add(from);
  }
  return described;
}

/** Only one thing can be the subject. */
function findSubject(
  document: JsonObject,
  packages: readonly SbomComponent[],
  warnings: Warnings,
): SbomComponent | undefined {
  const described = describedIn(document);
  const found = packages.filter((component) => described.has(component.ref));
  if (found.length === 1) return found[0];
  if (found.length === 0) {
    warnings.add('no-subject', () => '$.relationships', 'the document does not say which package it describes');
  } else {
    const message = `the document describes ${found.length} packages; all are kept as components`;
    warnings.add('several-subjects', () => '$.relationships', message);
  }
  return undefined;
}

function readEdges(
  document: JsonObject,
  packages: readonly SbomComponent[],
  limits: SbomLimits,
  warnings: Warnings,
): readonly SbomDependency[] {
  const known = new Set(packages.map(({ ref }) => ref));
  const files = new Set<string>([documentId]);
  for (const [file] of objectsIn(document, 'files', root)) files.add(textField(file, 'SPDXID') ?? '');
  const edges = collectEdges(known, files, limits, warnings);

  for (const [relationship, at] of objectsIn(document, 'relationships', root)) {
    const from = textField(relationship, 'spdxElementId') ?? '';
    const to = textField(relationship, 'relatedSpdxElement') ?? '';
    const edge = edgeKinds.get(textField(relationship, 'relationshipType') ?? '');
    // Files are no components, and another document cannot be looked into: both are ordinary, no warning.
    if (!edge || isOutside(from, files) || isOutside(to, files)) continue;
    edges.add(edge.reversed ? to : from, edge.reversed ? from : to, edge.kind, at);
  }
  return edges.list();
}

function isOutside(ref: string, files: ReadonlySet<string>): boolean {
  return files.has(ref) || ref === 'NONE' || ref === 'NOASSERTION' || ref.startsWith('DocumentRef-');
}

function readPatched(
  document: JsonObject,
  created: string | undefined,
  limits: SbomLimits,
): readonly EmbeddedStatement[] {
  const statements = collectStatements(limits);
  for (const [object, at] of objectsIn(document, 'packages', root)) {
    const ref = textField(object, 'SPDXID') ?? '';
    for (const id of patchedIn(object)) statements.add(patchedStatement(id, [ref], created), at);
  }
  return statements.list();
}

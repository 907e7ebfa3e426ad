import { objectField, objectsIn, textField } from '../json/fields.ts';
import { inside, root } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import { type RuleContext, toUtc } from '../json/rules.ts';
import type { SbomComponent, SbomDependency, SbomParty, SbomTool } from '../model.ts';
import type { claimReferences } from '../references.ts';
import { readAuthors, readTools } from './creation.ts';
import { spdxDocument } from './document-rules.ts';
import { patchedIn } from './patched.ts';
import { readPackage } from './read-package.ts';
import { checkVersion, describedIn } from './read-spdx.ts';
import { edgeKinds } from './words.ts';

/** What is kept of one document of a set. Every reference is `namespace#SPDXRef-...`. */
export interface SpdxPart {
  readonly path: string;
  readonly sha1: string;
  readonly namespace: string;
  readonly name: string;
  readonly specVersion: string;
  readonly created: string | undefined;
  readonly tools: readonly SbomTool[];
  readonly authors: readonly SbomParty[];
  readonly references: ReadonlyMap<string, { readonly namespace: string; readonly sha1: string | undefined }>;
  readonly packages: readonly SbomComponent[];
  readonly described: ReadonlySet<string>;
  readonly edges: readonly { readonly from: string; readonly to: string; readonly kind: PartEdge }[];
  readonly patched: ReadonlyMap<string, readonly string[]>;
}

type PartEdge = SbomDependency['kind'] | 'generated-from';

interface PartSource {
  readonly path: string;
  readonly sha1: string;
  readonly context: RuleContext;
  readonly references: ReturnType<typeof claimReferences>;
}

export function readPart(document: JsonObject, { path, sha1, context, references: claims }: PartSource): SpdxPart {
  const place = inside(root, path);
  const specVersion = checkVersion(document);
  spdxDocument(document, place, context);
  const namespace = textField(document, 'documentNamespace') ?? '';
  const references = readReferences(document);
  const full = (ref: string) => fullReference(ref, namespace, references);
  const packages: SbomComponent[] = [];
  const patched = new Map<string, readonly string[]>();
  for (const [object, at] of objectsIn(document, 'packages', place)) {
    const ref = claims.claim(full(textField(object, 'SPDXID') ?? ''), at);
    packages.push(readPackage(object, at, ref, context.warnings));
    const ids = patchedIn(object);
    if (ids.length > 0) patched.set(ref, ids);
  }
  const info = objectField(document, 'creationInfo') ?? {};
  const created = textField(info, 'created');
  return {
    path,
    sha1,
    namespace,
    name: textField(document, 'name') ?? '',
    specVersion,
    created: created && toUtc(created),
    tools: readTools(info),
    authors: readAuthors(info),
    references,
    packages,
    described: new Set([...describedIn(document)].map(full)),
    edges: readEdges(document, full, new Set(packages.map(({ ref }) => ref))),
    patched,
  };
}

function readReferences(document: JsonObject): SpdxPart['references'] {
  const references = new Map<string, { namespace: string; sha1: string | undefined }>();
  for (const [object] of objectsIn(document, 'externalDocumentRefs', root)) {
    const checksum = objectField(object, 'checksum');
    const isSha1 = checksum && textField(checksum, 'algorithm') === 'SHA1';
    const sha1 = isSha1 ? textField(checksum, 'checksumValue')?.toLowerCase() : undefined;
    const namespace = textField(object, 'spdxDocument') ?? '';
    references.set(textField(object, 'externalDocumentId') ?? '', { namespace, sha1 });
  }
  return references;
}

function fullReference(ref: string, namespace: string, references: SpdxPart['references']): string {
  const colon = ref.startsWith('DocumentRef-') ? ref.indexOf(':') : -1;
  if (colon === -1) return `${namespace}#${ref}`;
  const document = ref.slice(0, colon);
  return `${references.get(document)?.namespace ?? document}#${ref.slice(colon + 1)}`;
}

/** Edges of packages. Those of files, of which a package may contain thousands, are passed over. */
function readEdges(
  document: JsonObject,
  full: (ref: string) => string,
  packages: ReadonlySet<string>,
): SpdxPart['edges'] {
  const files = fileIds(document);
  const edges: SpdxPart['edges'][number][] = [];
  for (const [relationship] of objectsIn(document, 'relationships', root)) {
    const type = textField(relationship, 'relationshipType') ?? '';
    const from = textField(relationship, 'spdxElementId') ?? '';
    const to = textField(relationship, 'relatedSpdxElement') ?? '';
    if (files.has(from) || files.has(to)) continue;
    if (type === 'GENERATED_FROM') {
      if (packages.has(full(from))) edges.push({ from: full(from), to: full(to), kind: 'generated-from' });
      continue;
    }
    const edge = edgeKinds.get(type);
    if (edge?.reversed) edges.push({ from: full(to), to: full(from), kind: edge.kind });
    else if (edge) edges.push({ from: full(from), to: full(to), kind: edge.kind });
  }
  return edges;
}

function fileIds(document: JsonObject): ReadonlySet<string> {
  const ids = new Set(['NONE', 'NOASSERTION', 'SPDXRef-DOCUMENT']);
  for (const key of ['files', 'snippets']) {
    for (const [object] of objectsIn(document, key, root)) ids.add(textField(object, 'SPDXID') ?? '');
  }
  return ids;
}

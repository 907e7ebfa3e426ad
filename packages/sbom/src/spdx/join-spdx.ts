import { collectEdges } from '../edges.ts';
import { quote, SbomError } from '../errors.ts';
import { defined, textField } from '../json/fields.ts';
import { inside, root } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { RuleContext } from '../json/rules.ts';
import type { SbomLimits } from '../limits.ts';
import type { Sbom, SbomComponent, SbomDependency } from '../model.ts';
import { claimReferences } from '../references.ts';
import { collectStatements } from '../statements.ts';
import type { Warnings } from '../warnings.ts';
import { patchedStatement } from './patched.ts';
import { partsOf, provenance, reachable } from './provenance.ts';
import { readPart, type SpdxPart } from './spdx-part.ts';

export interface SpdxJoiner {
  /** Takes one document of the set; nothing of it is kept but packages, edges and references. */
  add(document: JsonObject, path: string, sha1: string): void;
  count(): number;
  finish(): Sbom;
}

/**
 * Joins SPDX 2 documents that refer to one another by `externalDocumentRefs` (s6.6), as Yocto writes them: one for the
 * image, one per package, recipe and set of runtime dependencies. An element is known by namespace and id.
 */
export function joinSpdx(limits: SbomLimits, warnings: Warnings): SpdxJoiner {
  const parts = new Map<string, SpdxPart>();
  const references = claimReferences(warnings);
  const context: RuleContext = { minor: 3, limits, warnings, components: 0 };
  let edges = 0;
  return {
    add(document, path, sha1) {
      const namespace = textField(document, 'documentNamespace');
      if (namespace !== undefined && parts.has(namespace)) {
        const message = `left out: ${quote(namespace)} is in the archive already`;
        warnings.add('file-left-out', () => path, message);
        return;
      }
      const part = readPart(document, { path, sha1, context, references });
      edges += part.edges.length;
      if (edges > limits.maxEdges) {
        const detail = `more than ${limits.maxEdges} relationships in the archive (maxEdges); split it`;
        throw new SbomError('sbom.too-many-edges', '$', detail);
      }
      parts.set(part.namespace, part);
    },
    count: () => parts.size,
    finish: () => finish(parts, limits, warnings),
  };
}

function finish(parts: ReadonlyMap<string, SpdxPart>, limits: SbomLimits, warnings: Warnings): Sbom {
  checkReferences(parts, warnings);
  const main = findMain(parts, warnings);
  const packages = [...parts.values()].flatMap((part) => part.packages);
  const subject = main && findSubject(main, warnings);
  const { dependencies, generatedFrom } = joinEdges(parts, packages, limits, warnings);
  const used = subject && reachable(subject.ref, dependencies);
  const source = provenance(packages, generatedFrom, used);
  const components = packages.filter(({ ref }) => ref !== subject?.ref).map((component) => source.complete(component));
  return defined<Sbom>({
    format: 'SPDX',
    specVersion: main?.specVersion ?? [...parts.values()][0]?.specVersion ?? '2.3',
    documentName: main?.name,
    serial: main?.namespace,
    revision: undefined,
    created: main?.created,
    tools: main?.tools ?? [],
    authors: main?.authors ?? [],
    completeness: undefined,
    subject,
    components,
    dependencies,
    statements: joinStatements(parts, generatedFrom, limits),
    warnings: warnings.list(),
  });
}

/** Documents that are named and not there, or there with other content than the one who names them has seen. */
function checkReferences(parts: ReadonlyMap<string, SpdxPart>, warnings: Warnings): void {
  for (const { references, path } of parts.values()) {
    for (const { namespace, sha1 } of references.values()) {
      const target = parts.get(namespace);
      if (!target) {
        const message = `refers to ${quote(namespace)}, which is not in the archive`;
        warnings.add('unknown-reference', () => path, message);
      } else if (sha1 !== undefined && sha1 !== target.sha1) {
        const message = `${quote(target.path)} is not the content that ${quote(path)} refers to (SHA-1)`;
        warnings.add('checksum-mismatch', () => target.path, message);
      }
    }
  }
}

/** The document that no other refers to; runtime and recipe documents are referred to by it or by its packages. */
function findMain(parts: ReadonlyMap<string, SpdxPart>, warnings: Warnings): SpdxPart | undefined {
  const named = new Set(
    [...parts.values()].flatMap(({ references }) => [...references.values()].map((r) => r.namespace)),
  );
  const tops = [...parts.values()].filter(({ namespace, packages }) => !named.has(namespace) && packages.length > 0);
  if (tops.length === 1) return tops[0];
  const message = `${tops.length} documents of the archive are referred to by no other; which one is the image is unknown`;
  warnings.add(tops.length === 0 ? 'no-subject' : 'several-subjects', () => '$', message);
  return undefined;
}

/** What the main document describes; Yocto leaves that out and has one package in it. */
function findSubject({ packages, described, path }: SpdxPart, warnings: Warnings): SbomComponent | undefined {
  const found = packages.filter(({ ref }) => described.has(ref));
  const chosen = found.length === 0 ? packages : found;
  if (chosen.length === 1) return chosen[0];
  warnings.add('several-subjects', () => path, `it describes ${chosen.length} packages; all are kept as components`);
  return undefined;
}

function joinEdges(
  parts: ReadonlyMap<string, SpdxPart>,
  packages: readonly SbomComponent[],
  limits: SbomLimits,
  warnings: Warnings,
): { dependencies: readonly SbomDependency[]; generatedFrom: ReadonlyMap<string, string> } {
  const known = new Set(packages.map(({ ref }) => ref));
  const edges = collectEdges(known, new Set(), limits, warnings);
  const generatedFrom = new Map<string, string>();
  for (const part of parts.values()) {
    const at = inside(root, part.path);
    for (const { from, to, kind } of part.edges) {
      if (kind === 'generated-from') generatedFrom.set(from, to);
      else if (!isElsewhere(from, parts) && !isElsewhere(to, parts)) edges.add(from, to, kind, at);
    }
  }
  return { dependencies: edges.list(), generatedFrom };
}

/** In a document that is not in the archive, which has been said once already. */
function isElsewhere(ref: string, parts: ReadonlyMap<string, SpdxPart>): boolean {
  return !parts.has(ref.slice(0, ref.lastIndexOf('#')));
}

function joinStatements(
  parts: ReadonlyMap<string, SpdxPart>,
  generatedFrom: ReadonlyMap<string, string>,
  limits: SbomLimits,
) {
  const statements = collectStatements(limits);
  const built = partsOf(generatedFrom);
  for (const { patched, created, path } of parts.values()) {
    for (const [recipe, ids] of patched) {
      const refs = built.get(recipe) ?? [recipe];
      for (const id of ids) statements.add(patchedStatement(id, refs, created), inside(root, path));
    }
  }
  return statements.list();
}

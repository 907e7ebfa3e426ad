import { textField } from '../json/fields.ts';
import type { SbomComponent } from '../model.ts';
import type { Warnings } from '../warnings.ts';
import { type Element, type Graph, refsOf } from './graph.ts';

/**
 * What the document is about: the root elements of the document or of the SBOM in it (Core, `rootElement`). Of several
 * the package counts, since the files of an image are the same thing in other forms; only one can be the subject.
 */
export function findSubject(
  graph: Graph,
  head: Element | undefined,
  packages: readonly SbomComponent[],
  warnings: Warnings,
): SbomComponent | undefined {
  const roots = rootsOf(graph, head);
  const byRef = new Map(packages.map((component) => [component.ref, component]));
  const described = roots.map(({ id }) => byRef.get(id)).filter((component) => component !== undefined);
  if (described.length === 1) return described[0];
  if (described.length > 1) {
    const message = `the document describes ${described.length} packages; all are kept as components`;
    warnings.add('several-subjects', () => '$["@graph"]', message);
    return undefined;
  }
  const file = roots.find(({ type }) => type === 'software_File');
  if (file) return asSubject(file);
  warnings.add('no-subject', () => '$["@graph"]', 'the document does not say which package it describes');
  return undefined;
}

/** An SBOM element (`software_Sbom`, `Bom`) stands for its own roots. */
function rootsOf(graph: Graph, head: Element | undefined): readonly Element[] {
  const tops = head ? refsOf(head.object, 'rootElement') : [];
  const elements = (refs: readonly string[]) =>
    refs.map((ref) => graph.get(ref)).filter((found) => found !== undefined);
  const start = tops.length > 0 ? elements(tops) : graph.ofType('software_Sbom');
  const isCollection = ({ type }: Element) => type === 'software_Sbom' || type === 'Bom' || type === 'Bundle';
  return start.flatMap((element) =>
    isCollection(element) ? elements(refsOf(element.object, 'rootElement')) : [element],
  );
}

function asSubject({ id, object }: Element): SbomComponent {
  return { ref: id, type: 'archive', name: textField(object, 'name') ?? 'image', hashes: [], licences: [] };
}

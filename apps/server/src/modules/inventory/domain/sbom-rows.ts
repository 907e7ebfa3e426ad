import type { Sbom, SbomComponent } from '@bulkhead/sbom';

/** A component as the inventory keeps it; two with equal `identity` are the same thing in different documents. */
export interface ComponentRow {
  readonly identity: string;
  readonly ordinal: number;
  readonly ref: string;
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly type: string;
  readonly supplier: string | null;
  readonly licences: readonly string[];
  readonly scope: string | null;
  readonly hashes: readonly { readonly algorithm: string; readonly value: string }[] | null;
}

export interface SbomRows {
  readonly components: ComponentRow[];
  /** By place: 0 is the software that the document describes. */
  readonly dependencies: { readonly from: number; readonly to: number; readonly kind: string }[];
  readonly unidentified: number;
}

/** A document in the words of the tables. Edges to what the document does not name are left out: readSbom warned of them. */
export function sbomRows(sbom: Sbom): SbomRows {
  const components = sbom.components.map(rowOf);
  const places = new Map(components.map(({ ref, ordinal }) => [ref, ordinal]));
  if (sbom.subject) places.set(sbom.subject.ref, 0);
  const dependencies = sbom.dependencies.flatMap(({ from, to, kind }) => {
    const [a, b] = [places.get(from), places.get(to)];
    return a === undefined || b === undefined ? [] : [{ from: a, to: b, kind }];
  });
  // what is excluded is not on the vehicle: sources of an image, tools of its build
  const unidentified = components.filter(({ purl, cpe, scope }) => !purl && !cpe && scope !== 'excluded').length;
  return { components, dependencies, unidentified };
}

function rowOf(component: SbomComponent, index: number): ComponentRow {
  const name = component.group ? `${component.group}/${component.name}` : component.name;
  const { version = null, purl = null, cpe = null, supplier = null, scope = null } = component;
  return {
    identity: JSON.stringify([name, version, purl, cpe]),
    ordinal: index + 1,
    ref: component.ref,
    name,
    version,
    purl,
    cpe,
    type: component.type,
    supplier,
    licences: component.licences
      .map(({ id, name: text, expression }) => id ?? expression ?? text ?? '')
      .filter(Boolean),
    scope,
    hashes: component.hashes.length > 0 ? component.hashes : null,
  };
}

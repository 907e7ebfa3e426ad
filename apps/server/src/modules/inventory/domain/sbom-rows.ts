import { type EmbeddedStatement, isMatchable, type Sbom, type SbomComponent } from '@bulkhead/sbom';

/** A component as the inventory keeps it; two with equal `identity` are the same thing in different documents. */
export interface ComponentRow {
  readonly identity: string;
  readonly ordinal: number;
  readonly ref: string;
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly cpes: readonly string[] | null;
  readonly type: string;
  readonly supplier: string | null;
  readonly source: string | null;
  readonly licences: readonly string[];
  readonly scope: string | null;
  readonly hashes: readonly { readonly algorithm: string; readonly value: string }[] | null;
}

export interface StatementRow {
  readonly vulnerability: string;
  readonly status: string | null;
  readonly justification: string | null;
  readonly detail: string | null;
  readonly responses: readonly string[];
  readonly ordinals: readonly number[];
  readonly elsewhere: readonly string[];
  readonly at: string | null;
}

export interface SbomRows {
  readonly components: ComponentRow[];
  /** By place: 0 is the software that the document describes. */
  readonly dependencies: { readonly from: number; readonly to: number; readonly kind: string }[];
  readonly statements: StatementRow[];
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
  const unidentified = sbom.components.filter((part) => part.scope !== 'excluded' && !isMatchable(part)).length;
  const statements = sbom.statements.map((statement) => statementOf(statement, places));
  return { components, dependencies, statements, unidentified };
}

function rowOf(component: SbomComponent, index: number): ComponentRow {
  const name = component.group ? `${component.group}/${component.name}` : component.name;
  const {
    version = null,
    purl = null,
    cpe = null,
    cpes = null,
    supplier = null,
    source = null,
    scope = null,
  } = component;
  return {
    // further CPE names tell components apart only where there are any, so that what is stored keeps its key
    identity: JSON.stringify(cpes ? [name, version, purl, cpe, cpes] : [name, version, purl, cpe]),
    ordinal: index + 1,
    ref: component.ref,
    name,
    version,
    purl,
    cpe,
    cpes,
    type: component.type,
    supplier,
    source,
    licences: component.licences
      .map(({ id, name: text, expression }) => id ?? expression ?? text ?? '')
      .filter(Boolean),
    scope,
    hashes: component.hashes.length > 0 ? component.hashes : null,
  };
}

function statementOf(statement: EmbeddedStatement, places: ReadonlyMap<string, number>): StatementRow {
  const { vulnerability, status = null, justification = null, detail = null, responses, refs, at = null } = statement;
  const ordinals: number[] = [];
  const elsewhere: string[] = [];
  for (const ref of refs) {
    const place = places.get(ref);
    if (place === undefined) elsewhere.push(ref);
    else ordinals.push(place);
  }
  return { vulnerability, status, justification, detail, responses, ordinals, elsewhere, at };
}

import { textField } from '../json/fields.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { SbomLimits } from '../limits.ts';
import type { EmbeddedStatement } from '../model.ts';
import { collectStatements, firstTime } from '../statements.ts';
import { type Element, type Graph, objectsOf, refsOf } from './graph.ts';
import type { Relations } from './relations.ts';
import { vexWords } from './words.ts';

/**
 * VEX assessments of SPDX 3.0 Security: from a vulnerability to the packages it fixes, spares or affects. A package
 * that only `hasAssociatedVulnerability` without an assessment is a mention without status.
 */
export function readVex(
  graph: Graph,
  relations: Relations,
  created: string | undefined,
  limits: SbomLimits,
): readonly EmbeddedStatement[] {
  const statements = collectStatements(limits);
  const assessed = new Set<string>();
  for (const { object, at } of relations.all) {
    const status = textField(object, 'relationshipType') ?? '';
    if (!vexWords.has(status)) continue;
    const refs = refsOf(object, 'to');
    for (const from of refsOf(object, 'from')) {
      for (const ref of refs) assessed.add(pair(from, ref));
      statements.add({ ...assessment(object, status, graph, created), vulnerability: idOf(from, graph), refs }, at);
    }
  }
  for (const { object, at } of relations.all) {
    if (textField(object, 'relationshipType') !== 'hasAssociatedVulnerability') continue;
    const owners = refsOf(object, 'from');
    for (const vulnerability of refsOf(object, 'to')) {
      const refs = owners.filter((owner) => !assessed.has(pair(vulnerability, owner)));
      if (refs.length > 0) statements.add({ ...bare(created), vulnerability: idOf(vulnerability, graph), refs }, at);
    }
  }
  return statements.list();
}

const pair = (vulnerability: string, ref: string) => `${vulnerability}\n${ref}`;

const bare = (at: string | undefined) => ({
  status: undefined,
  justification: undefined,
  detail: undefined,
  responses: [],
  at,
});

function assessment(object: JsonObject, status: string, graph: Graph, created: string | undefined) {
  const info = graph.get(refsOf(object, 'creationInfo')[0] ?? '');
  const detail = ['security_impactStatement', 'security_statusNotes', 'security_actionStatement']
    .map((key) => textField(object, key))
    .filter(Boolean)
    .join('\n');
  const time = firstTime(
    textField(object, 'security_modifiedTime'),
    textField(object, 'security_publishedTime'),
    info && textField(info.object, 'created'),
  );
  return {
    status,
    justification: textField(object, 'security_justificationType'),
    detail: detail || undefined,
    responses: [],
    at: time ?? created,
  };
}

/** The CVE id among the external identifiers, else the name, else what the id of the element ends with. */
function idOf(ref: string, graph: Graph): string {
  const element: Element | undefined = graph.get(ref);
  for (const type of ['cve', 'securityOther']) {
    const found = objectsOf(element?.object ?? {}, 'externalIdentifier').find(
      (identifier) => textField(identifier, 'externalIdentifierType') === type,
    );
    const id = found && textField(found, 'identifier');
    if (id !== undefined) return id.slice(0, 200);
  }
  const name = element && textField(element.object, 'name');
  return (name ?? /CVE-\d{4}-\d{4,19}$/.exec(ref)?.[0] ?? ref).slice(0, 200);
}

import { textField } from '../json/fields.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { FoundStatement } from '../statements.ts';

/**
 * CVEs that the build patched without a new version number. SPDX 2 has no field for it; Yocto writes "CVEs fixed: CVE-...
 * CVE-..." into `sourceInfo` of the recipe.
 */
export function patchedIn(object: JsonObject): readonly string[] {
  const info = textField(object, 'sourceInfo') ?? '';
  const at = /CVEs fixed[^:\n]{0,40}:/.exec(info);
  if (!at) return [];
  return [...new Set(info.slice(at.index + at[0].length).match(/\bCVE-\d{4}-\d{4,19}\b/g) ?? [])];
}

export function patchedStatement(id: string, refs: readonly string[], at: string | undefined): FoundStatement {
  const detail = 'Patched by the recipe, as the build says in sourceInfo';
  return { vulnerability: id, status: 'fixed', justification: undefined, detail, responses: [], refs, at };
}

import { defined, textsIn } from '../json/fields.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { SbomParty, SbomTool } from '../model.ts';
import { partyContact, partyName } from './read-package.ts';

/** "Tool: name-version" (s6.8.3). */
export function readTools(info: JsonObject): readonly SbomTool[] {
  return textsIn(info, 'creators')
    .filter((creator) => creator.startsWith('Tool:'))
    .map((creator) => toolOf(creator.slice('Tool:'.length).trim()));
}

/** A version is what follows the last dash or space and starts with a digit. */
export function toolOf(text: string): SbomTool {
  const cut = Math.max(text.lastIndexOf('-'), text.lastIndexOf(' '));
  const hasVersion = cut > 0 && /^v?\d/.test(text.slice(cut + 1));
  return hasVersion ? { name: text.slice(0, cut), version: text.slice(cut + 1) } : { name: text };
}

/** "Person: ..." and "Organization: ..." of the creators. A build system writes "N/A" or nothing where it knows none. */
export function readAuthors(info: JsonObject): readonly SbomParty[] {
  return textsIn(info, 'creators')
    .filter((creator) => /^(Person|Organization):/.test(creator))
    .map((creator) => defined<SbomParty>({ name: realName(partyName(creator)), contact: partyContact(creator) }))
    .filter(({ name }) => name !== undefined);
}

function realName(name: string | undefined): string | undefined {
  return name === undefined || /^n\/?a\b/i.test(name) ? undefined : name;
}

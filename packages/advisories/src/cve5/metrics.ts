import { type JsonObject, numberIn, objectIn, objectsIn, type Placed, textIn } from '../json/fields.ts';
import { recordBounds } from '../limits.ts';
import type { AdvisorySeverity, ExploitationMark } from '../model.ts';
import { compact, utc } from '../text.ts';

const { maxSeverities, maxNameLength } = recordBounds;
const vectors = [
  ['cvssV4_0', '4.0'],
  ['cvssV3_1', '3.1'],
  ['cvssV3_0', '3.0'],
  ['cvssV2_0', '2.0'],
] as const;

export interface Metrics {
  readonly severities: readonly AdvisorySeverity[];
  readonly exploitation?: ExploitationMark;
  readonly kevMark?: { readonly dateAdded: string };
}

/** Scores with their vectors, and what CISA adds in its container: SSVC decision points and the KEV mark. */
export function readMetrics(container: Placed<JsonObject>, source: string): Metrics {
  const severities: AdvisorySeverity[] = [];
  let exploitation: ExploitationMark | undefined;
  let kevMark: Metrics['kevMark'];
  for (const metric of objectsIn(container.value, 'metrics', container.at, maxSeverities)) {
    for (const [key, version] of vectors) {
      const cvss = objectIn(metric.value, key, metric.at);
      const vector = cvss && textIn(cvss.value, 'vectorString', cvss.at, maxNameLength);
      if (!cvss || vector === undefined) continue;
      const score = numberIn(cvss.value, 'baseScore', cvss.at);
      severities.push({ version, vector, ...(score === undefined ? {} : { score }), source });
    }
    const other = objectIn(metric.value, 'other', metric.at);
    const type = other && textIn(other.value, 'type', other.at, maxNameLength);
    const content =
      other && (type === 'ssvc' || type === 'kev') ? objectIn(other.value, 'content', other.at) : undefined;
    if (content && type === 'ssvc') exploitation = readSsvc(content, source);
    if (content && type === 'kev') {
      const dateAdded = textIn(content.value, 'dateAdded', content.at, maxNameLength);
      if (dateAdded !== undefined && utc(dateAdded) !== undefined) kevMark = { dateAdded: dateAdded.slice(0, 10) };
    }
  }
  return compact<Metrics>({ severities, exploitation, kevMark });
}

/** `options` is a list of objects with one decision point each: `{"Exploitation": "poc"}`. */
function readSsvc({ value, at }: Placed<JsonObject>, source: string): ExploitationMark {
  const options = new Map<string, string>();
  for (const option of objectsIn(value, 'options', at, 50)) {
    for (const [key, word] of Object.entries(option.value)) {
      if (typeof word === 'string') options.set(key.toLowerCase(), word.toLowerCase().slice(0, 50));
    }
  }
  const exploitation = options.get('exploitation');
  const automatable = options.get('automatable');
  return compact<ExploitationMark>({
    exploitation:
      exploitation === 'none' || exploitation === 'poc' || exploitation === 'active' ? exploitation : undefined,
    automatable: automatable === 'yes' ? true : automatable === 'no' ? false : undefined,
    technicalImpact: options.get('technical impact'),
    source,
    at: utc(textIn(value, 'timestamp', at, maxNameLength)),
  });
}

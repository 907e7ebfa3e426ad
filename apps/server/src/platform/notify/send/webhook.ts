import type { Entry, Outcome, Parcel } from './parcel.ts';
import { type PostDeps, postJson } from './post.ts';
import { signatureHeaders } from './sign.ts';

const asData = ({ severity, subject, text, link, data }: Entry) => ({ severity, subject, text, link, data });

/** Standard Webhooks ("Payload structure"): type, time and data. */
export function webhookBody({ digest, entries, more, moreLink }: Parcel): string {
  const [first] = entries;
  const at = entries.at(-1)?.at.toISOString();
  if (!digest && first) return JSON.stringify({ type: first.topic, timestamp: at, data: asData(first) });
  const items = entries.map((entry) => ({ type: entry.topic, timestamp: entry.at.toISOString(), ...asData(entry) }));
  return JSON.stringify({ type: 'digest', timestamp: at, data: { items, more, link: more > 0 ? moreLink : null } });
}

export const sendWebhook = (
  deps: PostDeps,
  url: string,
  secrets: readonly string[],
  parcel: Parcel,
  now: Date,
): Promise<Outcome> => {
  const body = webhookBody(parcel);
  return postJson(deps, url, body, signatureHeaders(secrets, parcel.id, Math.floor(now.getTime() / 1000), body));
};

const prefix = 'bulkhead:';
const form = /^bulkhead:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([1-9][0-9]{0,5})$/;

/** What Director metadata and reports name an attempt by (aktualizr `correlationId`): printable ASCII, no storage. */
export const correlationOf = (campaignId: string, attempt: number): string => `${prefix}${campaignId}:${attempt}`;

/** Of a foreign text: undefined when it is none of ours. */
export function readCorrelation(text: string): { campaignId: string; attempt: number } | undefined {
  const match = form.exec(text);
  return match ? { campaignId: match[1] ?? '', attempt: Number(match[2]) } : undefined;
}

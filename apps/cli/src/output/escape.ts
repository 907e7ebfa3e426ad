/**
 * Characters that could steer a terminal or reorder what is read there: C0, DEL, C1, line separators and the
 * bidirectional controls (Unicode TR 36). Text from vehicles and suppliers ends up on operators' screens.
 */
const steering =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]|\p{Surrogate}/gu;
const steeringInJson = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const codePoint = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** One line of text that is safe to print. */
export function escapeLine(text: string): string {
  return text.replaceAll(steering, (c) => short[c] ?? codePoint(c));
}

/** As `escapeLine`, but line breaks and tabs stay: PEM blocks and messages of several lines. */
export function escapeLines(text: string): string {
  return text.replaceAll(steering, (c) => (c === '\n' || c === '\t' ? c : (short[c] ?? codePoint(c))));
}

/** JSON text with the same meaning and none of these characters; `JSON.stringify` itself escapes C0 only. */
export function safeJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? 'null').replaceAll(steeringInJson, codePoint);
}

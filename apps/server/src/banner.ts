export interface BannerFacts {
  readonly consoleUrl: string;
  readonly setupLink: { readonly url: string; readonly minutes: number } | undefined;
  readonly rootFingerprint: string;
  readonly dataDirectory: string;
  readonly mqtt: string;
  readonly est: string;
  readonly demo: boolean;
}

const grouped = (hex: string) => hex.toUpperCase().match(/../g)?.join(':') ?? hex;

/** What a person at the terminal needs to go on: where to sign in, what to compare, where the data is. */
export function banner(facts: BannerFacts): string {
  const rows: [string, string][] = [
    ...(facts.setupLink
      ? ([['Set up', `${facts.setupLink.url}   (works once, ${facts.setupLink.minutes} minutes)`]] as [
          string,
          string,
        ][])
      : ([['Console', facts.consoleUrl]] as [string, string][])),
    ['Root CA', `SHA-256 ${grouped(facts.rootFingerprint)}`],
    ['Vehicles', `MQTT ${facts.mqtt}   EST ${facts.est}`],
    ['Data', facts.dataDirectory],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    '',
    `Bulkhead is ready${facts.demo ? ' (demonstration)' : ''}. Ctrl-C stops it; the data stays.`,
    '',
    ...rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`),
    '',
    '',
  ].join('\n');
}

import type { RefusalKind } from './domain/reasons.ts';

/** Refusals of one party for one reason in one minute. */
export interface RefusalCount {
  readonly minute: Date;
  readonly kind: RefusalKind;
  readonly ecuId: string | undefined;
  readonly vin: string | undefined;
  readonly serial: string | undefined;
  readonly address: string;
  detail: string;
  count: number;
  readonly firstAt: Date;
  lastAt: Date;
}

export interface RefusalNote {
  readonly kind: RefusalKind;
  readonly ecuId?: string | undefined;
  readonly vin?: string | undefined;
  readonly serial?: string | undefined;
  readonly address: string;
  readonly detail: string;
}

export interface Refusals {
  note(refusal: RefusalNote): void;
  /** Takes everything noted since the last call. */
  take(): RefusalCount[];
  /** Puts back what could not be stored. */
  giveBack(counts: readonly RefusalCount[]): void;
}

/** Different parties remembered between two flushes; beyond it strangers are counted together, so a flood fills no memory. */
const mostParties = 5_000;

/** Counts refusals so that a flood of them costs a row a minute, not a row each. */
export function createRefusals(now: () => Date): Refusals {
  let counts = new Map<string, RefusalCount>();

  function add(refusal: RefusalNote, at: Date, by: number): void {
    const minute = new Date(Math.floor(at.getTime() / 60_000) * 60_000);
    const party = refusal.ecuId ?? refusal.address;
    let key = `${minute.getTime()} ${refusal.kind} ${party}`;
    let address = refusal.address;
    if (!counts.has(key) && counts.size >= mostParties) {
      key = `${minute.getTime()} ${refusal.kind}`;
      address = 'many addresses';
    }
    const found = counts.get(key);
    const detail = printable(refusal.detail);
    if (found !== undefined) {
      found.count += by;
      found.lastAt = at;
      found.detail = detail;
      return;
    }
    const known = address === refusal.address;
    const { kind } = refusal;
    counts.set(key, {
      minute,
      kind,
      address,
      detail,
      ecuId: known ? refusal.ecuId : undefined,
      vin: known ? refusal.vin : undefined,
      serial: known ? refusal.serial : undefined,
      count: by,
      firstAt: at,
      lastAt: at,
    });
  }

  return {
    note: (refusal) => add(refusal, now(), 1),
    take: () => {
      const taken = [...counts.values()];
      counts = new Map();
      return taken;
    },
    giveBack: (returned) => {
      for (const count of returned) add(count, count.lastAt, count.count);
    },
  };
}

/** What a stranger sent may be shown to people and written to rows: bounded, without control characters. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  return text
    .slice(0, 300)
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd')
    .toWellFormed();
}

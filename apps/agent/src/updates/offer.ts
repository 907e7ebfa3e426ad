import { type Dialect, dialectB, UptaneError } from '@bulkhead/uptane';
import { isSignal, type OfferPrecondition, type PreconditionSignal } from './preconditions.ts';

/** What the Director says about the update it serves, beside the images (signed `custom.bulkhead`). */
export interface UpdateOffer {
  /** Names the attempt: the correlation id, or the version of the targets of a Director that gives none. */
  readonly key: string;
  readonly correlationId: string | undefined;
  readonly campaignId: string | undefined;
  readonly kind: 'install' | 'ask' | 'wait';
  readonly consentRequired: boolean;
  readonly workshopOnly: boolean;
  readonly preconditions: readonly OfferPrecondition[];
  /** When the window closes (install, ask) or opens (wait). */
  readonly window: Date | undefined;
  /** What the user is told, to be fetched by its hash. */
  readonly information: { readonly sha256: string; readonly length: number } | undefined;
}

type Fields = Readonly<Record<string, unknown>>;
const member = 'bulkhead';
const mostInformationBytes = 262_144;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const bad = (what: string) => new UptaneError('uptane.wrong-value', 'director/targets', `custom.${member}: ${what}`);

/** A Director of others says nothing about the state of the vehicle: then it must stand. */
const cautious: readonly OfferPrecondition[] = ['parked', 'standstill'].map((word) => ({
  signal: word as PreconditionSignal,
  word,
  minimum: undefined,
}));

/**
 * The offer in verified Director targets; undefined when nothing is offered.
 * @throws UptaneError `uptane.wrong-value` for a block that is newer than this program, or damaged: then nothing is installed
 */
export function readOffer(targetsFile: Uint8Array | undefined, dialect: Dialect = dialectB): UpdateOffer | undefined {
  if (!targetsFile) return undefined;
  const { version, targets, custom } = dialect.readTargets(targetsFile).signed;
  const correlationId = custom?.correlationId;
  const block = custom?.extra.get(member);
  if (block === undefined) {
    if (targets.size === 0) return undefined;
    const key = correlationId ?? `targets-${version}`;
    return { ...plain, key, correlationId };
  }
  if (!isFields(block)) throw bad('is no object');
  if (block.format !== 1) throw bad('has a format that this program does not know');
  return fromBlock(block, correlationId);
}

const plain: Omit<UpdateOffer, 'key' | 'correlationId'> = Object.freeze({
  campaignId: undefined,
  kind: 'install',
  consentRequired: false,
  workshopOnly: false,
  preconditions: cautious,
  window: undefined,
  information: undefined,
});

function fromBlock(block: Fields, fallback: string | undefined): UpdateOffer {
  const { kind, consentRequired, workshopOnly, campaignId } = block;
  const correlationId = typeof block.correlationId === 'string' ? block.correlationId : fallback;
  if (correlationId === undefined || correlationId.length > 200) throw bad('names no correlation id');
  if (kind !== 'install' && kind !== 'ask' && kind !== 'wait') throw bad('has a kind that this program does not know');
  // A condition left out must not make an update easier to begin
  if (typeof consentRequired !== 'boolean' || typeof workshopOnly !== 'boolean') throw bad('lacks a condition');
  return {
    key: correlationId,
    correlationId,
    campaignId: typeof campaignId === 'string' ? campaignId : undefined,
    kind,
    consentRequired,
    workshopOnly,
    preconditions: readPreconditions(block.preconditions),
    window: readTime(block.window),
    information: readInformation(block.information),
  };
}

function readPreconditions(value: unknown): readonly OfferPrecondition[] {
  if (!Array.isArray(value) || value.length > 100) throw bad('lacks its list of preconditions');
  return value.map((entry: unknown) => {
    const word = isFields(entry) && typeof entry.signal === 'string' ? entry.signal.slice(0, 60) : undefined;
    if (word === undefined || !isFields(entry)) throw bad('has a precondition without a signal');
    const milli = entry.minimumMilli;
    if (milli !== undefined && !Number.isInteger(milli)) throw bad(`has no whole minimum for ${word}`);
    const minimum = milli === undefined ? undefined : (milli as number) / 1_000;
    return { signal: isSignal(word) ? word : undefined, word, minimum };
  });
}

function readTime(value: unknown): Date | undefined {
  if (value === null || value === undefined) return undefined;
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(time.getTime())) throw bad('has a window that is no time');
  return time;
}

function readInformation(value: unknown): UpdateOffer['information'] {
  if (!isFields(value)) return undefined;
  const { sha256, length } = value;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    throw bad('names user information without its hash');
  if (!Number.isInteger(length) || (length as number) < 1 || (length as number) > mostInformationBytes)
    throw bad('names user information of no usable length');
  return { sha256, length: length as number };
}

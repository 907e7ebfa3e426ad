import type { Source } from '@bulkhead/contract';

/** What the form holds; numbers as they are typed. */
export interface Draft {
  readonly kind: Source['kind'];
  readonly origin: Source['origin'];
  readonly name: string;
  readonly location: string;
  readonly everyMinutes: number | null;
  readonly staleAfterHours: string;
  readonly quietAfterDays: string;
  readonly removeMissing: boolean;
  readonly enabled: boolean;
}

export const newDraft = (): Draft => ({
  kind: 'advisories',
  origin: 'url',
  name: '',
  location: '',
  everyMinutes: 360,
  staleAfterHours: '',
  quietAfterDays: '60',
  removeMissing: false,
  enabled: true,
});

export const draftOf = (source: Source): Draft => ({
  kind: source.kind,
  origin: source.origin,
  name: source.name,
  location: source.location ?? '',
  everyMinutes: source.everyMinutes,
  staleAfterHours: String(source.staleAfterHours),
  quietAfterDays: source.quietAfterDays === null ? '' : String(source.quietAfterDays),
  removeMissing: source.removeMissing,
  enabled: source.enabled,
});

const reads = ({ origin }: Draft) => origin === 'url' || origin === 'directory';
const isCount = (text: string, most: number) =>
  text === '' || (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= most);

/** Why it cannot be sent yet. */
export function missingIn(draft: Draft): string | undefined {
  if (draft.name.trim() === '') return 'Give it a name';
  if (reads(draft) && draft.location.trim() === '')
    return draft.origin === 'url' ? 'Give the URL' : 'Give the directory';
  if (!isCount(draft.staleAfterHours, 26_280)) return 'Out of date after 1 to 26,280 hours';
  return isCount(draft.quietAfterDays, 3_650) ? undefined : 'Quiet after 1 to 3,650 days';
}

/** The settings as the server takes them: those that do not belong to the origin are left out. */
export function settingsOf(draft: Draft, isNew: boolean) {
  const quiet = draft.quietAfterDays === '' ? null : Number(draft.quietAfterDays);
  return {
    name: draft.name.trim(),
    ...(reads(draft)
      ? { location: draft.location.trim(), everyMinutes: draft.everyMinutes, quietAfterDays: quiet }
      : {}),
    ...(draft.staleAfterHours === '' ? {} : { staleAfterHours: Number(draft.staleAfterHours) }),
    ...(draft.origin === 'url' ? { removeMissing: draft.removeMissing } : {}),
    ...(isNew ? {} : { enabled: draft.enabled }),
  };
}

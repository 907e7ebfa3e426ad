import type { Call, Operations, ReleaseDetail } from '@bulkhead/contract';

type Contents = Call<Operations['putReleaseContents']>['body'];
type Rule = ReleaseDetail['rules'][number];

/** One image as it is typed. */
export interface ImageDraft {
  readonly role: string;
  readonly softwareId: string;
  readonly software: string;
  readonly fromSoftwareId: string;
  readonly fromSoftware: string;
  readonly hardwareIds: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly length: string;
  readonly releaseCounter: string;
  readonly sha512: string | undefined;
}

export interface RuleDraft {
  readonly kind: Rule['kind'];
  readonly role: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly note: string;
}

export interface ContentsDraft {
  readonly name: string;
  readonly description: string;
  readonly security: boolean;
  readonly models: readonly string[];
  readonly fixes: string;
  readonly rxswins: readonly string[];
  readonly items: readonly ImageDraft[];
  readonly rules: readonly RuleDraft[];
}

export const emptyImage: ImageDraft = {
  role: '',
  softwareId: '',
  software: '',
  fromSoftwareId: '',
  fromSoftware: '',
  hardwareIds: '',
  fileName: '',
  sha256: '',
  length: '',
  releaseCounter: '1',
  sha512: undefined,
};
export const emptyRule: RuleDraft = { kind: 'requires', role: '', name: '', from: '', to: '', note: '' };

export function draftOfContents(release: ReleaseDetail): ContentsDraft {
  return {
    name: release.name,
    description: release.description,
    security: release.security,
    models: release.models,
    fixes: release.fixed.join('\n'),
    rxswins: release.rxswins,
    items: release.contents.map((item) => ({
      role: item.role,
      softwareId: item.softwareId,
      software: `${item.software} ${item.version}`,
      fromSoftwareId: item.fromSoftwareId ?? '',
      fromSoftware: item.fromSoftwareId ? 'As chosen before' : '',
      hardwareIds: item.hardwareIds.join(', '),
      fileName: item.fileName,
      sha256: item.sha256,
      length: String(item.length),
      releaseCounter: String(item.releaseCounter),
      sha512: item.sha512 ?? undefined,
    })),
    rules: release.rules.map(({ kind, role, name, from, to, note }) => ({
      kind,
      role,
      name,
      from: from?.version ?? '',
      to: to?.version ?? '',
      note: note ?? '',
    })),
  };
}

/** Words that stand in lines or between commas. */
export const wordsOf = (text: string, separator: RegExp = /[\n,]/): string[] => [
  ...new Set(
    text
      .split(separator)
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  ),
];

const whole = /^\d{1,13}$/;

/** What keeps an image from being saved, by field; the server checks the rest. */
export function faultsOfImage(image: ImageDraft): Partial<Record<keyof ImageDraft, string>> {
  const faults: Partial<Record<keyof ImageDraft, string>> = {};
  if (!image.role.trim()) faults.role = 'Name the ECU role';
  if (!image.softwareId) faults.softwareId = 'Choose a version';
  if (wordsOf(image.hardwareIds).length === 0) faults.hardwareIds = 'Name at least one part number';
  if (!/^[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}$/.test(image.fileName.trim()))
    faults.fileName = 'Letters, digits, dot, dash, plus and underscore';
  if (!/^[0-9a-f]{64}$/.test(image.sha256.trim().toLowerCase())) faults.sha256 = '64 hexadecimal digits';
  if (!whole.test(image.length)) faults.length = 'The size in bytes';
  if (!whole.test(image.releaseCounter)) faults.releaseCounter = 'A whole number';
  return faults;
}

export const faultOfRule = ({ role, name }: RuleDraft): string | undefined =>
  role.trim() && name.trim() ? undefined : 'A rule names an ECU role and a software';

/** The first thing that keeps the draft from being saved. */
export function missingOf(draft: ContentsDraft): string | undefined {
  if (!draft.name.trim()) return 'A name is needed';
  const image = draft.items.findIndex((item) => Object.keys(faultsOfImage(item)).length > 0);
  if (image >= 0) return `Image ${image + 1} is not complete`;
  const rule = draft.rules.findIndex((one) => faultOfRule(one) !== undefined);
  return rule >= 0 ? `Rule ${rule + 1} is not complete` : undefined;
}

export function contentsOf(draft: ContentsDraft): Contents {
  return {
    name: draft.name.trim(),
    description: draft.description,
    security: draft.security,
    models: [...draft.models],
    fixes: wordsOf(draft.fixes),
    rxswins: [...draft.rxswins],
    items: draft.items.map((item) => ({
      role: item.role.trim(),
      softwareId: item.softwareId,
      sha256: item.sha256.trim().toLowerCase(),
      ...(item.sha512 ? { sha512: item.sha512 } : {}),
      length: Number(item.length),
      fileName: item.fileName.trim(),
      hardwareIds: wordsOf(item.hardwareIds),
      releaseCounter: Number(item.releaseCounter),
      ...(item.fromSoftwareId ? { fromSoftwareId: item.fromSoftwareId } : {}),
    })),
    rules: draft.rules.map(({ kind, role, name, from, to, note }) => ({
      kind,
      role: role.trim(),
      name: name.trim(),
      ...(from.trim() ? { from: { version: from.trim() } } : {}),
      ...(to.trim() ? { to: { version: to.trim() } } : {}),
      ...(note.trim() ? { note: note.trim() } : {}),
    })),
  };
}

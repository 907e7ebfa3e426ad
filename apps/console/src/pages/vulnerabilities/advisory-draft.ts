import type { OwnAdvisory } from '@bulkhead/contract';
import { compact } from '../../api.ts';

/** One affected product as it is typed. */
export interface ProductDraft {
  readonly key: number;
  readonly by: 'name' | 'purl' | 'cpe';
  readonly product: string;
  readonly introduced: string;
  readonly fixed: string;
  readonly lastAffected: string;
  readonly versions: string;
}

export interface AdvisoryDraft {
  readonly ref: string;
  readonly title: string;
  readonly summary: string;
  readonly aliases: string;
  readonly vector: string;
  readonly exploitation: 'none' | 'poc' | 'active' | '';
  readonly cwes: string;
  readonly references: string;
  readonly products: readonly ProductDraft[];
}

export const newProduct = (key: number): ProductDraft => ({
  key,
  by: 'name',
  product: '',
  introduced: '',
  fixed: '',
  lastAffected: '',
  versions: '',
});

export const newAdvisory = (): AdvisoryDraft => ({
  ref: '',
  title: '',
  summary: '',
  aliases: '',
  vector: '',
  exploitation: '',
  cwes: '',
  references: '',
  products: [newProduct(1)],
});

/** Words separated by commas, spaces or lines. */
export const wordsIn = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');
/** Versions may hold spaces: commas and lines part them. */
const versionsIn = (text: string): string[] =>
  text
    .split(/[,\n]+/)
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** Why it cannot be sent yet. */
export function missingInAdvisory({ title, products }: AdvisoryDraft): string | undefined {
  if (title.trim() === '') return 'Give it a title';
  return products.every(({ product }) => product.trim() !== '') ? undefined : 'Name each affected product';
}

export function advisoryOf(draft: AdvisoryDraft): OwnAdvisory {
  const list = (text: string) => (wordsIn(text).length > 0 ? wordsIn(text) : undefined);
  const { exploitation } = draft;
  return {
    title: draft.title.trim(),
    summary: draft.summary.trim(),
    ...compact({
      ref: draft.ref.trim(),
      aliases: list(draft.aliases),
      vector: draft.vector.trim(),
      cwes: list(draft.cwes),
      references: list(draft.references),
    }),
    ...(exploitation === '' ? {} : { exploitation }),
    affected: draft.products.map((one) => ({
      [one.by]: one.product.trim(),
      ...compact({
        introduced: one.introduced.trim(),
        fixed: one.fixed.trim(),
        lastAffected: one.lastAffected.trim(),
        versions: versionsIn(one.versions).length > 0 ? versionsIn(one.versions) : undefined,
      }),
    })),
  };
}

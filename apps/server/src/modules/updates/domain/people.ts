import { UpdatesError } from './error.ts';

export interface Someone {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

/** A token is nobody: it may prepare, but what two people must agree to is agreed to by people who are signed in. */
export function requirePerson(by: Someone): void {
  if (by.kind !== 'operator')
    throw new UpdatesError(
      'updates.person-required',
      'A person must decide this: sign in yourself, an API token cannot stand for you.',
    );
}

/** Four eyes: whoever decides is none of those who prepared. @throws UpdatesError `updates.same-person` */
export function requireOther(by: Someone, others: readonly { readonly id: string }[], did: string): void {
  if (others.some(({ id }) => id === by.id))
    throw new UpdatesError('updates.same-person', `${by.name} has ${did}: somebody else must decide this.`);
}

import type { Alias } from '@bulkhead/contract';
import { useMutation } from '@tanstack/react-query';
import { client, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { flash, flashFailure } from '../../ui/flash.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';

export function meaningOf({ purl, cpeVendor, cpeProduct }: Pick<Alias, 'purl' | 'cpeVendor' | 'cpeProduct'>): string {
  return purl ?? `${cpeVendor}:${cpeProduct}`;
}

/** Confirm or reject what a name may mean. */
export function AliasDecision({ alias }: { alias: Alias }) {
  const denial = useDenial('inventory.write');
  const decide = useMutation({
    mutationFn: (verdict: 'confirm' | 'reject') => {
      const call = { params: { id: alias.id } };
      return verdict === 'confirm' ? client.confirmAlias(call) : client.rejectAlias(call);
    },
    onSuccess: async ({ state, name }) => {
      flash(
        'success',
        state === 'confirmed' ? `"${name}" is ${meaningOf(alias)} from now on` : `"${name}" is not ${meaningOf(alias)}`,
      );
      await queryClient.invalidateQueries({ queryKey: ['inventory'] });
    },
    onError: flashFailure,
  });
  const label = `${alias.name} is ${meaningOf(alias)}`;
  const refusal = alias.state === 'confirmed' ? 'Take back' : 'Reject';
  return (
    <>
      {alias.state !== 'confirmed' && (
        <PermittedButton
          denial={denial}
          variant="inline-link"
          ariaLabel={`Confirm that ${label}`}
          loading={decide.isPending}
          onClick={() => decide.mutate('confirm')}
        >
          Confirm
        </PermittedButton>
      )}{' '}
      {alias.state !== 'rejected' && (
        <PermittedButton
          denial={denial}
          variant="inline-link"
          ariaLabel={`${refusal} that ${label}`}
          loading={decide.isPending}
          onClick={() => decide.mutate('reject')}
        >
          {refusal}
        </PermittedButton>
      )}
    </>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { integer } from '../../ui/time.ts';
import { dialectNames } from './dialect-names.ts';
import { Choice } from './fields.tsx';

/** What vehicles would see, counted first; then all complete drafts of a wire form at once. */
export function PublishDialog({ onClose }: { onClose: () => void }) {
  const [dialect, setDialect] = useState<'a' | 'b'>('a');
  const preview = useQuery({
    queryKey: ['preview', 'publishRepository', { dialect }] as const,
    queryFn: () => client.publishRepository({ body: { dialect, dryRun: true } }),
    staleTime: 0,
    retry: false,
  });
  const found = preview.data;
  const nothing = found && found.published.length === 0 ? 'No draft is complete' : undefined;
  return (
    <DangerModal
      title="Publish what is signed"
      confirmWord={dialectNames[dialect]}
      action="Publish"
      missing={found ? nothing : 'What would change is being counted'}
      consequence={
        found ? (
          <>
            <b>{integer(found.added.length)} images</b> are listed from now on, <b>{integer(found.removed.length)}</b>{' '}
            no longer; {integer(found.images)} in all. Published:{' '}
            {found.published.map(({ role, version }) => `${role} ${version}`).join(', ') || 'nothing'}.
            {found.waiting.length > 0 &&
              ` Waits: ${found.waiting.map(({ role, why }) => `${role} (${why})`).join(', ')}.`}{' '}
            Vehicles see it at once.
          </>
        ) : (
          'Counting what would change…'
        )
      }
      onConfirm={async () => {
        const done = await client.publishRepository({ body: { dialect } });
        flash(
          'success',
          `Published for ${dialectNames[dialect]} clients`,
          `${integer(done.images)} images are listed.`,
        );
        await queryClient.invalidateQueries({ queryKey: ['images'] });
      }}
      onClose={onClose}
    >
      {preview.error && <ProblemAlert error={preview.error} />}
      <Choice
        label="For clients of"
        value={dialect}
        options={[
          ['a', dialectNames.a],
          ['b', dialectNames.b],
        ]}
        onChange={setDialect}
      />
    </DangerModal>
  );
}

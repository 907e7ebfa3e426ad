import type { UpdateSettings } from '@bulkhead/contract';
import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Input from '@cloudscape-design/components/input';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, query, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { Loaded } from '../../ui/states.tsx';
import { replaced } from './fields.tsx';

type Region = UpdateSettings['regions'][number];

function ZonesForm({ regions, onClose }: { regions: readonly Region[]; onClose: () => void }) {
  const [rows, setRows] = useState(regions);
  const save = useMutation({
    mutationFn: () => client.putUpdateSettings({ body: { regions: [...rows] } }),
    onSuccess: async () => {
      flash('success', 'The time zones are set', 'They hold for lists that are frozen from now on.');
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
      onClose();
    },
  });
  const empty = rows.some(({ region, timeZone }) => !region.trim() || !timeZone.trim());
  return (
    <FormModal
      title="Time zones of regions"
      action="Set time zones"
      missing={empty ? 'Each row needs a region and a time zone' : undefined}
      busy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <AttributeEditor
        items={rows}
        addButtonText="Add a region"
        removeButtonText="Remove"
        removeButtonAriaLabel={({ region }) => `Remove ${region || 'this region'}`}
        empty="None: windows are meant in UTC."
        additionalInfo="Maintenance windows are meant in the time of the vehicle. The region * is all others."
        onAddButtonClick={() => setRows([...rows, { region: '', timeZone: 'Europe/Berlin' }])}
        onRemoveButtonClick={({ detail }) => setRows(rows.filter((_, i) => i !== detail.itemIndex))}
        definition={[
          {
            label: 'Region',
            control: ({ region }, i) => (
              <Input
                ariaLabel={`Region ${i + 1}`}
                value={region}
                onChange={({ detail }) => setRows(replaced(rows, i, { region: detail.value }))}
              />
            ),
          },
          {
            label: 'Time zone',
            control: ({ timeZone }, i) => (
              <Input
                ariaLabel={`Time zone ${i + 1}`}
                value={timeZone}
                onChange={({ detail }) => setRows(replaced(rows, i, { timeZone: detail.value }))}
              />
            ),
          },
        ]}
      />
    </FormModal>
  );
}

/** Maintenance windows are meant in the time zone of the vehicle, which its region says. */
export function TimeZonesButton() {
  const denial = useDenial('updates.operate');
  const [open, setOpen] = useState(false);
  const answer = useQuery({ ...query('getUpdateSettings', {}), enabled: open });
  return (
    <>
      <PermittedButton denial={denial} onClick={() => setOpen(true)}>
        Time zones…
      </PermittedButton>
      {open && answer.data && <ZonesForm regions={answer.data.regions} onClose={() => setOpen(false)} />}
      {open && answer.error && (
        <Loaded answer={answer} label="time zones">
          {() => null}
        </Loaded>
      )}
    </>
  );
}

import type { RxswinDetail } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { client, query, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { Stack } from '../../ui/page.tsx';
import { Block, Choice, Line, replaced, SoftwareField } from './fields.tsx';

interface EntryDraft {
  readonly role: string;
  readonly softwareId: string;
  readonly shown: string;
}
const emptyEntry: EntryDraft = { role: '', softwareId: '', shown: '' };

function Entries(props: { entries: readonly EntryDraft[]; onChange: (entries: EntryDraft[]) => void }) {
  const { entries, onChange } = props;
  return (
    <Stack>
      {entries.map((entry, i) => (
        // rows of a draft have no identity but their place
        <ColumnLayout key={i} columns={2}>
          <Line
            label={`ECU role ${i + 1}`}
            value={entry.role}
            onChange={(role) => onChange(replaced(entries, i, { role }))}
          />
          <SoftwareField
            label={`Software ${i + 1}`}
            value={entry.softwareId}
            shown={entry.shown}
            onChange={() => {}}
            onPick={(softwareId, shown) => onChange(replaced(entries, i, { softwareId, shown }))}
          />
          <Button
            ariaLabel={`Remove software ${i + 1}`}
            disabled={entries.length === 1}
            disabledReason="A definition names at least one software"
            onClick={() => onChange(entries.filter((_, k) => k !== i))}
          >
            Remove
          </Button>
        </ColumnLayout>
      ))}
      <Button iconName="add-plus" onClick={() => onChange([...entries, emptyEntry])}>
        Add software
      </Button>
    </Stack>
  );
}

/** Drafts a definition, the next version of one, or changes a draft. */
export function RxswinForm(props: { base?: RxswinDetail; change?: boolean; onClose: () => void }) {
  const { base, change = false, onClose } = props;
  const router = useRouter();
  const models = useQuery(query('listModels', { query: { limit: 200 } }));
  const [rxswin, setRxswin] = useState(base?.rxswin ?? '');
  const [model, setModel] = useState(base?.model ?? '');
  const [system, setSystem] = useState(base?.system ?? '');
  const [regulation, setRegulation] = useState(base?.regulation ?? '');
  const [note, setNote] = useState(change ? (base?.note ?? '') : '');
  const [entries, setEntries] = useState<readonly EntryDraft[]>(
    base?.software.map(({ role, softwareId, software, version }) => ({
      role,
      softwareId,
      shown: `${software} ${version}`,
    })) ?? [emptyEntry],
  );
  const software = entries.map(({ role, softwareId }) => ({ role: role.trim(), softwareId }));
  const body = { system: system.trim(), regulation: regulation.trim(), note, software };
  const save = useMutation({
    mutationFn: () =>
      base && change
        ? client.putRxswin({ params: { id: base.id }, body })
        : client.createRxswin({ body: { rxswin: rxswin.trim(), model, ...body } }),
    onSuccess: async (saved) => {
      flash(
        'success',
        `${saved.rxswin} version ${saved.version} is a draft`,
        'Somebody who did not write it releases it.',
      );
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
      onClose();
      router.history.push(paths.rxswin(saved.id));
    },
  });
  const missing = !rxswin.trim()
    ? 'The identifier is needed'
    : !model
      ? 'Choose a model'
      : !system.trim()
        ? 'Name the system'
        : software.some(({ role, softwareId }) => !role || !softwareId)
          ? 'Each row needs a role and a software'
          : undefined;
  return (
    <FormModal
      title={change ? 'Change the draft' : base ? `Draft the next version of ${base.rxswin}` : 'Draft a definition'}
      action="Save draft"
      missing={missing}
      busy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      {!base && (
        <Stack>
          <Line
            label="RXSWIN"
            description="As it is read over OBD, such as R79 SWIN 0042"
            value={rxswin}
            onChange={setRxswin}
          />
          <Choice
            label="Model"
            value={model}
            options={(models.data?.items ?? []).map(({ code, name }) => [code, name, code] as const)}
            onChange={setModel}
          />
        </Stack>
      )}
      <Line label="Type-approved system" value={system} onChange={setSystem} />
      <Line label="Regulation" value={regulation} onChange={setRegulation} />
      <Entries entries={entries} onChange={setEntries} />
      <Block label="Note" value={note} onChange={setNote} />
    </FormModal>
  );
}

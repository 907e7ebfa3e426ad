import type { SavedView } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, query } from '../api.ts';
import { flash, flashFailure } from '../ui/flash.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import type { ListState } from './use-list-state.ts';

interface SavedViewsProps {
  readonly list: string;
  readonly state: ListState;
  readonly columns: readonly string[];
  readonly onApply: (view: SavedView) => void;
}

function itemsOf(views: readonly SavedView[]) {
  const entry = (view: SavedView) => ({
    id: `open:${view.id}`,
    text: view.name,
    secondaryText: view.filter || 'no filter',
  });
  const own = views.filter((view) => view.own);
  const shared = views.filter((view) => !view.own);
  return [
    ...(own.length > 0 ? [{ text: 'Your views', items: own.map(entry) }] : []),
    ...(shared.length > 0 ? [{ text: 'Shared views', items: shared.map(entry) }] : []),
    { id: 'save', text: 'Save this view…', iconName: 'add-plus' as const },
    ...(own.length > 0
      ? [{ text: 'Delete a view', items: own.map((view) => ({ id: `delete:${view.id}`, text: view.name })) }]
      : []),
  ];
}

/** Named filters of a list, kept on the server: one's own and those that others shared. */
export function SavedViews({ list, state, columns, onApply }: SavedViewsProps) {
  const { data } = useQuery(query('listViews', { query: { list } }));
  const queries = useQueryClient();
  const [saving, setSaving] = useState(false);
  const views = data?.items ?? [];
  const refresh = () => queries.invalidateQueries({ queryKey: query('listViews', { query: { list } }).queryKey });
  const remove = useMutation({
    mutationFn: (view: SavedView) => client.deleteView({ params: { id: view.id } }),
    onSuccess: (_, view) => {
      flash('success', `View “${view.name}” deleted`);
      void refresh();
    },
    onError: flashFailure,
  });
  const choose = (id: string) => {
    const [verb, viewId] = id.split(':');
    const view = views.find((each) => each.id === viewId);
    if (verb === 'save') setSaving(true);
    else if (view && verb === 'open') onApply(view);
    else if (view) remove.mutate(view);
  };
  return (
    <>
      <ButtonDropdown items={itemsOf(views)} onItemClick={({ detail }) => choose(detail.id)}>
        Views
      </ButtonDropdown>
      {saving && (
        <SaveView list={list} state={state} columns={columns} onClose={() => setSaving(false)} onSaved={refresh} />
      )}
    </>
  );
}

function SaveView(props: Omit<SavedViewsProps, 'onApply'> & { onClose: () => void; onSaved: () => unknown }) {
  const { list, state, columns, onClose, onSaved } = props;
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      client.saveView({
        body: { list, name, filter: state.filter, sort: state.sort ?? null, columns: [...columns], shared },
      }),
    onSuccess: () => {
      flash('success', `View “${name}” saved`);
      onSaved();
      onClose();
    },
  });
  return (
    <Modal
      visible
      header="Save this view"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!name.trim()} loading={save.isPending} onClick={() => save.mutate()}>
              Save view
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <FormField label="Name">
          <Input value={name} onChange={({ detail }) => setName(detail.value)} ariaRequired />
        </FormField>
        <FormField label="Filter">
          <span className="bh-mono">{state.filter || 'none'}</span>
        </FormField>
        <Checkbox checked={shared} onChange={({ detail }) => setShared(detail.checked)}>
          Share it with all operators
        </Checkbox>
        {save.error && <ProblemAlert error={save.error} />}
      </SpaceBetween>
    </Modal>
  );
}

import { preconditionSignals } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import Textarea from '@cloudscape-design/components/textarea';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../api.ts';
import { quoted } from '../../table/filter-tokens.ts';

interface FieldProps<T> {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly description?: string | undefined;
  readonly error?: string | undefined;
}

const shared = ({ label, description, error }: Pick<FieldProps<unknown>, 'label' | 'description' | 'error'>) => ({
  label,
  ...(description ? { description } : {}),
  ...(error ? { errorText: error } : {}),
});

export function Line(props: FieldProps<string> & { placeholder?: string }) {
  return (
    <FormField {...shared(props)}>
      <Input
        value={props.value}
        invalid={props.error !== undefined}
        {...(props.placeholder ? { placeholder: props.placeholder } : {})}
        onChange={({ detail }) => props.onChange(detail.value)}
      />
    </FormField>
  );
}

/** Text of a record, with room for several sentences. */
export function Block(props: FieldProps<string> & { rows?: number }) {
  return (
    <FormField {...shared(props)} stretch>
      <Textarea
        value={props.value}
        rows={props.rows ?? 3}
        invalid={props.error !== undefined}
        onChange={({ detail }) => props.onChange(detail.value)}
      />
    </FormField>
  );
}

export function NumberField(props: FieldProps<string> & { unit?: string; disabled?: boolean }) {
  return (
    <FormField {...shared(props)} {...(props.unit ? { constraintText: props.unit } : {})}>
      <Input
        type="number"
        inputMode="decimal"
        value={props.value}
        disabled={props.disabled ?? false}
        invalid={props.error !== undefined}
        onChange={({ detail }) => props.onChange(detail.value)}
      />
    </FormField>
  );
}

export function Choice<T extends string>(
  props: FieldProps<T> & { options: readonly (readonly [value: T, text: string, description?: string])[] },
) {
  const options = props.options.map(([value, label, description]) => ({
    value,
    label,
    ...(description ? { description } : {}),
  }));
  return (
    <FormField {...shared(props)}>
      <Select
        options={options}
        selectedOption={options.find(({ value }) => value === props.value) ?? null}
        onChange={({ detail }) => {
          const chosen = props.options.find(([value]) => value === detail.selectedOption.value);
          if (chosen) props.onChange(chosen[0]);
        }}
      />
    </FormField>
  );
}

/** A software version, found by its name as one types; what is chosen is kept by id and shown by name. */
export function SoftwareField(
  props: FieldProps<string> & { shown: string; onPick: (id: string, shown: string) => void; none?: string },
) {
  const [text, setText] = useState('');
  const filter = text.trim() ? `name : ${quoted(text.trim())}` : '';
  const answer = useQuery(query('listSoftware', { query: { ...(filter ? { filter } : {}), limit: 50 } }));
  const found = (answer.data?.items ?? []).map(({ id, name, version, supplier }) => ({
    value: id,
    label: `${name} ${version}`,
    description: supplier,
  }));
  const options = props.none ? [{ value: '', label: props.none }, ...found] : found;
  return (
    <FormField {...shared(props)}>
      <Select
        filteringType="manual"
        filteringPlaceholder="Part of the name"
        filteringAriaLabel={`Find ${props.label}`}
        statusType={answer.isFetching ? 'loading' : answer.error ? 'error' : 'finished'}
        loadingText="Looking"
        errorText="The software could not be listed"
        empty="No software has this name"
        placeholder="Choose a version"
        invalid={props.error !== undefined}
        options={options}
        selectedOption={
          props.value || props.none ? { value: props.value, label: props.shown || props.none || '' } : null
        }
        onLoadItems={({ detail }) => setText(detail.filteringText)}
        onChange={({ detail: { selectedOption } }) =>
          props.onPick(selectedOption.value ?? '', selectedOption.value ? (selectedOption.label ?? '') : '')
        }
      />
    </FormField>
  );
}

/** A release that is published, by name. */
export function ReleaseField(props: FieldProps<string> & { none?: string }) {
  const answer = useQuery(query('listReleases', { query: { filter: 'state = published', limit: 200 } }));
  const found = (answer.data?.items ?? []).map(({ id, name, models, items, security }) => ({
    value: id,
    label: name,
    description: `${models.join(', ')} · ${items} ${items === 1 ? 'image' : 'images'}${security ? ' · security update' : ''}`,
  }));
  const options = props.none ? [{ value: '', label: props.none, description: '' }, ...found] : found;
  return (
    <FormField {...shared(props)}>
      <Select
        filteringType="auto"
        filteringAriaLabel={`Find ${props.label}`}
        statusType={answer.isPending ? 'loading' : answer.error ? 'error' : 'finished'}
        loadingText="Looking"
        errorText="The releases could not be listed"
        empty="No release is published yet"
        placeholder="Choose a published release"
        invalid={props.error !== undefined}
        options={options}
        selectedOption={options.find(({ value }) => value === props.value) ?? null}
        onChange={({ detail }) => props.onChange(detail.selectedOption.value ?? '')}
      />
    </FormField>
  );
}

export const signals = preconditionSignals;

/** `3 of 4`: a copy of a list with one member replaced. */
export const replaced = <T,>(list: readonly T[], index: number, change: Partial<T>): T[] =>
  list.map((one, i) => (i === index ? { ...one, ...change } : one));

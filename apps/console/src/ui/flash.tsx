import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import { useSyncExternalStore } from 'react';
import { describeFailure } from './problem-alert.tsx';

interface Flash {
  readonly id: string;
  readonly type: 'success' | 'error' | 'info' | 'warning';
  readonly header: string;
  readonly content?: React.ReactNode;
}

let flashes: readonly Flash[] = [];
let count = 0;
const listeners = new Set<() => void>();

function put(next: readonly Flash[]): void {
  flashes = next;
  for (const listener of listeners) listener();
}

export function flash(type: Flash['type'], header: string, content?: React.ReactNode): void {
  count += 1;
  put([{ id: `flash-${count}`, type, header, ...(content === undefined ? {} : { content }) }, ...flashes].slice(0, 5));
}

export function flashFailure(error: unknown): void {
  const { title, detail, code, requestId } = describeFailure(error);
  flash('error', title, `${detail} (${code}${requestId ? `, request ${requestId}` : ''})`);
}

export function useFlashes(): readonly Flash[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => flashes,
  );
}

/** Messages about what was just done, with room for the progress of running jobs in front. */
export function Flashes({ jobs }: { jobs: readonly FlashbarProps.MessageDefinition[] }) {
  const messages = useFlashes().map<FlashbarProps.MessageDefinition>((item) => ({
    id: item.id,
    type: item.type,
    header: item.header,
    content: item.content,
    dismissible: true,
    dismissLabel: `Dismiss: ${item.header}`,
    onDismiss: () => put(flashes.filter(({ id }) => id !== item.id)),
  }));
  return <Flashbar items={[...jobs, ...messages]} stackItems />;
}

import { useState } from 'react';

export interface TablePreferences {
  readonly pageSize: number;
  readonly columns: readonly string[];
}

const key = (list: string) => `bulkhead.table.${list}`;

function stored(list: string, defaults: TablePreferences): TablePreferences {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key(list)) ?? 'null');
    return typeof value === 'object' && value !== null ? { ...defaults, ...value } : defaults;
  } catch {
    return defaults;
  }
}

/** Page size and columns of one list, remembered by this browser. */
export function useTablePreferences(list: string, columns: readonly string[]) {
  const [value, setValue] = useState(() => stored(list, { pageSize: 50, columns }));
  const change = (next: TablePreferences) => {
    setValue(next);
    try {
      localStorage.setItem(key(list), JSON.stringify(next));
    } catch {
      // a browser that stores nothing forgets the choice with the page
    }
  };
  return [value, change] as const;
}

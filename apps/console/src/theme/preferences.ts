import { applyDensity, applyMode, Density, disableMotion, Mode } from '@cloudscape-design/global-styles';
import { useSyncExternalStore } from 'react';

export interface Preferences {
  readonly theme: 'auto' | 'light' | 'dark';
  readonly density: 'compact' | 'comfortable';
  readonly timeZone: 'local' | 'utc';
}

const key = 'bulkhead.preferences';
const defaults: Preferences = { theme: 'auto', density: 'compact', timeZone: 'local' };
const listeners = new Set<() => void>();
let current = read();

function read(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    return { ...defaults, ...(typeof stored === 'object' ? stored : {}) };
  } catch {
    return defaults; // storage blocked or damaged: the console works all the same
  }
}

export function preferences(): Preferences {
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(key, JSON.stringify(current));
  } catch {
    // a browser that stores nothing still follows the choice until reload
  }
  applyPreferences();
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, preferences);
}

/** Puts theme, density and motion on the body; `auto` follows the system, also while the page is open. */
export function applyPreferences(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  applyMode(current.theme === 'dark' || (current.theme === 'auto' && dark) ? Mode.Dark : Mode.Light);
  applyDensity(current.density === 'compact' ? Density.Compact : Density.Comfortable);
  disableMotion(matchMedia('(prefers-reduced-motion: reduce)').matches);
}

export function followSystem(): void {
  applyPreferences();
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-reduced-motion: reduce)'])
    matchMedia(query).addEventListener('change', applyPreferences);
}

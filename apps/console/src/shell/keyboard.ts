import { useEffect } from 'react';
import { destinations } from './navigation.tsx';

interface Shortcuts {
  readonly go: (href: string) => void;
  readonly openPalette: () => void;
  readonly openHelp: () => void;
}

const gap = 1200; // between `g` and the letter

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

function focusFilter(): boolean {
  const input = document.querySelector<HTMLElement>('[data-filter] input');
  input?.focus();
  return input !== null;
}

/** Moves between the rows of the table by the link that names each. */
function moveRow(step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('tbody th a[href]')];
  const at = links.findIndex((link) => link === document.activeElement);
  const next = links[at === -1 ? (step === 1 ? 0 : links.length - 1) : at + step];
  next?.focus();
}

/** Ctrl/Cmd-K, `/`, `?`, `g` + letter, `j`/`k`; nothing fires while one types, except Ctrl/Cmd-K. */
export function useShortcuts({ go, openPalette, openHelp }: Shortcuts): void {
  useEffect(() => {
    let since = 0;
    const simple = new Map<string, () => void>([
      ['?', openHelp],
      ['j', () => moveRow(1)],
      ['k', () => moveRow(-1)],
    ]);
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open], [role="dialog"]')) return;
      const afterG = event.timeStamp - since < gap && since > 0;
      since = 0;
      if (afterG) {
        const target = destinations.find(({ key }) => key === event.key);
        if (target) go(target.href);
      } else if (event.key === 'g') since = event.timeStamp;
      else if (event.key === '/') {
        if (focusFilter()) event.preventDefault();
      } else simple.get(event.key)?.();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [go, openPalette, openHelp]);
}

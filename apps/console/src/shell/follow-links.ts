import type { AnyRouter } from '@tanstack/react-router';

/**
 * Turns clicks on links of the console into navigation without reload, for the links of every component at once;
 * what leaves the console (API, downloads, new tabs) is left to the browser.
 */
export function followLinks(router: AnyRouter): () => void {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const href = link?.getAttribute('href');
    if (!link || !href?.startsWith('/') || href.startsWith('//')) return;
    if (href.startsWith('/api/') || link.hasAttribute('download') || (link.target && link.target !== '_self')) return;
    event.preventDefault();
    router.history.push(href);
  };
  document.addEventListener('click', follow);
  return () => document.removeEventListener('click', follow);
}

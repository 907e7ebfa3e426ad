let taken: string | undefined;

/**
 * The single-use token of a set-up or invitation link. It stands in the fragment, which no server or log sees, and it
 * leaves the address bar and the history at once; a later call (React renders twice) gets the same token.
 */
export function takeLinkToken(): string | undefined {
  const fragment = location.hash.slice(1);
  if (fragment) {
    taken = decodeURIComponent(fragment);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return taken;
}

const checkEveryMs = 5_000;

/**
 * A signal that aborts with `gone`, and soon after `valid` says no: an answer that stays open is asked about again, so
 * that it does not outlive the session or token that opened it. A check that fails proves nothing and is made again.
 */
export function whileValid(gone: AbortSignal, valid: () => Promise<boolean>, everyMs = checkEveryMs): AbortSignal {
  const ended = new AbortController();
  const timer = setInterval(() => {
    valid().then(
      (still) => still || ended.abort(),
      () => {},
    );
  }, everyMs);
  timer.unref();
  const either = AbortSignal.any([gone, ended.signal]);
  either.addEventListener('abort', () => clearInterval(timer), { once: true });
  return either;
}

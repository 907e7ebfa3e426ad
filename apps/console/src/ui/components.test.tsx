import { ApiProblem } from '@bulkhead/contract';
import { expect, test, vi } from 'vitest';
import { button, press, show, type } from '../testing.tsx';
import { DangerModal } from './danger-modal.tsx';
import { PermittedButton } from './permitted-button.tsx';
import { ProblemAlert } from './problem-alert.tsx';
import { RelativeTime } from './relative-time.tsx';
import { Empty } from './states.tsx';
import { Status } from './status.tsx';

test('a failure shows what happened, its code and the request to quote, and can be tried again', async () => {
  const retry = vi.fn();
  const body = {
    code: 'inventory.bad-vin',
    title: 'Bad VIN',
    detail: 'The check digit is 5',
    requestId: 'req-7',
    fields: { vin: 'wrong' },
  };

  show(<ProblemAlert error={new ApiProblem(422, body)} onRetry={retry} />);
  await press('Retry');

  for (const text of ['Bad VIN', 'The check digit is 5', 'inventory.bad-vin', 'req-7', 'vin'])
    expect(document.body.textContent).toContain(text);
  expect(retry).toHaveBeenCalledOnce();
});

test('a server that does not answer is told apart from a refusal', () => {
  show(<ProblemAlert error={new TypeError('Failed to fetch')} />);

  expect(document.body.textContent).toContain('The server did not answer');
});

test('a dangerous act says its consequence and waits until its name is typed', async () => {
  const confirm = vi.fn(async () => undefined);
  const close = vi.fn();
  show(
    <DangerModal
      title="Revoke"
      consequence="Cuts 1 connection"
      confirmWord="4f01"
      action="Revoke it"
      onConfirm={confirm}
      onClose={close}
    />,
  );

  expect(document.body.textContent).toContain('Cuts 1 connection');
  await press('Revoke it');
  expect(confirm).not.toHaveBeenCalled();

  await type('Type 4f01 to confirm', '4f01');
  await press('Revoke it');
  expect(confirm).toHaveBeenCalledOnce();
  expect(close).toHaveBeenCalledOnce();
});

test('a dangerous act that failed stays open and says why', async () => {
  const close = vi.fn();
  const fail = async () =>
    Promise.reject(new ApiProblem(409, { code: 'identity.already-revoked', title: 'Already revoked' }));
  show(
    <DangerModal title="Revoke" consequence="x" confirmWord="a" action="Revoke it" onConfirm={fail} onClose={close} />,
  );

  await type('Type a to confirm', 'a');
  await press('Revoke it');

  expect(document.body.textContent).toContain('identity.already-revoked');
  expect(close).not.toHaveBeenCalled();
});

test('a button that the role may not press is disabled and says why', () => {
  show(
    <PermittedButton denial="Needs the permission identity.revoke" onClick={() => undefined}>
      Revoke
    </PermittedButton>,
  );

  expect(button('Revoke').getAttribute('aria-disabled')).toBe('true');
});

test('a time is relative on the page and absolute in its tooltip', () => {
  show(<RelativeTime at={new Date(Date.now() - 7_230_000).toISOString()} />);

  const time = document.querySelector('time');
  expect(time?.textContent).toBe('2 h ago');
  expect(time?.title).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
});

test('an empty list teaches the next step with one command', () => {
  show(<Empty title="No vehicles yet" next="Start simulated ones" command="npm run demo" />);

  expect(document.body.textContent).toContain('npm run demo');
  expect(document.querySelector('[aria-label="command"]')).not.toBeNull();
});

test('a state is a word and not a colour alone, also one the console does not know', () => {
  show(
    <>
      <Status state="revoked" />
      <Status state="brand-new" />
    </>,
  );

  expect(document.body.textContent).toContain('Revoked');
  expect(document.body.textContent).toContain('brand-new');
});

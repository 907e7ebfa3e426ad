import { ApiProblem, type Import } from '@bulkhead/contract';
import { expect, test } from 'vitest';
import { formatOf, pieceBytes, sendPieces } from './import-upload.ts';

/** A server that keeps what it received and fails where it is told to. */
function server(faults: readonly (Error | 'lost answer')[] = []) {
  const left = [...faults];
  let received = 0;
  const offsets: number[] = [];
  return {
    offsets,
    received: () => received,
    position: async () => received,
    append: async (offset: number, content: Blob) => {
      offsets.push(offset);
      const fault = left.shift();
      if (fault === 'lost answer') {
        received = offset + content.size; // the piece arrived, only the answer did not
        throw new TypeError('network');
      }
      if (fault) throw fault;
      received = offset + content.size;
      return { received } as Import;
    },
  };
}

function transfer(file: Blob, remote: ReturnType<typeof server>, received = 0) {
  const { append, position } = remote;
  const { signal } = new AbortController();
  return sendPieces({
    file,
    received,
    signal,
    append,
    position,
    onProgress: () => undefined,
    pause: async () => undefined,
  });
}

const file = new Blob([new Uint8Array(pieceBytes * 2 + 10)]);

test('a file goes up in pieces of 4 MiB', async () => {
  const remote = server();

  await transfer(file, remote);

  expect(remote.offsets).toEqual([0, pieceBytes, pieceBytes * 2]);
  expect(remote.received()).toBe(file.size);
});

test('an upload goes on from where the server stands', async () => {
  const remote = server();

  await transfer(file, remote, pieceBytes);

  expect(remote.offsets).toEqual([pieceBytes, pieceBytes * 2]);
});

test('a piece whose answer was lost is not sent twice', async () => {
  const remote = server(['lost answer']);

  await transfer(file, remote);

  expect(remote.offsets).toEqual([0, pieceBytes, pieceBytes * 2]);
});

test('a refusal that no attempt can heal ends the upload at once', async () => {
  const remote = server([new ApiProblem(403, { code: 'access.forbidden' })]);

  await expect(transfer(file, remote)).rejects.toMatchObject({ code: 'access.forbidden' });
  expect(remote.offsets).toEqual([0]);
});

test('after five failures in a row the upload gives up', async () => {
  const remote = server(Array.from({ length: 9 }, () => new TypeError('network')));

  await expect(transfer(file, remote)).rejects.toThrow('network');
  expect(remote.offsets).toHaveLength(5);
});

test('the format follows the name, then the content', () => {
  expect(formatOf('fleet.ndjson', '')).toBe('ndjson');
  expect(formatOf('fleet.txt', ' {"vin":1}')).toBe('ndjson');
  expect(formatOf('fleet.csv', 'vin,model')).toBe('csv');
});

/** What profiles showed, by figure; printed under the table of the reference page. Change it when the code changes. */
export const findings: Readonly<Record<string, string>> = Object.freeze({
  'est.issue.per-core':
    'Profile (`node --cpu-prof`, `perf record` on PostgreSQL): of the time in Node 28 % is the verification of the request by OpenSSL and 5 % the ' +
    'signature, which is what `est.issue.in-process` measures; 10 % encodes and reads SQL, 9 % writes TLS records, 7 % is garbage collection, the rest ' +
    'HTTP and parsing. PostgreSQL takes more than a third of the whole: a certificate is a row with ten secondary indexes, an audit row with six that ' +
    'the sequencer writes a second time with its leaf hash, and updates of the states of its ECU and vehicle; no statement stands out. ' +
    'Done so far: keys reach the verification as PEM text (Node 24 tells an options object from a KeyObject by a thrown error: 20 us each), audit rows go in ' +
    'by one array per column. Within reach: fewer indexes on `identity_certificate`, the sequencer keeping leaf hashes in a table of their own, and ' +
    'larger batches (about 17 certificates per transaction of any kind). The limit itself, one verification and one signature, is on this machine far below the ' +
    '18,000/s of the machine that the budget was set on.',
  'est.issue.ahead':
    '`openssl ca` signs from files in one process, without TLS, HTTP or a durable row for each; a CPU second of ours pays for all of these. See est.issue.per-core.',
  'ocsp.http':
    'Per CPU second `openssl ocsp` is ahead: it is a C program that parses one request line and signs. Of our time 30 % is the signature, 11 % the write ' +
    'to the socket, and most of the rest is `node:http`; the look-up and the DER take less than 10 %. With one connection per request the ' +
    'accept path of Node halves the rate. By the clock keep-alive decides.',
  'ocsp.http.clock': 'Both servers are bound by their one core; see ocsp.http for where the time goes.',
  'mqtt.fan-in.window-1':
    'With one message in flight each message is a TLS record read and a TLS record written: 43 % of the time in Node is the write (encryption and `send`), ' +
    '20 % the way of what was read through the streams of Node, 9 % the packets themselves; pages, limits and the commit queue are the small rest. It is ' +
    'near mosquitto, above or below it by what else the machine does, and 0.5-0.6 of a mosquitto that only acknowledges and drops. With ten in flight all ' +
    'acknowledgements of one read go out in one record.',
  'events.commit.batch-10.p99':
    'With 300 connections and 5 messages of 10 events each in flight 15,000 events wait at any time, so latency is that number divided by the rate: it is a ' +
    'matter of the cores that are free, and PostgreSQL takes two thirds of them.',
  'memory.connections':
    'A Node TLS socket holds two streams, its handles and OpenSSL buffers; mosquitto holds the OpenSSL buffers and a struct.',
  'import.ecus.peak': 'Bounded by the batch, not by the file: the heap grows until V8 collects it.',
});

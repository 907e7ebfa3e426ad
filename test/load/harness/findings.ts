/** What was found about a figure, by its name; printed under the table of the reference page. Change it when the code changes. */
export const findings: Readonly<Record<string, string>> = Object.freeze({
  'est.issue.per-core':
    'Profile (`node --cpu-prof` and `perf record` on PostgreSQL, taken while other work ran on the machine, so the shares are rough): of the time in Node ' +
    '25-28 % is the verification of the request by OpenSSL and 5 % the signature, 10 % encodes and reads SQL, 9 % writes to sockets, 7 % is garbage collection, the ' +
    'rest HTTP and parsing. PostgreSQL takes a third of the whole and no function stands out in it: a certificate is a row with ten secondary indexes, an ' +
    'audit row with up to six that the sequencer writes a second time with its leaf hash, and updates of the states of its ECU and vehicle. ' +
    'Changed because of the profile: keys reach the verification as PEM text (Node 24 tells an options object from a KeyObject by a thrown error; ' +
    '117 us became 95 us a verification), audit rows go in by one array per column. Not tried yet: fewer indexes on `identity_certificate`, leaf hashes in a table ' +
    'of their own, fewer and larger enrolment batches. Without network and rows at all `est.issue.in-process` is less than twice the budget.',
  'est.issue.ahead':
    '`openssl ca` signs from files in one process, without TLS, HTTP or a commit for each certificate; a CPU second of ours pays for all of these. ' +
    'See est.issue.per-core.',
  'ocsp.http':
    'Profile: 29 % of the time in Node is the signature, 11 % the write to the socket; most of the rest is `node:http`, little is look-up and DER. ' +
    'Per CPU second `openssl ocsp` was ahead in every run.',
  'ocsp.http.clock':
    'With a core to itself `openssl ocsp` answers about as fast by the clock: this ratio was 0.93 in the quietest run, 1.12 and 2.10 in busier ones, where ' +
    'one connection per request suffers more from other work. For where our time goes see ocsp.http.',
  'mqtt.fan-in.window-1':
    'Depends on what else the machine does: this ratio was 1.35 in the quietest run, and 0.62, 0.67 and 1.11 in others, so the lead is not safe. ' +
    'Profile: with one message in flight each message is a TLS record read and one written; 43 % of the time in Node is the write (encryption and `send`), ' +
    '20 % the way of what was read through the streams of Node, 9 % the packets themselves. Mosquitto without a subscriber, which only acknowledges and drops, ' +
    'is cheaper per message. With ten in flight all acknowledgements of one read go out in one record.',
  'events.commit.batch-10.p99':
    '300 connections with 5 messages of 10 events each keep 15,000 events waiting, so latency is that number divided by the rate. On a busy machine the ' +
    'rate fell to 21,700/s and p99 was 1,145 ms, above the budget; PostgreSQL takes two thirds of the CPU time.',
});

import { packetType, type Version } from './codec.ts';

/** The usual PUBLISH: a known topic, no properties, nothing special. */
export interface PlainPublish<Channel> {
  readonly channel: Channel;
  readonly qos: 0 | 1 | 2;
  readonly packetId: number;
  readonly payload: Buffer;
}

/**
 * Reads a PUBLISH in place when it is the usual one; `undefined` sends it through the codec, which knows the rest and says
 * what is wrong. Nearly every packet comes this way, at a third of the codec's cost.
 */
export function readPlainPublish<Channel>(
  frame: Buffer,
  version: Version,
  topics: ReadonlyMap<string, Channel>,
): PlainPublish<Channel> | undefined {
  const flags = frame[0] as number;
  const qos = (flags >> 1) & 3;
  if (flags >> 4 !== packetType.publish || (flags & 1) !== 0 || qos === 3) return undefined;
  let at = 2;
  while ((frame[at - 1] as number) >= 0x80) at++;
  if (frame.length < at + 2) return undefined;
  const topicEnd = at + 2 + frame.readUInt16BE(at);
  const bodyAt = topicEnd + (qos === 0 ? 0 : 2) + (version === 5 ? 1 : 0);
  if (bodyAt > frame.length || (version === 5 && frame[bodyAt - 1] !== 0)) return undefined;
  // Own topics are ASCII, so another encoding cannot be mistaken for one.
  const channel = topics.get(frame.toString('latin1', at + 2, topicEnd));
  const packetId = qos === 0 ? 0 : frame.readUInt16BE(topicEnd);
  if (channel === undefined || (qos > 0 && packetId === 0)) return undefined;
  return { channel, qos: qos as 0 | 1 | 2, packetId, payload: frame.subarray(bodyAt) };
}

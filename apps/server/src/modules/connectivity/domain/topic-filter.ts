/** Whether a filter is well formed (MQTT 5 s4.7.1): wildcards fill whole levels and `#` comes last. */
export function isWellFormedFilter(filter: string): boolean {
  if (filter.length === 0 || filter.length > 512) return false;
  const levels = filter.split('/');
  return levels.every((level, i) => {
    if (level === '#') return i === levels.length - 1;
    return level === '+' || (!level.includes('#') && !level.includes('+'));
  });
}

/** MQTT matching (MQTT 5 s4.7): `a/#` includes `a`; a wildcard in the first level does not match `$` topics. */
export function matchesFilter(filter: string, topic: string): boolean {
  const want = filter.split('/');
  const have = topic.split('/');
  if (topic.startsWith('$') && (want[0] === '+' || want[0] === '#')) return false;
  for (let i = 0; i < want.length; i++) {
    if (want[i] === '#') return true;
    if (i >= have.length) return false;
    if (want[i] !== '+' && want[i] !== have[i]) return false;
  }
  return want.length === have.length;
}

export interface Subscription {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly identifier: number | undefined;
}

export interface Delivery {
  readonly qos: 0 | 1 | 2;
  readonly identifiers: readonly number[];
}

/**
 * How a message reaches a client with overlapping subscriptions: once, at the highest QoS granted, naming every
 * subscription identifier that matched (MQTT 5 s3.3.4).
 */
export function deliveryFor(subscriptions: Iterable<Subscription>, topic: string): Delivery | undefined {
  let qos: 0 | 1 | 2 | undefined;
  const identifiers: number[] = [];
  for (const subscription of subscriptions) {
    if (!matchesFilter(subscription.filter, topic)) continue;
    if (qos === undefined || subscription.qos > qos) qos = subscription.qos;
    if (subscription.identifier !== undefined) identifiers.push(subscription.identifier);
  }
  return qos === undefined ? undefined : { qos, identifiers };
}

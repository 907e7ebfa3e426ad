import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/**
 * The few verbs modules need to count things; names are Prometheus names without prefix (`mqtt_messages_total`).
 * Label values must come from closed sets: a VIN or an address is never a label.
 */
export interface Metrics {
  count(name: string, labels?: Labels, by?: number): void;
  gauge(name: string, value: number, labels?: Labels): void;
  /** `value` in seconds. */
  observe(name: string, value: number, labels?: Labels): void;
  text(): Promise<string>;
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics on a registry of their own, so that several servers can live in one process (tests). */
export function createMetrics({ runtime = false } = {}): Metrics {
  const registry = new Registry();
  if (runtime) collectDefaultMetrics({ register: registry, prefix: 'bulkhead_' });
  const known = new Map<string, Counter | Gauge | Histogram>();
  const make = <T extends Counter | Gauge | Histogram>(
    name: string,
    labels: Labels,
    create: (name: string, labelNames: string[]) => T,
  ): T => {
    const found = known.get(name);
    if (found) return found as T;
    const made = create(`bulkhead_${name}`, Object.keys(labels));
    known.set(name, made);
    return made;
  };
  const base = (name: string, labelNames: string[]) => ({
    name,
    help: name.replaceAll('_', ' '),
    labelNames,
    registers: [registry],
  });
  return Object.freeze({
    count: (name: string, labels: Labels = {}, by = 1) =>
      make(name, labels, (n, l) => new Counter(base(n, l))).inc(labels, by),
    gauge: (name: string, value: number, labels: Labels = {}) =>
      make(name, labels, (n, l) => new Gauge(base(n, l))).set(labels, value),
    observe: (name: string, value: number, labels: Labels = {}) =>
      make(name, labels, (n, l) => new Histogram({ ...base(n, l), buckets })).observe(labels, value),
    text: () => registry.metrics(),
  });
}

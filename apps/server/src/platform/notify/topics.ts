export interface Topic {
  /** `area.kebab-word`. */
  readonly name: string;
  readonly title: string;
  /** When such a message is written, for the person who subscribes. */
  readonly description: string;
}

/** The topics that exist; the composition root names them, the platform knows none. */
export function createTopics(topics: readonly Topic[]) {
  const names = new Set(topics.map(({ name }) => name));
  for (const name of names)
    if (!/^[a-z][a-z-]*\.[a-z][a-z-]*$/.test(name)) throw new Error(`"${name}" is not a topic of the form area.word`);
  const areas = new Set([...names].map((name) => name.slice(0, name.indexOf('.'))));
  return Object.freeze({
    all: topics,
    has: (name: string) => names.has(name),
    /** Whether a subscription may name it: a topic, `area.*` of a known area, or `*`. */
    canSubscribe: (pattern: string) =>
      pattern === '*' || names.has(pattern) || (pattern.endsWith('.*') && areas.has(pattern.slice(0, -2))),
  });
}
export type Topics = ReturnType<typeof createTopics>;

export interface BatcherOptions<In, Out> {
  /** Answers every item of the batch, in order: a result or the error of that item alone. */
  readonly run: (items: readonly In[]) => Promise<readonly (Out | Error)[]>;
  readonly maxBatch: number;
  /** Batches under way at the same time: one signs while another waits for its commit. */
  readonly concurrency: number;
  readonly maxWaiting: number;
  /** What an item is told when too many wait. */
  readonly busy: () => Error;
}

export interface Batcher<In, Out> {
  submit(item: In): Promise<Out>;
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>;
}

interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (value: Out) => void;
  readonly reject: (error: unknown) => void;
}

/** Groups calls that come while earlier ones run, so that one transaction carries many of them; alone, a call waits for nothing. */
export function createBatcher<In, Out>(options: BatcherOptions<In, Out>): Batcher<In, Out> {
  const waiting: Waiting<In, Out>[] = [];
  let active = 0;
  let scheduled = false;
  const whenIdle: (() => void)[] = [];

  const settle = async (batch: readonly Waiting<In, Out>[]) => {
    try {
      const results = await options.run(batch.map(({ item }) => item));
      for (const [i, { resolve, reject }] of batch.entries()) {
        const result = results[i];
        if (result instanceof Error) reject(result);
        else resolve(result as Out);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };
  const start = () => {
    scheduled = false;
    while (active < options.concurrency && waiting.length > 0) {
      active += 1;
      void settle(waiting.splice(0, options.maxBatch)).then(() => {
        active -= 1;
        start();
      });
    }
    if (active > 0 || waiting.length > 0) return;
    for (const done of whenIdle.splice(0)) done();
  };
  return Object.freeze({
    submit(item: In) {
      if (waiting.length >= options.maxWaiting) return Promise.reject(options.busy());
      return new Promise<Out>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        // All requests of one turn of the event loop get into the same batch.
        if (!scheduled && active < options.concurrency) {
          scheduled = true;
          setImmediate(start);
        }
      });
    },
    idle: () =>
      active === 0 && waiting.length === 0 ? Promise.resolve() : new Promise<void>((resolve) => whenIdle.push(resolve)),
  });
}

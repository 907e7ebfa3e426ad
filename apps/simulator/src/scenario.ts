import { readFileSync } from 'node:fs';
import { eventSeverities, OneOf } from '@bulkhead/contract';
import { type Static, type TObject, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { SimulatorError } from './simulator-error.ts';

const closed = { additionalProperties: false } as const;
const At = Type.Number({ minimum: 0, maximum: 31_536_000, description: 'Seconds since the fleet is live' });
const Share = Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'Share of the fleet, drawn by the seed' });
const word = <const T extends string>(value: T) => Type.Literal(value);

/** What may happen at a moment of a scenario, by the word in `do`. */
export const stepSchemas = {
  'events-burst': Type.Object(
    {
      at: At,
      do: word('events-burst'),
      share: Share,
      count: Type.Integer({ minimum: 1, maximum: 100_000, description: 'Events of each vehicle' }),
      type: Type.String({ pattern: '^[a-z0-9]+([.-][a-z0-9]+)*$', maxLength: 96 }),
      severity: OneOf(eventSeverities),
    },
    closed,
  ),
  offline: Type.Object({ at: At, do: word('offline'), share: Share }, closed),
  online: Type.Object({ at: At, do: word('online'), share: Share }, closed),
  rogue: Type.Object({ at: At, do: word('rogue') }, closed),
  'outdated-report': Type.Object({ at: At, do: word('outdated-report'), share: Share }, closed),
} as const satisfies Record<string, TObject>;
type StepName = keyof typeof stepSchemas;
export type Step = { [K in StepName]: Static<(typeof stepSchemas)[K]> }[StepName];

const Part = Type.Number({ minimum: 0, maximum: 1 });
const UpdatesSchema = Type.Object(
  {
    pollSeconds: Type.Optional(Type.Number({ minimum: 1, maximum: 86_400 })),
    drivingShare: Type.Optional(Part),
    phaseSeconds: Type.Optional(Type.Number({ minimum: 1, maximum: 86_400, description: 'Mean time in one state' })),
    denyShare: Type.Optional(Part),
    postponeShare: Type.Optional(Part),
    answerSeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400 })),
    failing: Type.Optional(
      Type.Array(
        Type.Object(
          {
            program: Type.String({ minLength: 1, maxLength: 128 }),
            version: Type.String({ minLength: 1, maxLength: 128 }),
            share: Part,
          },
          closed,
        ),
        { maxItems: 100, description: 'Releases that do not pass their health check in a share of the vehicles' },
      ),
    ),
  },
  closed,
);

const ScenarioSchema = Type.Object(
  {
    description: Type.Optional(Type.String({ maxLength: 1000 })),
    seed: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    vehicles: Type.Optional(Type.Integer({ minimum: 2, maximum: 100_000 })),
    regions: Type.Optional(
      Type.Array(Type.Union([Type.Literal('eu'), Type.Literal('na')]), { minItems: 1, uniqueItems: true }),
    ),
    outdatedShare: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    eventsPerVehicleAndHour: Type.Optional(Type.Number({ minimum: 0, maximum: 3_600_000 })),
    offlineShare: Type.Optional(Type.Number({ minimum: 0, maximum: 0.9 })),
    rogueEverySeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400, description: '0 = never' })),
    updates: Type.Optional(UpdatesSchema),
    updateCampaign: Type.Optional(
      Type.Boolean({
        description: 'Demonstration people ship the fix of the telematics unit; takes an administrator token',
      }),
    ),
    repeatAfterSeconds: Type.Optional(Type.Number({ minimum: 1, maximum: 31_536_000 })),
    steps: Type.Optional(Type.Array(Type.Unknown(), { maxItems: 10_000 })),
  },
  closed,
);
type ScenarioFile = Static<typeof ScenarioSchema>;
export type Scenario = Omit<ScenarioFile, 'steps'> & { readonly steps: readonly Step[] };

const compiled = Compile(ScenarioSchema);
const compiledSteps = new Map(Object.entries(stepSchemas).map(([name, schema]) => [name, Compile(schema)]));

function bad(source: string, path: string, message: string): SimulatorError {
  return new SimulatorError('simulator.bad-scenario', `${source}: ${path || 'the scenario'} ${message}`);
}

interface Checker {
  Errors(value: unknown): readonly { keyword: string; instancePath: string; message: string }[];
}

/** The first fault with its path; a member that the schema does not have is called unknown. */
function check(source: string, at: string, checker: Checker, value: unknown): void {
  const [fault] = checker.Errors(value);
  if (!fault) return;
  const message = fault.keyword === 'boolean' ? 'is not known here' : fault.message;
  throw bad(source, `${at}${fault.instancePath}`.replace(/^\//, ''), message);
}

function readStep(source: string, value: unknown, index: number): Step {
  const at = `steps/${index}`;
  const name = typeof value === 'object' && value !== null ? (value as { do?: unknown }).do : undefined;
  const checker = typeof name === 'string' ? compiledSteps.get(name) : undefined;
  if (!checker) throw bad(source, `${at}/do`, `must be one of ${[...compiledSteps.keys()].join(', ')}`);
  check(source, at, checker as Checker, value);
  return value as Step;
}

/** @throws SimulatorError `simulator.bad-scenario` with the path of what is wrong */
export function parseScenario(text: string, source: string): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw bad(source, '', `is not JSON (${(cause as Error).message})`);
  }
  check(source, '', compiled as Checker, value);
  const { steps = [], ...rest } = value as ScenarioFile;
  const read = steps.map((step, index) => readStep(source, step, index));
  return { ...rest, steps: read.sort((a, b) => a.at - b.at) };
}

export function readScenario(path: string): Scenario {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SimulatorError('simulator.bad-scenario', `${path}: cannot be read (${(cause as Error).message})`);
  }
  return parseScenario(text, path);
}

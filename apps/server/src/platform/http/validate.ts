import type { Operation } from '@bulkhead/contract';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { RequestError } from './problem.ts';

interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: unknown;
}

function describe(faults: readonly Fault[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { instancePath, keyword, message, params } of faults.slice(0, 20)) {
    if (keyword === 'boolean') continue; // the parent's additionalProperties says it better
    const extra = (params as { additionalProperties?: string[] }).additionalProperties;
    if (extra) for (const name of extra) fields[`${instancePath}/${name}`.slice(1)] = 'is not a known field';
    else fields[instancePath.slice(1) || '(body)'] ??= message;
  }
  return fields;
}

/** A check of one part of a request; text parts (path, query) are converted to their type first, a body never is. */
function checkOf(schema: TSchema | undefined, where: string, convert: boolean): (value: unknown) => unknown {
  if (!schema) return () => undefined;
  const validator = Compile(schema);
  return (value) => {
    const typed = convert ? Value.Default(schema, Value.Convert(schema, { ...(value as object) })) : value;
    if (validator.Check(typed)) return typed;
    const fields = describe(validator.Errors(typed) as readonly Fault[]);
    const [name, why] = Object.entries(fields)[0] ?? ['', 'is not valid'];
    throw new RequestError('request.invalid', `The ${where} is not valid: ${name} ${why}`, { fields });
  };
}

/** Compiles the schemas of an operation into one check that answers the typed input or throws `request.invalid`. */
export function inputCheck(operation: Operation) {
  const params = checkOf(operation.params, 'path', true);
  const query = checkOf(operation.query, 'query', true);
  const body = checkOf(operation.body, 'body', false);
  return (request: { params: unknown; query: unknown; body: unknown }) => ({
    params: params(request.params),
    query: query(request.query ?? {}),
    body: body(request.body ?? (operation.body ? {} : undefined)),
  });
}

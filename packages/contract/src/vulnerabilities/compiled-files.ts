import { type Static, Type } from 'typebox';
import { Empty, Id, Nullable, operation, Time } from '../operation.ts';

export const CompiledFiles = Type.Object({
  sha256: Type.String({ description: 'Of the list as it was uploaded' }),
  files: Type.Integer({ description: 'Files in it, each once' }),
  uploadedAt: Time,
  uploadedBy: Type.String(),
  settles: Type.Integer({ description: 'Kernel findings of this version that it settles as not affected' }),
  built: Type.Integer({
    description: 'Kernel findings of this version that stay: code compiled in, or not to be told',
  }),
  silentBecause: Nullable(Type.String({ description: 'Why it judges nothing, where it does not' })),
});
export type CompiledFiles = Static<typeof CompiledFiles>;

const params = Type.Object({ id: { ...Id, description: 'Id of the software version' } });
const path = '/software/:id/compiled-files';

export const compiledFilesOperations = {
  putCompiledFiles: operation({
    method: 'PUT',
    path,
    summary:
      'Say which files the build of a software version compiled (paths, one a line, or compile_commands.json): Linux kernel findings in other files are settled in this version alone',
    permission: 'vulnerabilities.decide',
    problems: ['vulnerabilities.bad-compiled-files'],
    params,
    ok: CompiledFiles,
    raw: { request: ['text/plain', 'application/json', 'application/octet-stream'] },
  }),
  getCompiledFiles: operation({
    method: 'GET',
    path,
    summary: 'The list of compiled files of a software version, and how many findings it settles',
    permission: 'vulnerabilities.read',
    problems: [],
    params,
    ok: Type.Object({ list: Nullable(CompiledFiles) }),
  }),
  deleteCompiledFiles: operation({
    method: 'DELETE',
    path,
    summary: 'Take the list of compiled files away: what it settled is open again',
    permission: 'vulnerabilities.decide',
    problems: ['vulnerabilities.unknown-compiled-files'],
    params,
    ok: Empty,
  }),
};

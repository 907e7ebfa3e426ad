import type { OperationId, Source } from '@bulkhead/contract';
import type { CommandSpec } from './commands/spec.ts';

interface Dependents {
  readonly records: number;
  readonly findings: number;
}

/** Where advisories come from, and those written by hand. */
export const sourceCommands: Partial<Record<OperationId, CommandSpec>> = {
  listSources: {
    verb: 'list',
    noun: 'sources',
    columns: ['id', 'name', 'kind', 'origin', 'freshness', 'records', 'problems', 'lastSuccessAt', 'nextAt'],
    examples: ['bulkhead sources list'],
  },
  getSource: { verb: 'show', noun: 'sources', examples: ['bulkhead sources show ID'] },
  createSource: {
    verb: 'create',
    noun: 'sources',
    describe: {
      kind: 'What it carries; `advisories` are CVE 5, OSV and CSAF records',
      location: 'URL, or directory below vulnerabilities.directory',
      everyMinutes: 'Minutes between two readings',
      quietAfterDays: 'Days without anything new after which people are told',
      removeMissing: 'Remove records that the file no longer holds',
    },
    examples: [
      'bulkhead sources create --kind kev --origin url --name "CISA KEV" --location https://kev.example.org/kev.json',
      'bulkhead sources create --kind advisories --origin directory --name Transfer --location cve',
      'bulkhead sources create --kind advisories --origin upload --name "From suppliers"',
    ],
  },
  updateSource: {
    verb: 'update',
    noun: 'sources',
    bodyFile: true,
    examples: ['bulkhead sources update ID -f change.json'],
  },
  deleteSource: {
    verb: 'delete',
    noun: 'sources',
    fixed: { dryRun: false },
    danger: async (session, call) => {
      const { name } = (await session.call('getSource', { params: call.params ?? {} })) as Source;
      const count = (await session.call('deleteSource', { ...call, query: { dryRun: true } })) as Dependents;
      return `Removes "${name}" with ${count.records} records; ${count.findings} findings that nothing else proves vanish.`;
    },
    examples: ['bulkhead sources delete ID --dry-run', 'bulkhead sources delete ID --yes'],
  },
  syncSource: {
    verb: 'sync',
    noun: 'sources',
    examples: ['bulkhead sources sync ID', 'bulkhead sources sync ID --full'],
  },
  uploadAdvisories: {
    verb: 'upload',
    noun: 'sources',
    contentFile: true,
    describe: { name: 'Name under which the file is known; the same name replaces what was wrong in it before' },
    examples: ['bulkhead sources upload ID record.json --name record.json'],
  },
  listSourceProblems: {
    verb: 'problems',
    noun: 'sources',
    columns: ['source', 'file', 'record', 'code', 'reason', 'lastAt', 'count'],
    examples: ['bulkhead sources problems --filter \'source = "Transfer"\''],
  },
  putOwnAdvisory: {
    verb: 'create',
    noun: 'advisories',
    bodyFile: true,
    examples: ['bulkhead advisories create -f advisory.json'],
  },
  withdrawOwnAdvisory: {
    verb: 'withdraw',
    noun: 'advisories',
    describe: { reason: 'Why, for the audit log' },
    danger: async (_session, { params }) => `Withdraws ${String(params?.ref)}: it matches nothing any more.`,
    examples: ['bulkhead advisories withdraw BH-2026-0001 --reason "the supplier has shown that it is another stack"'],
  },
};

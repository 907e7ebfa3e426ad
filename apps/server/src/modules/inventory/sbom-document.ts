import { createHash } from 'node:crypto';
import { newId } from '@bulkhead/kernel';
import { rateSbom, readSbom, type SbomQuality } from '@bulkhead/sbom';
import { type StatementRow, sbomRows } from './domain/sbom-rows.ts';
import type { NewComponent, NewDependency, NewSbom } from './sbom-store.ts';

/** An SBOM in the words of the tables; plain data, so that it can pass between threads. */
export interface SbomDocument {
  readonly row: Pick<
    NewSbom,
    'format' | 'spec_version' | 'component_count' | 'unidentified' | 'warnings' | 'size' | 'subject' | 'statement_count'
  >;
  readonly components: NewComponent[];
  readonly dependencies: NewDependency[];
  readonly statements: StatementRow[];
  readonly quality: SbomQuality;
}

/**
 * Reads a document of any supported format. Takes up to seconds and never waits: large ones belong into a thread.
 * @throws SbomError
 */
export function readDocument(bytes: Uint8Array): SbomDocument {
  const sbom = readSbom(bytes);
  const { components, dependencies, statements, unidentified } = sbomRows(sbom);
  const row = {
    format: sbom.format === 'SPDX' ? ('spdx' as const) : ('cyclonedx' as const),
    spec_version: sbom.specVersion,
    component_count: components.length,
    unidentified,
    warnings: sbom.warnings.map(({ path, message }) => (path === '$' ? message : `${path}: ${message}`)),
    size: bytes.length,
    subject: sbom.subject ? JSON.stringify(sbom.subject) : null,
    statement_count: statements.length,
  };
  const keyed = components.map(({ identity, ...component }) => ({
    ...component,
    id: newId(),
    key: createHash('sha256').update(identity).digest('hex'),
  }));
  return { row, components: keyed, dependencies, statements, quality: rateSbom(sbom) };
}

import { AdvisoryError } from '../error.ts';
import { createLosses, type Losses } from './losses.ts';
import type { VexDocumentHead, VexStatement, VexStatus, WrittenVex } from './model.ts';
import { wordOfStatus, writtenAction, writtenJustification } from './vocabulary.ts';
import { noAction, noReason } from './write-openvex.ts';
import { createProductTree, type TreeWriter } from './write-product-tree.ts';

/** A statement with the product ids that it still speaks for. */
interface Kept {
  readonly statement: VexStatement;
  readonly i: number;
  readonly ids: readonly string[];
}

/** Writes a CSAF 2.0 document of the profile `csaf_vex` (CSAF 2.0 s4.5) and says what it could not carry. */
export function writeCsafVex(statements: readonly VexStatement[], head: VexDocumentHead): WrittenVex {
  const losses = createLosses(statements, head);
  const tree = createProductTree();
  const vulnerabilities = groupByVulnerability(statements, tree, losses).map((group) =>
    writeVulnerability(group, head, losses),
  );
  const document = {
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      publisher: { category: 'vendor', name: head.author, namespace: head.namespace },
      title: head.title,
      tracking: {
        id: head.id,
        version: `${head.version}`,
        status: 'final',
        initial_release_date: head.history?.[0]?.at ?? head.at,
        current_release_date: head.at,
        revision_history: historyOf(head),
      },
    },
    product_tree: tree.write(),
    vulnerabilities,
  };
  return { document, losses: losses.list() };
}

const maxHistory = 1000;

/** Revisions from 1 to that of the document without a gap (s6.1.16, s6.1.21); those not told have the newest date. */
function historyOf({ version, at, history = [] }: VexDocumentHead): Record<string, string>[] {
  if (!Number.isInteger(version) || version < 1 || version > maxHistory) {
    throw new AdvisoryError(
      'advisory.wrong-value',
      '$.version',
      `the version is a whole number from 1 to ${maxHistory}`,
    );
  }
  return Array.from({ length: version }, (_, i) => ({
    number: `${i + 1}`,
    date: history[i]?.at ?? at,
    summary: history[i]?.summary ?? (i === 0 ? 'Published.' : 'Updated.'),
  }));
}

/**
 * A vulnerability appears once, and a product in one of its lists only (s6.1.6): of several statements about the same
 * product the newest counts.
 */
function groupByVulnerability(statements: readonly VexStatement[], tree: TreeWriter, losses: Losses): Kept[][] {
  const groups = new Map<string, { statement: VexStatement; i: number }[]>();
  for (const [i, statement] of statements.entries()) {
    groups.set(statement.vulnerability, [...(groups.get(statement.vulnerability) ?? []), { statement, i }]);
  }
  return [...groups.values()].map((group) => {
    const taken = new Set<string>();
    const newestFirst = group.toSorted((a, b) =>
      a.statement.at < b.statement.at ? 1 : a.statement.at > b.statement.at ? -1 : b.i - a.i,
    );
    return newestFirst.map(({ statement, i }) => {
      const all = statement.products.flatMap((product) => tree.idsOf(product));
      const ids = all.filter((id) => !taken.has(id));
      if (ids.length < all.length) losses.add(i, 'a newer statement about the same product took its place');
      for (const id of ids) taken.add(id);
      return { statement, i, ids };
    });
  });
}

function writeVulnerability(group: readonly Kept[], head: VexDocumentHead, losses: Losses): Record<string, unknown> {
  const spoken = group.filter(({ ids }) => ids.length > 0).toSorted((a, b) => a.i - b.i);
  const name = group[0]?.statement.vulnerability ?? '';
  const isCve = /^CVE-\d{4}-\d{4,}$/.test(name);
  const others = [...new Set([...(isCve ? [] : [name]), ...group.flatMap(({ statement }) => statement.aliases)])];
  const status = new Map<string, string[]>();
  for (const { statement, ids } of spoken) {
    const word = wordOfStatus('csaf', statement.status, statement.statusWord);
    status.set(word, [...(status.get(word) ?? []), ...ids]);
  }
  for (const { statement, i } of spoken) noteStatusWord(statement, i, losses);
  const parts = spoken.map((kept) => remarksOf(kept, head, losses));
  const list = (key: keyof Remarks) => parts.flatMap((part) => part[key]);
  return {
    ...(isCve ? { cve: name } : {}),
    ...(others.length > 0 ? { ids: others.map((text) => ({ system_name: systemOf(text), text })) } : {}),
    notes: [{ category: 'general', text: `Status of ${name} in the products of this document.` }],
    product_status: Object.fromEntries(status),
    ...filled('flags', list('flags')),
    ...filled('threats', list('threats')),
    ...filled('remediations', list('remediations')),
  };
}

function noteStatusWord({ statusWord, status }: VexStatement, i: number, losses: Losses): void {
  const word = wordOfStatus('csaf', status, statusWord);
  const plain: readonly (string | undefined)[] = [undefined, word, ...plainWords[status]];
  if (!plain.includes(statusWord)) losses.add(i, `the status word ${statusWord} became ${word}`);
}

/** Words of other formats that say no more than the status itself. */
const plainWords: Record<VexStatus, readonly string[]> = {
  affected: ['affected', 'exploitable', 'affects'],
  not_affected: ['not_affected', 'doesNotAffect'],
  fixed: ['fixed', 'resolved', 'fixedIn'],
  under_investigation: ['under_investigation', 'in_triage', 'underInvestigationFor'],
};

function systemOf(id: string): string {
  if (id.startsWith('GHSA-')) return 'GitHub Security Advisories';
  return id.startsWith('CVE-') ? 'CVE' : 'Other';
}

function filled(key: string, list: readonly unknown[]): Record<string, unknown> {
  return list.length > 0 ? { [key]: list } : {};
}

interface Remarks {
  readonly flags: readonly unknown[];
  readonly threats: readonly unknown[];
  readonly remediations: readonly unknown[];
}

/** s4.5: "not affected" needs a flag or an impact, "affected" a remediation. */
function remarksOf({ statement, i, ids }: Kept, head: VexDocumentHead, losses: Losses): Remarks {
  const { status, at } = statement;
  const about = { product_ids: ids, date: at };
  const flag = flagOf(statement, i, losses);
  const impact = statement.impact ?? (status === 'not_affected' && flag === undefined ? noReason : undefined);
  if (impact !== undefined && statement.impact === undefined)
    losses.add(i, 'not_affected without a reason: the document says that none was given');
  const remediation = remediationOf(statement, i, losses);
  if (flag === undefined && impact === undefined && !remediation && at !== head.at) {
    losses.add(i, `the time of the statement (${at}) has no place`);
  }
  return {
    flags: flag === undefined ? [] : [{ label: flag, ...about }],
    threats: impact === undefined ? [] : [{ category: 'impact', details: impact, ...about }],
    remediations: remediation ? [{ ...remediation, ...about }] : [],
  };
}

function flagOf({ status, justification }: VexStatement, i: number, losses: Losses): string | undefined {
  if (justification === undefined) return undefined;
  if (status !== 'not_affected') {
    losses.add(i, `the justification ${justification} has no place beside ${status}`);
    return undefined;
  }
  const written = writtenJustification('csaf', justification);
  losses.add(i, written.loss);
  return written.word;
}

function remediationOf(
  { status, action }: VexStatement,
  i: number,
  losses: Losses,
): { category: string; details: string } | undefined {
  if (!action && status !== 'affected') return undefined;
  if (status === 'not_affected') {
    losses.add(i, 'the action has no place beside not_affected');
    return undefined;
  }
  if (!action) {
    losses.add(i, 'affected without an action: the document says that none has been named');
    return { category: 'none_available', details: noAction };
  }
  const [first, ...more] = (action.kind ?? '').split(',').map((kind) => kind.trim());
  if (more.length > 0) losses.add(i, `of the actions ${action.kind} only the first has a place`);
  const written = first ? writtenAction('csaf', first) : {};
  losses.add(i, written.loss);
  // A category is demanded; "mitigation" promises the least of those that name something to do.
  const category = written.word ?? (action.text === undefined ? 'none_available' : 'mitigation');
  if (!first) losses.add(i, `the action has no kind: the document calls it ${category}`);
  return { category, details: action.text ?? noAction };
}

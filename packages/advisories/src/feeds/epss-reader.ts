import { AdvisoryError } from '../error.ts';
import { quote } from '../json/fields.ts';
import { recordBounds } from '../limits.ts';
import { utc } from '../text.ts';

/** The probability that a CVE is exploited in the next 30 days, and its rank among all. */
export interface EpssRow {
  readonly cve: string;
  /** 0 to 1; both. */
  readonly epss: number;
  readonly percentile: number;
}

export interface EpssHead {
  readonly modelVersion?: string;
  /** UTC, ISO 8601. */
  readonly scoreDate?: string;
}

export interface EpssReader {
  /**
   * Takes the next line; gives its row, or nothing for comment, title and empty lines.
   * @throws AdvisoryError naming the line; the reader can go on with the next.
   */
  read(line: string): EpssRow | undefined;
  /** What the comment in front said. Scores of different models cannot be compared. */
  head(): EpssHead;
}

/** Reads the EPSS file line by line (`cve,epss,percentile` after a comment with model and date), however long it is. */
export function createEpssReader(): EpssReader {
  let number = 0;
  let head: EpssHead = {};
  let hasTitle = false;

  function fail(
    code: 'advisory.too-large' | 'advisory.wrong-value' | 'advisory.unknown-format',
    detail: string,
  ): AdvisoryError {
    return new AdvisoryError(code, `line ${number}`, detail);
  }

  function score(text: string | undefined, column: string): number {
    const value = Number(text);
    if (text !== undefined && /^(\d+(\.\d*)?|\.\d+)([eE]-?\d{1,3})?$/.test(text) && value <= 1) return value;
    throw fail('advisory.wrong-value', `${quote(text ?? '')} is no ${column}; it is a number from 0 to 1`);
  }

  function read(given: string): EpssRow | undefined {
    number++;
    if (given.length > recordBounds.maxEpssLineLength)
      throw fail('advisory.too-large', 'the line is too long for an EPSS row');
    const line = (number === 1 ? given.replace(/^\ufeff/, '') : given).trim();
    if (line === '') return undefined;
    if (line.startsWith('#')) {
      head = { ...head, ...readHead(line.slice(1)) };
      return undefined;
    }
    const cells = line.split(',').map((cell) => cell.trim());
    if (!hasTitle) {
      if (cells.slice(0, 3).join() !== 'cve,epss,percentile') {
        throw fail('advisory.unknown-format', 'expected the title line "cve,epss,percentile"');
      }
      hasTitle = true;
      return undefined;
    }
    const [cve = '', epss, percentile] = cells;
    if (!/^CVE-\d{4}-\d{4,19}$/.test(cve)) throw fail('advisory.wrong-value', `${quote(cve)} is no CVE id`);
    return { cve, epss: score(epss, 'score'), percentile: score(percentile, 'percentile') };
  }

  return Object.freeze({ read, head: () => head });
}

/** `model_version:v2025.03.14,score_date:2026-01-31T00:00:00+0000`. */
function readHead(comment: string): EpssHead {
  const model = /model_version:\s*([^,\s]+)/.exec(comment)?.[1];
  const date = utc(/score_date:\s*([^,\s]+)/.exec(comment)?.[1]);
  return {
    ...(model === undefined ? {} : { modelVersion: model }),
    ...(date === undefined ? {} : { scoreDate: date }),
  };
}

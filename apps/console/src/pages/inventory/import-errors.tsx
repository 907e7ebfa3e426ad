import type { Import } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, compact } from '../../api.ts';
import { csvLine, downloadText } from '../../ui/download.ts';
import { flashFailure } from '../../ui/flash.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { integer } from '../../ui/time.ts';

const step = 100;

async function fetchErrors(id: string, after: number | undefined, limit: number) {
  return client.listImportErrors({ params: { id }, query: { ...compact({ after }), limit } });
}

async function downloadAll(bulk: Import, onCount: (rows: number) => void): Promise<void> {
  const lines = [csvLine(['row', 'column', 'message', 'text'])];
  let after: number | undefined;
  do {
    const page = await fetchErrors(bulk.id, after, 1000);
    for (const item of page.items) lines.push(csvLine([item.row, item.column, item.message, item.text]));
    onCount(lines.length - 1);
    after = page.next ?? undefined;
  } while (after !== undefined);
  downloadText(`${bulk.name}.refused.csv`, lines.join(''));
}

/** The rows that were refused, each with its column and the remedy. */
export function ImportErrors({ bulk }: { bulk: Import }) {
  const [downloaded, setDownloaded] = useState<number>();
  const answer = useInfiniteQuery({
    queryKey: ['inventory', 'listImportErrors', bulk.id],
    queryFn: ({ pageParam }) => fetchErrors(bulk.id, pageParam, step),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const items = answer.data?.pages.flatMap((page) => page.items) ?? [];
  const download = () => {
    setDownloaded(0);
    downloadAll(bulk, setDownloaded)
      .catch(flashFailure)
      .finally(() => setDownloaded(undefined));
  };
  if (answer.error) return <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />;
  return (
    <Table
      items={items}
      loading={answer.isLoading}
      loadingText="Loading refused rows"
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Refused rows' }}
      header={
        <Header
          counter={`(${integer(bulk.refused)})`}
          description="Mend these rows in the file and import it again; rows that are in already are recognised."
          actions={
            <Button iconName="download" loading={downloaded !== undefined} onClick={download}>
              {downloaded === undefined ? 'Download as CSV' : `${integer(downloaded)} of ${integer(bulk.refused)}`}
            </Button>
          }
        >
          Refused rows
        </Header>
      }
      footer={
        answer.hasNextPage && (
          <Button onClick={() => void answer.fetchNextPage()} loading={answer.isFetchingNextPage}>
            {`Show more (${integer(items.length)} of ${integer(bulk.refused)})`}
          </Button>
        )
      }
      columnDefinitions={[
        { id: 'row', header: 'Row', isRowHeader: true, width: 90, cell: ({ row }) => integer(row) },
        { id: 'column', header: 'Column', width: 130, cell: ({ column }) => column ?? '–' },
        { id: 'message', header: 'What is wrong', width: 380, cell: ({ message }) => message },
        { id: 'text', header: 'The row', cell: ({ text }) => <span className="bh-mono">{text}</span> },
      ]}
    />
  );
}

import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { query } from '../api.ts';
import { paths } from '../paths.ts';
import { useDenial } from '../session.ts';
import { Status } from '../ui/status.tsx';

/** The golden rule that a page serves, with its live score from the overview's own figures. */
export function RuleLine({ rule, about }: { rule: number; about: string }) {
  const denial = useDenial('compliance.read');
  const { data } = useQuery({ ...query('getRules', {}), enabled: denial === undefined });
  const found = data?.items.find(({ number }) => number === rule);
  return (
    <span>
      {about}{' '}
      <Link href={paths.overview()}>
        Golden rule {rule}
        {found ? `: ${found.title}` : ''}
      </Link>
      {found && (
        <>
          {' · '}
          <Status state={found.state} />
          {found.figures.slice(0, 3).map((figure) => (
            <span key={figure.label} className={`bh-tone-${figure.tone}`}>
              {' · '}
              {figure.label} <b>{figure.value}</b>
            </span>
          ))}
        </>
      )}
    </span>
  );
}

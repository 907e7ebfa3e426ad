import type { Rule } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import { Status } from '../../ui/status.tsx';

type Figure = Rule['figures'][number];

const toneWords: Readonly<Record<Figure['tone'], string>> = { good: '', neutral: '', warning: '⚠ ', bad: '✕ ' };

function FigureRow({ figure }: { figure: Figure }) {
  const value = (
    <span className={`bh-tone-${figure.tone}`}>
      {toneWords[figure.tone]}
      {figure.value}
    </span>
  );
  return (
    <div className="bh-figure">
      <dt>{figure.label}</dt>
      <dd>
        {figure.link ? (
          <Link href={figure.link} ariaLabel={`${figure.label}: ${figure.value}`}>
            {value}
          </Link>
        ) : (
          value
        )}
      </dd>
    </div>
  );
}

/** One golden rule: its state in a word, what it means here, its figures. */
export function RuleCard({ rule }: { rule: Rule }) {
  return (
    <li className="bh-rule" data-state={rule.state}>
      <Box variant="h3" tagOverride="h2" padding="n">
        {rule.number}. {rule.title}
      </Box>
      <Status state={rule.state} />
      <Box variant="small" color="text-body-secondary">
        {rule.summary}
      </Box>
      {rule.figures.length > 0 && (
        <dl className="bh-figures">
          {rule.figures.map((figure) => (
            <FigureRow key={figure.label} figure={figure} />
          ))}
        </dl>
      )}
    </li>
  );
}

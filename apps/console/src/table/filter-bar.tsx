import { FilterError, parseFilter } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import PropertyFilter from '@cloudscape-design/components/property-filter';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { emptyQuery, type Fields, filterOfQuery, optionsOf, propertiesOf, queryOfFilter } from './filter-tokens.ts';

interface FilterBarProps {
  readonly fields: Fields;
  readonly filter: string;
  readonly freeText: string;
  readonly noun: string;
  readonly count: string;
  readonly onChange: (filter: string) => void;
}

/** What is wrong with a filter, in the words of the server's own parser; `undefined` when it is fine. */
function faultOf(text: string, fields: Fields): string | undefined {
  try {
    parseFilter(text, fields);
    return undefined;
  } catch (error) {
    if (error instanceof FilterError) return error.message;
    throw error;
  }
}

/** The filter of a list, as tokens or as the text of the filter language; both are the same filter. */
export function FilterBar(props: FilterBarProps) {
  const { fields, filter, freeText, noun, count, onChange } = props;
  const fault = faultOf(filter, fields);
  const query = fault ? undefined : queryOfFilter(filter, fields);
  const [wantsText, setWantsText] = useState(false);
  const asText = wantsText || query === undefined;
  return (
    <div data-filter="">
      {asText ? (
        <FilterText key={filter} {...props} fault={fault} onTokens={query ? () => setWantsText(false) : undefined} />
      ) : (
        <PropertyFilter
          query={query ?? emptyQuery}
          enableTokenGroups
          filteringProperties={propertiesOf(fields)}
          filteringOptions={optionsOf(fields)}
          filteringPlaceholder={`Filter ${noun} (press /)`}
          filteringAriaLabel={`Filter ${noun}`}
          countText={filter ? count : ''}
          freeTextFiltering={{ operators: [':'], defaultOperator: ':' }}
          customControl={undefined}
          onChange={({ detail }) => onChange(filterOfQuery(detail, fields, freeText))}
          customFilterActions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => onChange('')}>Clear filters</Button>
              <Button onClick={() => setWantsText(true)}>Edit as text</Button>
            </SpaceBetween>
          }
        />
      )}
    </div>
  );
}

function FilterText(props: FilterBarProps & { fault: string | undefined; onTokens: (() => void) | undefined }) {
  const { fields, filter, noun, count, onChange, onTokens } = props;
  const [text, setText] = useState(filter);
  const fault = faultOf(text, fields);
  const examples = Object.entries(fields)
    .slice(0, 4)
    .map(([name]) => name);
  return (
    <FormField
      stretch
      label={`Filter ${noun}`}
      errorText={fault}
      constraintText={`${filter && !fault ? `${count}. ` : ''}Fields: ${examples.join(', ')}, ... Operators: = != : < <= > >= in, and, or, not. Enter applies.`}
      secondaryControl={
        onTokens && (
          <Button onClick={onTokens} iconName="filter">
            Edit as tokens
          </Button>
        )
      }
    >
      <Input
        type="search"
        value={text}
        invalid={fault !== undefined}
        spellcheck={false}
        placeholder={`e.g. ${examples[0]} : "abc"`}
        onChange={({ detail }) => {
          setText(detail.value);
          if (detail.value === '') onChange('');
        }}
        onKeyDown={({ detail }) => {
          if (detail.key === 'Enter' && !fault) onChange(text.trim());
        }}
      />
    </FormField>
  );
}

import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

/** An identifier in monospace with a button that copies it. */
export function Copyable({ value, label, shown }: { value: string; label: string; shown?: React.ReactNode }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={value}
      textToDisplay={shown ?? <span className="bh-mono">{value}</span>}
      copyButtonAriaLabel={`Copy ${label}`}
      copySuccessText="Copied"
      copyErrorText="The browser refused to copy"
    />
  );
}

/** A block of text (PEM, command, secret) with a copy button. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div>
      {/* the block scrolls: it must be reachable by keyboard */}
      <section className="bh-code" tabIndex={0} aria-label={label}>
        {text}
      </section>
      <CopyToClipboard
        variant="inline"
        textToCopy={text}
        textToDisplay={`Copy ${label}`}
        copyButtonAriaLabel={`Copy ${label}`}
        copySuccessText="Copied"
        copyErrorText="The browser refused to copy"
      />
    </div>
  );
}

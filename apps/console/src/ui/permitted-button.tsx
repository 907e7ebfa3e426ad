import Button, { type ButtonProps } from '@cloudscape-design/components/button';

/** A button that says why it is disabled: the permission the role lacks, or the state that forbids it. */
export function PermittedButton({ denial, ...button }: ButtonProps & { denial: string | undefined }) {
  if (denial === undefined) return <Button {...button} />;
  return <Button {...button} disabled disabledReason={denial} />;
}

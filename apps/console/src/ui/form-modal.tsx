import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { ProblemAlert } from './problem-alert.tsx';

interface FormModalProps {
  readonly title: string;
  readonly action: string;
  /** Why it cannot be sent yet. */
  readonly missing: string | undefined;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}

/** A short form in a dialog. */
export function FormModal(props: FormModalProps) {
  const { title, action, missing, busy, error, onSubmit, onClose, children } = props;
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button
              variant="primary"
              loading={busy}
              disabled={missing !== undefined}
              {...(missing ? { disabledReason: missing } : {})}
              onClick={onSubmit}
            >
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (missing === undefined) onSubmit();
        }}
      >
        <SpaceBetween size="m">
          {children}
          {Boolean(error) && <ProblemAlert error={error} />}
        </SpaceBetween>
      </form>
    </Modal>
  );
}

/** Something that is shown once: a link or a secret. */
export function OnceModal(props: { title: string; children: React.ReactNode; onClose: () => void }) {
  return (
    <Modal
      visible
      header={props.title}
      closeAriaLabel="Close"
      onDismiss={props.onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={props.onClose}>
            I have stored it
          </Button>
        </Box>
      }
    >
      {props.children}
    </Modal>
  );
}

import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { ProblemAlert } from './problem-alert.tsx';

interface DangerProps {
  readonly title: string;
  /** What happens, with its count, before anything can be pressed. */
  readonly consequence: React.ReactNode;
  readonly confirmWord: string;
  readonly action: string;
  /** Why it cannot be sent yet although the word is typed, such as a reason that is missing. */
  readonly missing?: string | undefined;
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children?: React.ReactNode;
}

/** A dangerous act: consequence first, then the name of the thing typed by hand. */
export function DangerModal(props: DangerProps) {
  const { title, consequence, confirmWord, action, missing, onConfirm, onClose, children } = props;
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const reason = missing ?? (typed === confirmWord ? undefined : `Type ${confirmWord} first`);
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
              Keep it as it is
            </Button>
            <Button
              variant="primary"
              loading={busy}
              disabled={reason !== undefined}
              {...(reason ? { disabledReason: reason } : {})}
              onClick={() => void confirm()}
            >
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning" header="What happens">
          {consequence}
        </Alert>
        {children}
        <FormField
          label={
            <>
              Type <span className="bh-mono">{confirmWord}</span> to confirm
            </>
          }
        >
          <Input
            value={typed}
            onChange={({ detail }) => setTyped(detail.value)}
            ariaLabel={`Type ${confirmWord} to confirm`}
            autoComplete={false}
            spellcheck={false}
          />
        </FormField>
        {error !== undefined && <ProblemAlert error={error} />}
      </SpaceBetween>
    </Modal>
  );
}

import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import { useState } from 'react';
import { fileTexts } from './file-texts.ts';
import { type KeyFile, readKeyFile } from './key-files.ts';

interface PickerProps {
  readonly label: string;
  readonly onChange: (keys: readonly KeyFile[], fault: string | undefined) => void;
}

/** Public keys from files; what each is not is said beside it. */
export function KeyPicker({ label, onChange }: PickerProps) {
  const [files, setFiles] = useState<File[]>([]);
  const [fault, setFault] = useState<string>();
  const take = async (next: File[]) => {
    setFiles(next);
    try {
      const keys: KeyFile[] = [];
      for (const file of next) {
        if (file.size > 16_384) throw new Error(`${file.name} is too large for a key file`);
        keys.push(readKeyFile(await file.text()));
      }
      setFault(undefined);
      onChange(keys, undefined);
    } catch (error) {
      const text = error instanceof Error ? error.message : 'It cannot be read';
      setFault(text);
      onChange([], text);
    }
  };
  return (
    <FormField label={label} description="Public key files, as bulkhead keys create writes them" errorText={fault}>
      <FileUpload multiple value={files} onChange={({ detail }) => void take(detail.value)} i18nStrings={fileTexts} />
    </FormField>
  );
}

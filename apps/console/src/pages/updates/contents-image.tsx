import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import { useState } from 'react';
import { faultsOfImage, type ImageDraft } from './contents-draft.ts';
import { Line, NumberField, SoftwareField } from './fields.tsx';

/** Size and SHA-256 of a file, read here: nothing is uploaded. */
async function measure(file: File): Promise<Partial<ImageDraft>> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { sha256, length: String(file.size), fileName: file.name.replaceAll(/[^A-Za-z0-9._+-]/g, '_') };
}

interface ImageProps {
  readonly number: number;
  readonly image: ImageDraft;
  readonly onChange: (change: Partial<ImageDraft>) => void;
  readonly onRemove: () => void;
}

/** The file itself fills in what would be error-prone to type. Above 1 GiB the browser cannot hold it at once. */
function FromFile({ number, onChange }: Pick<ImageProps, 'number' | 'onChange'>) {
  const [note, setNote] = useState('');
  const read = (file: File | undefined) => {
    if (!file) return;
    if (file.size > 1_073_741_824 || !globalThis.isSecureContext) {
      setNote('Too large to be read here: type size and SHA-256 as sha256sum says.');
      return;
    }
    setNote('Reading…');
    void measure(file).then((found) => {
      setNote(`Read ${file.name}`);
      onChange(found);
    });
  };
  return (
    <FormField
      label="Fill in from the file"
      description="It is only measured here; it is uploaded to the image repository"
      constraintText={note}
    >
      <input
        type="file"
        aria-label={`File of image ${number}`}
        onChange={(event) => read(event.currentTarget.files?.[0])}
      />
    </FormField>
  );
}

/** One image for one ECU role. */
export function ImageForm({ number, image, onChange, onRemove }: ImageProps) {
  const faults = faultsOfImage(image);
  // a complete image is folded when the page opens, never while one types
  const [open, setOpen] = useState(Object.keys(faults).length > 0);
  return (
    <ExpandableSection
      variant="container"
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
      headerText={`Image ${number}: ${image.role || 'no ECU yet'}, ${image.software || 'no software yet'}`}
      headerActions={
        <Button ariaLabel={`Remove image ${number}`} onClick={onRemove}>
          Remove
        </Button>
      }
    >
      <ColumnLayout columns={2}>
        <Line label="ECU role" value={image.role} error={faults.role} onChange={(role) => onChange({ role })} />
        <SoftwareField
          label="Software it brings"
          value={image.softwareId}
          shown={image.software}
          error={faults.softwareId}
          onChange={() => {}}
          onPick={(softwareId, software) => onChange({ softwareId, software })}
        />
        <Line
          label="Fits hardware"
          description="Part numbers between commas, or PARTNUMBER/HARDWAREVERSION"
          value={image.hardwareIds}
          error={faults.hardwareIds}
          onChange={(hardwareIds) => onChange({ hardwareIds })}
        />
        <SoftwareField
          label="Compared with the version"
          description="For the differences in components and vulnerabilities"
          none="None"
          value={image.fromSoftwareId}
          shown={image.fromSoftware}
          onChange={() => {}}
          onPick={(fromSoftwareId, fromSoftware) => onChange({ fromSoftwareId, fromSoftware })}
        />
        <FromFile number={number} onChange={onChange} />
        <Line
          label="File name"
          value={image.fileName}
          error={faults.fileName}
          onChange={(fileName) => onChange({ fileName })}
        />
        <Line label="SHA-256" value={image.sha256} error={faults.sha256} onChange={(sha256) => onChange({ sha256 })} />
        <NumberField
          label="Size"
          unit="Bytes"
          value={image.length}
          error={faults.length}
          onChange={(length) => onChange({ length })}
        />
        <NumberField
          label="Release counter"
          description="Never goes down: an ECU refuses a lower one"
          value={image.releaseCounter}
          error={faults.releaseCounter}
          onChange={(releaseCounter) => onChange({ releaseCounter })}
        />
      </ColumnLayout>
    </ExpandableSection>
  );
}

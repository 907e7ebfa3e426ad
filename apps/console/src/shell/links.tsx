import Link from '@cloudscape-design/components/link';
import { paths } from '../paths.ts';

const mono = (text: string) => <span className="bh-mono">{text}</span>;

/** Links along the digital thread: model, vehicle, ECU, certificate, software, SBOM. An unknown end is a dash. */
export function VinLink({ vin }: { vin: string | null }) {
  return vin ? <Link href={paths.vehicle(vin)}>{mono(vin)}</Link> : '–';
}

export function EcuLink({ serial }: { serial: string | null }) {
  return serial ? <Link href={paths.ecu(serial)}>{mono(serial)}</Link> : '–';
}

export function ModelLink({ code, name }: { code: string; name?: string }) {
  return <Link href={paths.model(code)}>{name ?? code}</Link>;
}

export function CertificateLink({ serial }: { serial: string }) {
  return <Link href={paths.certificate(serial)}>{mono(serial)}</Link>;
}

export function SoftwareLink({ id, name }: { id: string | null; name: string }) {
  return id ? <Link href={paths.software(id)}>{name}</Link> : name;
}

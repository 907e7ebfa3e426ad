import { type DialectName, type PublicKey, publicKey } from '@bulkhead/uptane';
import { inTransaction } from '../../platform/db/database.ts';
import type { Device } from '../identity/index.ts';
import type { InventoryDevice } from '../inventory/index.ts';
import type { DirectorDeps } from './deps.ts';
import { Refusal } from './domain/error.ts';
import { type RegisteredEcu, type Registration, readRegistration } from './domain/registration.ts';
import type { SecurityEvents } from './security-events.ts';
import { createDirectorStore } from './store.ts';
import type { EcuKeyTable } from './tables.ts';
import { createDirectorViews } from './views.ts';

const schemes = { ed25519: 'ed25519', rsa: 'rsassa-pss-sha256', ecdsa: 'ecdsa-sha2-nistp256' } as const;

export const keyOfRow = ({ key_type, key_value }: Pick<EcuKeyTable, 'key_type' | 'key_value'>): PublicKey =>
  publicKey(key_type, { keytype: key_type, scheme: schemes[key_type], value: key_value });

/**
 * Takes the keys of a vehicle's ECUs, once: the first key that an ECU of the inventory comes with, under the certificate of
 * its Primary, is the one its reports are verified with from then on (requirement S21). Another key later needs an
 * operator's word.
 */
export function createRegistering(deps: DirectorDeps, tellEvents: SecurityEvents) {
  return async (device: Device, body: unknown, dialect: DialectName): Promise<void> => {
    const registration = readRegistration(body, dialect);
    try {
      await inTransaction(deps.db, async (tx) => {
        const ecus = await deps.inventory.devicesOf(device.vin);
        await requireOwn(deps, device, registration, ecus);
        await register({ ...deps, db: tx }, device, registration, ecus, dialect);
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await inTransaction(deps.db, (tx) => tellEvents(tx, device, [observed(error)]));
      throw error;
    }
  };
}

const observed = (error: Refusal) => {
  const kind = { foreign_ecu: 'foreign-ecu', unknown_ecu: 'unknown-ecu', ecu_already_registered: 'key-conflict' }[
    error.code as string
  ];
  return {
    type: `uptane.${kind ?? 'registration-refused'}`,
    severity: kind === undefined || kind === 'unknown-ecu' ? 'medium' : 'high',
    ecuSerial: error.fields.ecuSerial,
    data: { code: error.code, detail: error.message.slice(0, 500) },
  } as const;
};

const refuseEcu = (code: Refusal['code'], serial: string, detail: string) =>
  new Refusal(code, detail, { fields: { ecuSerial: serial } });

/** Whoever registers is the Primary, speaks for its own vehicle only, and is allowed to speak for others. */
async function requireOwn(
  { inventory }: DirectorDeps,
  { vin, serial: caller }: Device,
  { primarySerial, ecus }: Registration,
  known: readonly InventoryDevice[],
): Promise<void> {
  const bySerial = new Map(known.filter(({ state }) => state !== 'retired').map((ecu) => [ecu.serial, ecu]));
  for (const { serial, hardwareId } of ecus) {
    const ecu = bySerial.get(serial);
    if (!ecu) {
      const elsewhere = await inventory.ecuForEnrolment({ serial });
      throw elsewhere && elsewhere.vin !== vin
        ? refuseEcu('foreign_ecu', serial, `ECU ${serial} belongs to another vehicle`)
        : refuseEcu('unknown_ecu', serial, `ECU ${serial} is not in the inventory of ${vin}`);
    }
    const { partNumber, hardwareVersion } = ecu;
    const ids = [partNumber, ...(hardwareVersion === null ? [] : [`${partNumber}/${hardwareVersion}`])];
    // images are chosen by part number: an id of its own would never meet one
    if (!ids.includes(hardwareId))
      throw refuseEcu(
        'wrong_hardware',
        serial,
        `ECU ${serial} is ${ids.join(' or ')} in the inventory, not ${hardwareId}`,
      );
  }
  if (primarySerial !== caller)
    throw refuseEcu('not_primary', caller, `The certificate is that of ECU ${caller}: it must be the Primary`);
  const primary = bySerial.get(caller);
  if (ecus.length > 1 && !primary?.gateway && primary?.function !== 'telematics')
    throw refuseEcu(
      'not_primary',
      caller,
      `ECU ${caller} is neither gateway nor telematics unit: it speaks for itself only`,
    );
}

async function register(
  { db: tx, clock, audit }: DirectorDeps,
  { vin, serial: caller }: Device,
  { primarySerial, ecus }: Registration,
  inventory: readonly InventoryDevice[],
  dialect: DialectName,
): Promise<void> {
  const now = clock.now();
  const store = createDirectorStore(tx);
  const vehicle = await store.hold(vin);
  const known = new Map((await createDirectorViews(tx).ecus(vin)).map((row) => [row.serial, row]));
  const approved = (vehicle?.reregister_until?.getTime() ?? 0) > now.getTime();
  const changed = ecus.filter((ecu) => differs(ecu, known.get(ecu.serial)));
  const replaced = changed.filter(({ serial }) => known.has(serial));
  const moved = vehicle !== undefined && vehicle.primary_serial !== primarySerial;
  const [first] = replaced;
  if (first && !approved)
    throw refuseEcu(
      'ecu_already_registered',
      first.serial,
      `ECU ${first.serial} has registered another key or hardware id: have its replacement approved`,
    );
  if (moved && !approved)
    throw refuseEcu(
      'device_already_registered',
      primarySerial,
      `The Primary of ${vin} is ${vehicle.primary_serial}: have its replacement approved`,
    );
  if (vehicle && !moved && changed.length === 0) return; // the answer was lost on the way
  const ids = new Map(inventory.map(({ serial, ecuId }) => [serial, ecuId]));
  await store.putVehicle(vin, primarySerial, dialect, now);
  await store.putEcus(
    vin,
    ecus.map((ecu) => rowOf(vin, ids.get(ecu.serial) as string, ecu, ecu.serial === primarySerial, now)),
  );
  await audit(tx).append({
    action: 'director.register-ecus',
    subject: vin,
    by: { kind: 'vehicle', id: vin, name: `${vin} (${caller})` },
    details: {
      primary: primarySerial,
      added: changed.map(({ serial }) => serial),
      replaced: replaced.map(({ serial }) => serial),
    },
    at: now,
  });
}

const differs = ({ key, hardwareId }: RegisteredEcu, row: EcuKeyTable | undefined) =>
  !row || row.hardware_id !== hardwareId || keyOfRow(row).identity !== key.identity;

const rowOf = (
  vin: string,
  ecuId: string,
  { serial, hardwareId, key }: RegisteredEcu,
  isPrimary: boolean,
  at: Date,
): EcuKeyTable => ({
  ecu_id: ecuId,
  vin,
  serial,
  hardware_id: hardwareId,
  is_primary: isPrimary,
  key_type: key.type as EcuKeyTable['key_type'],
  key_value: key.value,
  registered_at: at,
});

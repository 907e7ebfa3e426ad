import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;
const Port = Type.Integer({ minimum: 0, maximum: 65535 });
const Host = Type.String({ minLength: 1, maxLength: 253 });

/** Marks a setting that is never printed and that a `..._FILE` variable may supply. */
const secret = (description: string) => Type.String({ description, secret: true, default: '' });
const text = (description: string, value: string) => Type.String({ description, default: value, maxLength: 1000 });
const port = (description: string, value: number) => ({ ...Port, description, default: value }) as typeof Port;
const host = (description: string, value: string) => ({ ...Host, description, default: value }) as typeof Host;
const whole = (description: string, value: number, minimum: number, maximum: number) =>
  Type.Integer({ description, default: value, minimum, maximum });
const flag = (description: string, value: boolean) => Type.Boolean({ description, default: value });

/** Every setting of the server, with its meaning and its default; docs/reference/config.md is generated from it. */
export const ConfigSchema = Type.Object(
  {
    data: Type.Object({ directory: text('Where the embedded database, keys and uploads live', './data') }, closed),
    database: Type.Object(
      {
        url: secret('PostgreSQL 15 or newer as postgres://...; empty starts the embedded PostgreSQL'),
        maxConnections: whole('Connections this replica may hold', 20, 4, 500),
      },
      closed,
    ),
    http: Type.Object(
      {
        host: host('Plain HTTP for console, API, CRL and OCSP; loopback addresses only', '127.0.0.1'),
        port: port('Port of plain HTTP', 8080),
        tlsHost: host('Address of HTTPS for console and API', '127.0.0.1'),
        tlsPort: port('Port of HTTPS for console and API', 8443),
        hostnames: Type.Array(Host, {
          description: 'Names the console is reached by besides localhost; they go into the server certificate',
          default: [],
          maxItems: 20,
        }),
        maxUploadBytes: whole('Largest single upload in bytes', 67_108_864, 1024, 1_073_741_824),
      },
      closed,
    ),
    vehicles: Type.Object(
      {
        host: host('Address of the vehicle front doors', '127.0.0.1'),
        mqttPort: port('MQTT over mutual TLS', 8883),
        estPort: port('EST, CRL and OCSP over TLS', 8444),
        hostnames: Type.Array(Host, {
          description: 'Names vehicles reach the front doors by; they go into the server certificate',
          default: [],
          maxItems: 20,
        }),
        publicPkiUrl: text(
          'Base of the CRL and OCSP addresses written into certificates; empty means plain HTTP of this server',
          '',
        ),
        minTls: Type.Unsafe<'1.2' | '1.3'>({
          type: 'string',
          enum: ['1.2', '1.3'],
          default: '1.3',
          description: 'Oldest TLS version the MQTT front door speaks',
        }),
        maxPayloadBytes: whole('Largest MQTT payload in bytes', 131_072, 1024, 1_048_576),
        messagesPerSecond: whole('Messages a second that one connection may send over time', 100, 1, 1_000_000),
        inFlight: whole('Messages a device may have unacknowledged', 100, 1, 65_535),
      },
      closed,
    ),
    metrics: Type.Object(
      {
        port: port('Prometheus metrics, loopback only; 0 picks a free port', 9464),
        enabled: flag('Serve metrics', true),
      },
      closed,
    ),
    log: Type.Object(
      {
        level: Type.Unsafe<string>({
          type: 'string',
          enum: ['debug', 'info', 'warn', 'error', 'silent'],
          default: 'info',
          description: 'Least severity that is logged',
        }),
      },
      closed,
    ),
    keys: Type.Object(
      {
        passphrase: secret(
          'Protects the key store; empty uses a random master key kept in the data directory with mode 0600',
        ),
      },
      closed,
    ),
    admin: Type.Object(
      {
        email: text('E-mail of the first operator for unattended set-up; used only while there are no operators', ''),
        password: secret(
          'Password of that operator (at least 12 characters); the address for an authenticator app is written to admin-totp in the data directory',
        ),
      },
      closed,
    ),
    bootstrap: Type.Object(
      {
        tokenFile: text(
          'Write an API token of role provisioner (with demo.enabled also engineer and administrator), valid one day, to this file (mode 0600) at each start; empty writes none',
          '',
        ),
      },
      closed,
    ),
    images: Type.Object(
      {
        maxBytes: whole('Largest image for vehicles in bytes', 68_719_476_736, 1_048_576, 1_099_511_627_776),
        reserveBytes: whole('Bytes of the disk that images leave free', 536_870_912, 0, 1_099_511_627_776),
      },
      closed,
    ),
    notifications: Type.Object(
      {
        smtpHost: text('Mail server that takes the notifications; empty means that mail channels cannot be made', ''),
        smtpPort: port('Port of the mail server', 587),
        smtpSecure: Type.Unsafe<'starttls' | 'tls' | 'none'>({
          type: 'string',
          enum: ['starttls', 'tls', 'none'],
          default: 'starttls',
          description:
            'How mail is protected: STARTTLS required, TLS from the first byte, or none (a relay on this machine)',
        }),
        smtpUser: text('User name at the mail server; empty sends without signing in', ''),
        smtpPassword: secret('Password at the mail server'),
        smtpFrom: text('Sender of the mails, as an address or "Name <address>"', ''),
        consoleUrl: text(
          'Address of the console that links in notifications begin with; empty means its first host name, or localhost',
          '',
        ),
        allowHosts: Type.Array(Host, {
          description: 'Hosts that webhooks may reach although their address is private',
          default: [],
          maxItems: 50,
        }),
        allowLoopback: flag('Let webhooks reach this machine, also over plain HTTP; for trials', false),
      },
      closed,
    ),
    vulnerabilities: Type.Object(
      {
        directory: text(
          'Directory below which sources of advisories may read files, for sites without internet; empty means none',
          '',
        ),
        allowHosts: Type.Array(Host, {
          description: 'Hosts that sources may be fetched from although their address is private, such as a mirror',
          default: [],
          maxItems: 50,
        }),
        allowLoopback: flag('Let sources be fetched from this machine, also over plain HTTP; for trials', false),
        maxDownloadBytes: whole(
          'Largest file that a source may fetch, in bytes',
          4_294_967_296,
          1_048_576,
          68_719_476_736,
        ),
        vexAuthor: text('Who states what in VEX documents of this platform: your organisation', 'Product security'),
        vexNamespace: text('URI under which your organisation publishes; empty means the address of the console', ''),
      },
      closed,
    ),
    demo: Type.Object(
      {
        enabled: flag(
          'Run a demonstration: badges the console and gives the bootstrap token the roles engineer and administrator. Never for a real fleet',
          false,
        ),
      },
      closed,
    ),
  },
  closed,
);
export type Config = Static<typeof ConfigSchema>;

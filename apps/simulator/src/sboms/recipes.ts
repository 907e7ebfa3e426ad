/** What is in each program, release by release: versions oldest first, the last one holds for what follows. */
export interface Recipe {
  /** Name of a source -> its versions, separated by blanks. */
  readonly open: Readonly<Record<string, string>>;
  /** Modules of suppliers that publish neither package URL nor CPE: nothing can be matched to them. */
  readonly closed: readonly { readonly supplier: string; readonly versions: string; readonly modules: string }[];
}

const embeddedLinux: Recipe['open'] = {
  linux: '5.15.78 5.15.119 5.15.148',
  'u-boot': '2022.01 2023.04 2024.01',
  'trusted-firmware-a': '2.6 2.8 2.10',
  'optee-os': '3.18.0 3.21.0 4.1.0',
  glibc: '2.35 2.37 2.38',
  busybox: '1.35.0 1.36.0 1.36.1',
  bash: '5.1.16 5.2.15 5.2.21',
  systemd: '250.9 252.22 255.4',
  dbus: '1.14.0 1.14.6 1.14.10',
  glib: '2.72.3 2.74.6 2.78.4',
  'util-linux': '2.37.4 2.38.1 2.39.3',
  e2fsprogs: '1.46.5 1.47.0',
  libcap: '2.64 2.66 2.69',
  ncurses: '6.3 6.4',
  readline: '8.1.2 8.2',
  pcre2: '10.40 10.42',
  zlib: '1.2.11 1.2.13 1.3.1',
  xz: '5.2.5 5.2.6 5.4.2',
  lz4: '1.9.3 1.9.4',
  zstd: '1.5.2 1.5.4 1.5.5',
  libarchive: '3.6.1 3.6.2 3.7.2',
  expat: '2.4.9 2.5.0 2.6.2 2.6.4',
  'json-c': '0.15 0.16 0.17',
  openssl: '3.0.7 3.0.9 3.0.13',
  iproute2: '5.17.0 6.1.0 6.7.0',
  nftables: '1.0.2 1.0.7 1.0.9',
  libmnl: '1.0.5',
  libnftnl: '1.2.1 1.2.5 1.2.6',
  swupdate: '2022.05 2022.12 2023.12',
  libubootenv: '0.3.2 0.3.3 0.3.5',
};

const connectivity: Recipe['open'] = {
  curl: '7.86.0 8.1.2 8.5.0',
  nghttp2: '1.47.0 1.52.0 1.57.0',
  'c-ares': '1.18.1 1.19.0 1.27.0',
  wpa_supplicant: '2.9 2.10',
  libnl: '3.5.0 3.7.0 3.9.0',
  bluez: '5.64 5.66 5.72',
};

const infotainment: Recipe['open'] = {
  gstreamer: '1.20.5 1.22.8',
  'gst-plugins-base': '1.20.5 1.22.8',
  'gst-plugins-good': '1.20.5 1.22.8',
  'gst-plugins-bad': '1.20.5 1.22.8',
  ffmpeg: '5.1.2 6.0.1',
  'alsa-lib': '1.2.8 1.2.10',
  opus: '1.3.1 1.4',
  flac: '1.4.2 1.4.3',
  libvorbis: '1.3.7',
  libogg: '1.3.5',
  libvpx: '1.12.0 1.13.1',
  dav1d: '1.0.0 1.3.0',
  wayland: '1.21.0 1.22.0',
  mesa: '22.3.5 23.3.5',
  libdrm: '2.4.115 2.4.120',
  libinput: '1.22.1 1.25.0',
  freetype: '2.12.1 2.13.2',
  harfbuzz: '5.3.1 8.3.0',
  fontconfig: '2.14.1 2.15.0',
  libpng: '1.6.39 1.6.42',
  'libjpeg-turbo': '2.1.5 3.0.1',
  icu: '72.1 74.2',
  libxml2: '2.9.14 2.10.4 2.12.5',
  sqlite: '3.38.5 3.41.2 3.45.1',
};

const qt: Recipe['open'] = {
  qtbase: '6.2.4 6.5.3',
  qtdeclarative: '6.2.4 6.5.3',
  qtmultimedia: '6.2.4 6.5.3',
  qtsvg: '6.2.4 6.5.3',
  qtwayland: '6.2.4 6.5.3',
};

/** The modules of a classic AUTOSAR stack, which come from one vendor under one version. */
const autosar = {
  supplier: 'Ostra Basic Software',
  versions: 'R22-11.3 R23-11.1',
  modules:
    'Os Rte EcuM BswM WdgM Com PduR CanIf CanSM CanTp CanTrcv Dcm Dem FiM Det NvM MemIf Fee Fls Csm CryIf SecOC E2E StbM Xcp',
};

const smallController: Recipe['open'] = {
  'freertos-kernel': '10.4.6 10.5.1 11.0.1',
  newlib: '4.1.0 4.2.0 4.3.0',
  cmsis: '5.8.0 5.9.0',
  mcuboot: '1.9.0 1.10.0 2.0.0',
  littlefs: '2.4.2 2.5.1 2.8.1',
  nanopb: '0.4.6 0.4.7 0.4.8',
};

const sensor: Recipe = {
  open: { newlib: '4.1.0 4.2.0', cmsis: '5.8.0 5.9.0' },
  closed: [
    { supplier: 'Okuno Sensors', versions: '1.2 1.3', modules: 'application boot calibration self-test' },
    {
      supplier: 'Ostra Basic Software',
      versions: 'LIN-2.2.4 LIN-2.2.5',
      modules: 'LinIf Lin LinTrcv Mcu Port Dio Adc Gpt Wdg NvM',
    },
  ],
};

export const recipes: Readonly<Record<string, Recipe>> = Object.freeze({
  'tcu-os': {
    open: {
      ...embeddedLinux,
      ...connectivity,
      hostapd: '2.9 2.10',
      dnsmasq: '2.86 2.87 2.90',
      iptables: '1.8.7 1.8.9 1.8.10',
      ppp: '2.4.9 2.4.9 2.5.0',
      modemmanager: '1.18.6 1.20.6 1.22.0',
      libqmi: '1.30.4 1.32.4 1.34.0',
      libmbim: '1.26.2 1.28.4 1.30.0',
      gpsd: '3.23.1 3.24 3.25',
      chrony: '4.2 4.3 4.5',
      mosquitto: '2.0.14 2.0.15 2.0.18',
      cjson: '1.7.15 1.7.16 1.7.17',
      libwebsockets: '4.3.0 4.3.2 4.3.3',
      libpcap: '1.10.1 1.10.3 1.10.4',
      libusb: '1.0.25 1.0.26 1.0.27',
      sqlite: '3.38.5 3.41.2 3.45.1',
      vsomeip: '3.1.20 3.3.8 3.4.10',
      boost: '1.78.0 1.81.0 1.84.0',
      protobuf: '3.20.3 21.12 25.3',
      'abseil-cpp': '20220623.1 20230125.3 20230802.1',
    },
    closed: [
      { supplier: 'Halden Telematik', versions: '7.2 7.3 7.4 7.5 7.5.1', modules: 'ecall v2x-stack remote-services' },
    ],
  },
  'tcu-modem': {
    open: { mbedtls: '2.28.1 2.28.7', lwip: '2.1.2 2.1.3', zlib: '1.2.11 1.2.13' },
    closed: [
      {
        supplier: 'Sundr Baseband',
        versions: 'MPSS.4.1 MPSS.4.3',
        modules: 'rtos nas rrc lte-phy nr-phy ims uim sim-toolkit gnss-engine qmi-services filesystem boot',
      },
    ],
  },
  'cgw-os': {
    open: {
      ...embeddedLinux,
      lwip: '2.1.2 2.1.3 2.2.0',
      vsomeip: '3.1.20 3.3.8 3.4.10',
      boost: '1.78.0 1.81.0 1.84.0',
      iptables: '1.8.7 1.8.9 1.8.10',
      'can-utils': '2021.08.0 2023.03',
      libpcap: '1.10.1 1.10.3 1.10.4',
      cjson: '1.7.15 1.7.16 1.7.17',
      'paho.mqtt.c': '1.3.10 1.3.12 1.3.13',
    },
    closed: [
      { supplier: 'Vasa Networks', versions: '3.8 3.9 4.0', modules: 'router firewall doip-server secoc-relay' },
    ],
  },
  'ivi-brisa': {
    open: { ...embeddedLinux, ...connectivity, ...infotainment, ...qt },
    closed: [{ supplier: 'Corvus Interiors', versions: '2026.1 2026.3', modules: 'navigation tuner phone-projection' }],
  },
  'ivi-meridian': {
    open: {
      linux: '5.15.78 5.15.119 5.15.148',
      toybox: '0.8.8 0.8.9 0.8.10',
      tinyalsa: '2.0.0',
      'trusted-firmware-a': '2.6 2.8 2.10',
      e2fsprogs: '1.46.5 1.47.0',
      iptables: '1.8.7 1.8.9 1.8.10',
      wpa_supplicant: '2.9 2.10',
      zlib: '1.2.11 1.2.13 1.3.1',
      expat: '2.4.9 2.5.0 2.6.2',
      curl: '7.86.0 8.1.2 8.5.0',
      openssl: '3.0.7 3.0.9 3.0.13',
      nghttp2: '1.47.0 1.52.0 1.57.0',
      'c-ares': '1.18.1 1.19.0 1.27.0',
      ...infotainment,
      okhttp: '4.9.3 4.11.0 4.12.0',
      okio: '2.8.0 3.2.0 3.6.0',
      retrofit: '2.9.0',
      gson: '2.8.9 2.10 2.10.1',
      'protobuf-javalite': '3.21.12 3.24.4 3.25.1',
      'kotlin-stdlib': '1.7.20 1.8.22 1.9.22',
      'kotlinx-coroutines-core': '1.6.4 1.7.3',
      core: '1.9.0 1.10.1 1.12.0',
      appcompat: '1.5.1 1.6.1',
      'media3-exoplayer': '1.0.2 1.1.1 1.2.1',
      glide: '4.14.2 4.15.1 4.16.0',
      'bcprov-jdk18on': '1.72 1.73 1.77',
    },
    closed: [
      { supplier: 'Corvus Interiors', versions: '14.2 14.4 15.0', modules: 'navigation tuner voice vehicle-hal' },
    ],
  },
  'atlas-hmi': {
    open: {
      linux: '5.15.119 5.15.148',
      'u-boot': '2022.01 2023.04',
      busybox: '1.36.0 1.36.1',
      glibc: '2.37 2.38',
      openssl: '3.0.9 3.0.13',
      zlib: '1.2.13 1.3.1',
      bluez: '5.66 5.72',
      glib: '2.74.6 2.78.4',
      dbus: '1.14.6 1.14.10',
      expat: '2.5.0 2.6.2',
      freetype: '2.12.1 2.13.2',
      harfbuzz: '5.3.1 8.3.0',
      libpng: '1.6.39 1.6.42',
      'libjpeg-turbo': '2.1.5 3.0.1',
      icu: '72.1 74.2',
      pcre2: '10.40 10.42',
      'alsa-lib': '1.2.8 1.2.10',
      sqlite: '3.41.2 3.45.1',
      qtbase: '6.2.4 6.5.3',
      qtdeclarative: '6.2.4 6.5.3',
      qtsvg: '6.2.4 6.5.3',
    },
    closed: [{ supplier: 'Corvus Interiors', versions: '5.1 5.2', modules: 'cluster tachograph-link' }],
  },
  'adas-perception': {
    open: {
      ...embeddedLinux,
      opencv: '4.6.0 4.9.0',
      onnxruntime: '1.13.1 1.17.0',
      eigen: '3.4.0',
      openblas: '0.3.21 0.3.26',
      'ceres-solver': '2.1.0 2.2.0',
      pcl: '1.12.1 1.14.0',
      protobuf: '21.12 25.3',
      flatbuffers: '22.11.23 23.5.26',
      'abseil-cpp': '20220623.1 20230802.1',
      'yaml-cpp': '0.7.0 0.8.0',
      fmt: '9.1.0 10.2.1',
      spdlog: '1.11.0 1.13.0',
      cyclonedds: '0.9.1 0.10.4',
      'fast-dds': '2.8.1 2.13.0',
      boost: '1.81.0 1.84.0',
      libpng: '1.6.39 1.6.42',
      'libjpeg-turbo': '2.1.5 3.0.1',
      cpython: '3.10.8 3.11.8',
      numpy: '1.23.5 1.26.4',
      pyyaml: '6.0 6.0.1',
      sqlite: '3.41.2 3.45.1',
    },
    closed: [
      { supplier: 'Perigon Vision', versions: '22.11 23.2', modules: 'camera-isp radar-fusion lane-net object-net' },
    ],
  },
  'ecm-hybrid-fw': {
    open: {},
    closed: [
      autosar,
      {
        supplier: 'Rhin Antrieb',
        versions: 'HP21.40 HP21.44',
        modules: 'torque battery-link engine inverter hsm-boot',
      },
    ],
  },
  'ecm-diesel-fw': {
    open: {},
    closed: [
      autosar,
      { supplier: 'Rhin Antrieb', versions: 'DP17.09 DP17.12', modules: 'injection exhaust turbo hsm-boot' },
    ],
  },
  'esp-fw': {
    open: {},
    closed: [
      autosar,
      { supplier: 'Brandt Fahrwerk', versions: '9.6 9.8', modules: 'abs yaw-control hydraulics hsm-boot' },
    ],
  },
  'eps-fw': {
    open: {},
    closed: [
      autosar,
      { supplier: 'Brandt Fahrwerk', versions: '5.0 5.1', modules: 'assist-torque motor-control hsm-boot' },
    ],
  },
  'bms-fw': {
    open: { ...smallController, mbedtls: '2.28.1 2.28.3 2.28.7', tinycrypt: '0.2.8' },
    closed: [
      {
        supplier: 'Tern Energy',
        versions: '1.18 1.19 1.20',
        modules: 'cell-balancing state-of-charge contactor isolation-monitor thermal can-stack uds-server',
      },
    ],
  },
  'obc-fw': {
    open: {
      ...smallController,
      lwip: '2.1.3 2.2.0',
      wolfssl: '5.5.4 5.6.6',
      libcbv2g: '0.2.0',
      expat: '2.5.0 2.6.2',
      cjson: '1.7.16 1.7.17',
    },
    closed: [
      {
        supplier: 'Tern Energy',
        versions: '2.3 2.4',
        modules: 'iso15118-session plc-driver rectifier can-stack uds-server',
      },
    ],
  },
  'bcm-fw': {
    open: { ...smallController, mbedtls: '2.28.3 2.28.7', 'micro-ecc': '1.1', tinycbor: '0.6.0' },
    closed: [
      {
        supplier: 'Lindqvist Elektronik',
        versions: '30.4 30.6',
        modules: 'keyless-entry immobiliser doors lights lin-master uwb-ranging ble-controller can-stack uds-server',
      },
    ],
  },
  'rls-fw': sensor,
  'cds-fw': sensor,
});

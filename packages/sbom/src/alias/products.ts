/**
 * Under which vendor and product the CPE dictionary knows widespread embedded software whose recipe or package goes by
 * another name, or by one that several vendors share. Facts for suggestions only: a person confirms each once.
 */
const products: ReadonlyMap<string, string> = new Map(
  `acl=acl_project:acl attr=attr_project:attr avahi=avahi:avahi bash=gnu:bash bind=isc:bind binutils=gnu:binutils
  bluez=bluez:bluez bluez5=bluez:bluez boost=boost:boost busybox=busybox:busybox bzip2=bzip:bzip2 c-ares=c-ares:c-ares
  cairo=cairographics:cairo connman=intel:connman coreutils=gnu:coreutils cpio=gnu:cpio cups=openprinting:cups
  curl=haxx:curl dbus=freedesktop:dbus dnsmasq=thekelleys:dnsmasq dropbear=dropbear_ssh_project:dropbear_ssh
  e2fsprogs=e2fsprogs_project:e2fsprogs elfutils=elfutils_project:elfutils expat=libexpat_project:libexpat
  ffmpeg=ffmpeg:ffmpeg file=file_project:file flac=xiph:flac freertos=amazon:freertos freetype=freetype:freetype
  gcc=gnu:gcc gdk-pixbuf=gnome:gdk-pixbuf glib=gnome:glib glib-2.0=gnome:glib glibc=gnu:glibc gmp=gmplib:gmp
  gnupg=gnupg:gnupg gnutls=gnu:gnutls grep=gnu:grep grpc=grpc:grpc grub=gnu:grub2 gzip=gnu:gzip hostapd=w1.fi:hostapd
  icu=icu-project:international_components_for_unicode iproute2=iproute2_project:iproute2 iptables=netfilter:iptables
  json-c=json-c_project:json-c krb5=mit:kerberos_5 libarchive=libarchive:libarchive libcap=libcap_project:libcap
  libevent=libevent_project:libevent libffi=libffi_project:libffi libgcrypt=gnupg:libgcrypt
  libjpeg-turbo=libjpeg-turbo:libjpeg-turbo libksba=gnupg:libksba libmodbus=libmodbus:libmodbus libpcap=tcpdump:libpcap
  libpng=libpng:libpng libsndfile=libsndfile_project:libsndfile libsolv=opensuse:libsolv libssh2=libssh2:libssh2
  libtasn1=gnu:libtasn1 libusb=libusb:libusb libwebsockets=warmcat:libwebsockets libx11=x.org:libx11 libxml2=xmlsoft:libxml2
  libxslt=xmlsoft:libxslt libyaml=pyyaml:libyaml linux=linux:linux_kernel linux-yocto=linux:linux_kernel
  linux-kernel=linux:linux_kernel kernel=linux:linux_kernel lwip=lwip_project:lwip lz4=lz4_project:lz4 lua=lua:lua
  mbedtls=arm:mbed_tls mosquitto=eclipse:mosquitto mpfr=mpfr:gnu_mpfr ncurses=gnu:ncurses net-snmp=net-snmp:net-snmp
  nghttp2=nghttp2:nghttp2 nodejs=nodejs:node.js nss=mozilla:nss ntp=ntp:ntp openssh=openbsd:openssh openssl=openssl:openssl
  openvpn=openvpn:openvpn opkg=opkg_project:opkg pam=linux-pam:linux-pam libpam=linux-pam:linux-pam pango=gnome:pango
  patch=gnu:patch pcre=pcre:pcre pcre2=pcre:pcre2 perl=perl:perl polkit=polkit_project:polkit protobuf=google:protobuf
  python3=python:python qtbase=qt:qt readline=gnu:readline rsync=samba:rsync shadow=shadow_project:shadow
  socat=dest-unreach:socat sqlite=sqlite:sqlite sqlite3=sqlite:sqlite squashfs-tools=squashfs-tools_project:squashfs-tools
  strongswan=strongswan:strongswan sudo=sudo_project:sudo systemd=systemd_project:systemd tar=gnu:tar tcpdump=tcpdump:tcpdump
  tiff=libtiff:libtiff tpm2-tss=tpm2_software_stack_project:tpm2_software_stack trusted-firmware-a=arm:trusted_firmware-a
  tzdata=iana:tz_database u-boot=denx:u-boot unzip=info-zip:unzip util-linux=kernel:util-linux vim=vim:vim vsomeip=covesa:vsomeip
  wayland=wayland:wayland wget=gnu:wget wolfssl=wolfssl:wolfssl wpa-supplicant=w1.fi:wpa_supplicant xz=tukaani:xz
  zephyr=zephyrproject:zephyr zlib=zlib:zlib zstd=facebook:zstandard`
    .split(/\s+/)
    .map((entry) => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1)] as const;
    }),
);

/** Libraries whose package does not carry the name of its recipe. */
const recipes: ReadonlyMap<string, string> = new Map(
  `libssl=openssl libcrypto=openssl libz=zlib libc=glibc libstdc++=gcc libgcc=gcc libatomic=gcc libsystemd=systemd
  libudev=systemd udev=systemd libblkid=util-linux libmount=util-linux libuuid=util-linux libfdisk=util-linux
  libsmartcols=util-linux libcom-err=e2fsprogs libext2fs=e2fsprogs libss=e2fsprogs libtinfo=ncurses libncursesw=ncurses
  libncurses=ncurses liblzma=xz libbz2=bzip2 libexpat=expat libnl=libnl libturbojpeg=libjpeg-turbo libjpeg=libjpeg-turbo
  libpython3=python3 libnss=nss libasound=alsa-lib libdw=elfutils libelf=elfutils libmbedcrypto=mbedtls libmbedtls=mbedtls
  libmbedx509=mbedtls libkrb5=krb5 libgssapi-krb5=krb5`
    .split(/\s+/)
    .map((entry) => entry.split('=') as [string, string]),
);

export function productOf(recipe: string): { vendor: string; product: string } | undefined {
  const found = products.get(recipe)?.split(':');
  return found ? { vendor: found[0] ?? '', product: found[1] ?? '' } : undefined;
}

export function recipeOfLibrary(library: string): string | undefined {
  return recipes.get(library);
}

/** Packages called `linux-...` that are not the kernel, or not code of it that runs. */
const notKernel =
  /^linux-(firmware|libc|headers|kernel-headers|pam|base|doc|docs|tools|perf|atm|wlan|user|cpupower|sysctl|source|api|audit|igd|modules-extra-doc|util|logo|router|vm-tools|sgx|aio|kbuild|compiler|bpf|hyperv|mei)/;

/** Whether a component of this name is a Linux kernel: `linux`, `linux_kernel`, `linux-yocto`, `kernel-image-6.1.55`. */
export function isKernelName(name: string): boolean {
  const folded = name.trim().toLowerCase().replaceAll('_', '-');
  if (/^(linux|linux-kernel|kernel-image)$/.test(folded) || /^kernel-image-\d/.test(folded)) return true;
  return folded.startsWith('linux-') && !notKernel.test(folded);
}

/** Whether a record's vendor and product mean the kernel of kernel.org. */
export function isKernelProduct(vendor: string | undefined, product: string | undefined): boolean {
  const name = product
    ?.trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  if (name !== 'linux' && name !== 'linux_kernel') return false;
  const maker = vendor
    ?.trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  return (
    maker === undefined || maker === 'linux' || maker === 'kernel' || maker === 'linux_kernel' || maker === 'kernel.org'
  );
}

/** The part of a kernel's version that the kernel team gave it: a vendor's `-rt16`, `-yocto-standard`, `+git...` go. */
export function kernelVersion(text: string): string | undefined {
  return /^v?(\d{1,4}(?:\.\d{1,6}){1,3}(?:-rc\d{1,3})?)/i.exec(text.trim())?.[1]?.toLowerCase();
}

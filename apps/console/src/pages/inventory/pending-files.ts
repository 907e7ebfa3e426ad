/** Files whose upload is under way in this window. After a reload the person picks the file again and it goes on. */
const files = new Map<string, File>();

export function keepFile(importId: string, file: File): void {
  files.set(importId, file);
}

export function keptFile(importId: string): File | undefined {
  return files.get(importId);
}

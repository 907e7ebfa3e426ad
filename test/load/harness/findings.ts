/** What profiles showed, by figure; printed under the table of the reference page. Change it when the code changes. */
export const findings: Readonly<Record<string, string>> = Object.freeze({});

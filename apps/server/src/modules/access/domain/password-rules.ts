/** Words that open most guessed passwords; compared after lower-casing and undoing the usual digit-for-letter swaps. */
const common = [
  'password',
  'passwort',
  'qwerty',
  'letmein',
  'welcome',
  'admin',
  'bulkhead',
  'changeme',
  'iloveyou',
  'dragon',
  'football',
  'monkey',
];

const unleet = (text: string) =>
  text
    .toLowerCase()
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('3', 'e')
    .replaceAll('4', 'a')
    .replaceAll('5', 's')
    .replaceAll('$', 's')
    .replaceAll('@', 'a');

/** Why a password is too weak, or undefined. Length over composition (NIST SP 800-63B s5.1.1.2). */
export function passwordWeakness(password: string, email: string): string | undefined {
  if ([...password].length < 12) return 'Use at least 12 characters; a short sentence is fine.';
  if (new Set(password).size < 6) return 'Use more different characters.';
  // digits and signs at the end are what people add to a guessed word
  const plain = unleet(password.replace(/[^a-zA-Z]+$/, ''));
  const local = (email.split('@')[0] ?? '').toLowerCase();
  if (local.length >= 4 && plain.includes(local)) return 'The password must not hold your e-mail name.';
  const rest = common.reduce((left, word) => left.replaceAll(word, ''), plain).replaceAll(/[^a-z]/g, '');
  if (rest.length < 4) return 'The password is built from one of the most guessed words; choose other ones.';
  return undefined;
}

// Time zones by name. Node and PostgreSQL know different old and short names, and "IST" isn't the same zone in both:
// what is kept and asked for is a name of the IANA database that both know.

const known: ReadonlySet<string> = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);
const canonical = new Map<string, string | null>();

/** The name by which Node and PostgreSQL know a zone: `Asia/Shanghai` of `PRC`; null when it isn't one. */
export function zoneName(name: string): string | null {
  if (name.length > 60) return null;
  let found = canonical.get(name);
  if (found === undefined) {
    found = canonicalOf(name);
    if (canonical.size >= 1_000) canonical.clear();
    canonical.set(name, found);
  }
  return found;
}

function canonicalOf(name: string): string | null {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return known.has(timeZone) || /^Etc\/GMT[+-]\d{1,2}$/.test(timeZone) ? timeZone : null;
  } catch {
    return null;
  }
}

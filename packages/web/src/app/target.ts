/** Only pages of our own: never another site. */
export function safeTarget(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])/.test(to) ? to : '/';
}

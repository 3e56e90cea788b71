/** Our sign: two threads that become one. */
export function Mark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" style={{ flex: 'none' }}>
      <rect width="32" height="32" rx="8.5" fill="var(--accent)" />
      <path
        d="M7 9.5c5.2 0 5.2 6.5 9 6.5h9M7 22.5c5.2 0 5.2-6.5 9-6.5"
        stroke="var(--accent-ink)"
        strokeWidth="2.6"
        strokeLinecap="round"
        fill="none"
      />
      <circle cx="25" cy="16" r="2.6" fill="var(--accent-ink)" />
    </svg>
  );
}

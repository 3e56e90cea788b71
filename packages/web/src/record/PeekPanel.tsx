export default function PeekPanel({ target }: { readonly target: string }) {
  return target === '' ? null : null;
}

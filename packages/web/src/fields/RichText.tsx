import { createElement, type ReactNode, useMemo } from 'react';
import styles from './fields.module.css';

// Rich text to read. The server keeps only clean HTML; here it is read as a document and built anew from the tags that
// we know, so that nothing it holds is ever markup of the page's own.

const tags: ReadonlySet<string> = new Set(
  'p br hr h1 h2 h3 h4 blockquote pre code strong b em i u s sub sup mark ul ol li table thead tbody tr th td'.split(
    ' ',
  ),
);
const heading: Readonly<Record<string, string>> = { h1: 'h3', h2: 'h4', h3: 'h5', h4: 'h6' };
const alone: ReadonlySet<string> = new Set(['br', 'hr']);

function built(node: Node, key: number): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element)) return null;
  const name = node.localName;
  const inside = () => [...node.childNodes].map(built);
  if (name === 'a') {
    const href = node.getAttribute('href') ?? '';
    const safe = /^(https?|mailto|tel):/i.test(href);
    return createElement(
      'a',
      safe ? { key, href, target: '_blank', rel: 'noopener noreferrer' } : { key },
      ...inside(),
    );
  }
  if (name === 'img') {
    const src = node.getAttribute('src') ?? '';
    if (!/^\/api\/v1\/files\/[0-9a-f-]{36}$/.test(src)) return null;
    return createElement('img', { key, src, alt: node.getAttribute('alt') ?? '' });
  }
  if (!tags.has(name)) return ['script', 'style'].includes(name) ? null : inside();
  return alone.has(name) ? createElement(name, { key }) : createElement(heading[name] ?? name, { key }, ...inside());
}

export function RichText({ html }: { readonly html: string }) {
  const nodes = useMemo(
    () => [...new DOMParser().parseFromString(html, 'text/html').body.childNodes].map(built),
    [html],
  );
  return <div className={styles.rich}>{nodes}</div>;
}

import sanitizeHtml from 'sanitize-html';
import type { FieldHandler } from '../catalog/types.ts';
import { cleanText } from './clean.ts';
import { nothing, operatorSets, plain, refused, stored, textColumn } from './common.ts';
import { readUrl } from './contact.ts';
import { mask } from './mask.ts';

const limit = 200_000;
const ownFile = /^\/api\/v1\/files\/[0-9a-f-]{36}$/;

/** What an editor writes, and nothing that runs, loads from elsewhere or changes the page around it. */
const allowed: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'blockquote', 'pre', 'code'],
    ...['strong', 'b', 'em', 'i', 'u', 's', 'sub', 'sup', 'mark', 'a', 'img'],
    ...['ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: {
    a: ['href', 'target', 'rel'],
    img: ['src', 'alt', 'width', 'height'],
    th: ['colspan', 'rowspan'],
    td: ['colspan', 'rowspan'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesAppliedToAttributes: ['href', 'src'],
  allowProtocolRelative: false,
  nestingLimit: 50,
  transformTags: {
    // A page that a link opens can't reach back, and learns nothing of where it was.
    a: (tagName, { href = '' }) => {
      const address = readUrl(href);
      const attribs = address === null ? {} : { href: address, target: '_blank', rel: 'noopener noreferrer' };
      return { tagName, attribs: { ...attribs } };
    },
  },
  exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !ownFile.test(attribs.src ?? ''),
};

/** Mended HTML may ask for mending again (a `<p>` left open in another): until it stays as it is. */
function sanitized(html: string): string {
  let safe = sanitizeHtml(html, allowed);
  for (let i = 0; i < 5; i++) {
    const again = sanitizeHtml(safe, allowed);
    if (again === safe) break;
    safe = again;
  }
  return safe;
}

/** The text of HTML without its tags, for search and excerpts. */
export function plainText(html: string): string {
  const spaced = html.replace(/<(?=\/?(?:p|br|h\d|li|tr|td|th|div|blockquote|pre)\b)/g, ' <');
  const bare = sanitizeHtml(spaced, { allowedTags: [], allowedAttributes: {} });
  return bare
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();
}

/** HTML from a short list of tags; whatever else was written is dropped. */
export const richText: FieldHandler = {
  type: 'richText',
  columns: () => [textColumn],
  parse: (value) => {
    const cleaned = cleanText(value, limit, true);
    if (!cleaned.ok) return cleaned;
    // Entities may spell characters that couldn't be written as such.
    const safe = cleanText(sanitized(cleaned.text), 2 * limit, true);
    if (!safe.ok) return safe;
    if (safe.text.length > limit) return refused('value.tooLong', { limit });
    return plainText(safe.text) === '' && !safe.text.includes('<img') ? nothing : stored({ '': safe.text });
  },
  ...plain,
  operators: operatorSets.existence,
  comparable: null,
  mask,
  search: 'text',
  jsonSchema: () => ({
    in: { type: 'string', maxLength: limit, contentMediaType: 'text/html' },
    out: { type: 'string', contentMediaType: 'text/html' },
  }),
};

import { EditorContent, useEditor, useEditorState } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';
import { Bold, Heading3, Italic, Link2, List, ListOrdered, type LucideIcon, Quote } from 'lucide-react';
import { Button } from '../design/Button.tsx';
import type { InnerProps } from './editor.ts';
import styles from './fields.module.css';
import { inWords } from './text.ts';
import { useWords } from './words.ts';

/** Text with headings, lists, quotes and links. */
export default function RichTextEditor({ field, value, onChange, id, autoFocus = false }: InnerProps) {
  const say = useWords();
  const editor = useEditor({
    extensions: [
      StarterKit.configure({
        heading: { levels: [2, 3] },
        link: { openOnClick: false, protocols: ['http', 'https', 'mailto', 'tel'] },
      }),
    ],
    content: typeof value === 'string' ? value : '',
    autofocus: autoFocus ? 'end' : false,
    editorProps: {
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': inWords(field.label),
        class: styles.rich ?? '',
        ...(id === undefined ? {} : { id }),
      },
    },
    onUpdate: ({ editor: now }) => onChange(now.isEmpty ? null : now.getHTML()),
  });
  const active = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      bold: now.isActive('bold'),
      italic: now.isActive('italic'),
      heading: now.isActive('heading'),
      bullets: now.isActive('bulletList'),
      numbers: now.isActive('orderedList'),
      quote: now.isActive('blockquote'),
      link: now.isActive('link'),
    }),
  });
  const link = () => {
    if (active.link) return editor.chain().focus().unsetLink().run();
    const address = window.prompt(say('linkAddress'), 'https://');
    return address ? editor.chain().focus().setLink({ href: address }).run() : false;
  };
  const tools: readonly (readonly [keyof typeof active, LucideIcon, () => boolean])[] = [
    ['bold', Bold, () => editor.chain().focus().toggleBold().run()],
    ['italic', Italic, () => editor.chain().focus().toggleItalic().run()],
    ['heading', Heading3, () => editor.chain().focus().toggleHeading({ level: 3 }).run()],
    ['bullets', List, () => editor.chain().focus().toggleBulletList().run()],
    ['numbers', ListOrdered, () => editor.chain().focus().toggleOrderedList().run()],
    ['quote', Quote, () => editor.chain().focus().toggleBlockquote().run()],
    ['link', Link2, link],
  ];
  return (
    <div className={styles.writer}>
      <div className={styles.tools} role="toolbar" aria-label={inWords(field.label)}>
        {tools.map(([name, icon, run]) => (
          <Button
            key={name}
            kind="quiet"
            size="small"
            icon={icon}
            aria-label={say(name)}
            aria-pressed={active[name]}
            onClick={run}
          />
        ))}
      </div>
      <EditorContent editor={editor} />
    </div>
  );
}

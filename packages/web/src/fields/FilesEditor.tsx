import { FileText, LoaderCircle, Upload, X } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { post } from '../data/api.ts';
import { Button } from '../design/Button.tsx';
import { toastError } from '../design/toast.tsx';
import type { InnerProps } from './editor.ts';
import { type FileInfo, filesIn, isPicture } from './FieldValue.tsx';
import styles from './fields.module.css';
import { inWords, sizeText } from './text.ts';
import { useWords } from './words.ts';

/** Files are kept as they are chosen; the record gets them when it is saved. */
export default function FilesEditor({ field, value, onChange, id }: InnerProps) {
  const say = useWords();
  const input = useRef<HTMLInputElement>(null);
  const [uploading, setUploading] = useState(0);
  const [over, setOver] = useState(false);
  const files = filesIn(value);
  const { definition } = field;
  const most =
    definition !== null && definition !== undefined && 'maxFiles' in definition ? definition.maxFiles : undefined;
  const isFull = most !== undefined && files.length >= most;

  const add = async (chosen: readonly File[]) => {
    const wanted = most === undefined ? chosen : chosen.slice(0, most - files.length);
    setUploading(wanted.length);
    const kept: FileInfo[] = [];
    for (const file of wanted) {
      const form = new FormData();
      form.append('file', file);
      try {
        kept.push(await post<FileInfo>('files', form));
      } catch (error) {
        toastError(error);
      }
    }
    setUploading(0);
    if (kept.length > 0) onChange([...files, ...kept]);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!isFull) void add([...event.dataTransfer.files]);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is another way to what the button does
    <div
      className={styles.drop}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {files.map((file) => (
        <div key={file.id} className={styles.upload}>
          {isPicture(file) ? <img src={`/api/v1/files/${file.id}`} alt="" /> : <FileText size={18} />}
          <span className="one-line">{file.name}</span>
          <small>{sizeText(file.size)}</small>
          <Button
            kind="quiet"
            size="small"
            icon={X}
            aria-label={say('removeFile', { name: file.name })}
            onClick={() => onChange(files.filter((other) => other.id !== file.id))}
          />
        </div>
      ))}
      {uploading > 0 && (
        <div className={styles.upload} role="status">
          <LoaderCircle size={18} />
          <span>{say('uploading')}</span>
        </div>
      )}
      {!isFull && (
        <Button kind="quiet" icon={Upload} {...(id === undefined ? {} : { id })} onClick={() => input.current?.click()}>
          {say('addFiles')}
        </Button>
      )}
      <input
        ref={input}
        type="file"
        hidden
        aria-label={inWords(field.label)}
        multiple={most !== 1}
        {...(field.type === 'image' ? { accept: 'image/*' } : {})}
        onChange={(event) => {
          void add([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </div>
  );
}

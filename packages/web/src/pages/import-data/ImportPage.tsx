import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FileSpreadsheet, Upload } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { call, get, type ObjectInfo } from '../../data/api.ts';
import { useLabel, useMetadata } from '../../data/metadata.ts';
import { Button } from '../../design/Button.tsx';
import { PageHead } from '../../design/PageHead.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../design/State.tsx';
import { Tag } from '../../design/Tag.tsx';
import { ChoiceField } from '../../design/TextField.tsx';
import { toastError } from '../../design/toast.tsx';
import { agoText } from '../../fields/time.ts';
import styles from './import.module.css';
import { MappingTable } from './MappingTable.tsx';
import { Outcome } from './Outcome.tsx';
import { isUnderWay, type Report, reportQuery, type Spec, startImport } from './report.ts';
import { useWords } from './words.ts';

/** A spreadsheet comes in: chosen, tried, looked over, imported, and taken back if it was wrong. */
export function ImportPage() {
  const say = useWords();
  const metadata = useMetadata();
  if (metadata.isError) return <Failure error={metadata.error} retry={() => void metadata.refetch()} />;
  if (metadata.isPending) return <Skeleton lines={6} />;
  const objects = metadata.data.objects.filter((object) => object.may.create && object.app !== 'kernel');
  const first = objects.find((object) => object.traits.includes('customer')) ?? objects[0];
  return (
    <>
      <PageHead title={say('title')} />
      {first === undefined ? (
        <Empty title={say('nothing')} />
      ) : (
        <Wizard key={first.name} objects={objects} first={first} />
      )}
    </>
  );
}

const keyTypes: ReadonlySet<string> = new Set(['text', 'phone', 'email', 'autoNumber', 'decimal']);

/** Fields by which a record can be told: unique ones. */
function keysOf(object: ObjectInfo) {
  return object.fields.filter(
    ({ definition, type }) =>
      keyTypes.has(type) &&
      (type === 'autoNumber' || (definition && 'unique' in definition && definition.unique === true)),
  );
}

function Wizard({ objects, first }: { readonly objects: readonly ObjectInfo[]; readonly first: ObjectInfo }) {
  const say = useWords();
  const label = useLabel();
  const queries = useQueryClient();
  const [name, setName] = useState(first.name);
  const [mode, setMode] = useState<Spec['mode']>('insert');
  const [key, setKey] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [id, setId] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const object = objects.find((one) => one.name === name) ?? first;
  const keys = keysOf(object);
  const chosenKey = keys.some((field) => field.name === key) ? key : keys[0]?.name;
  const report = useQuery({ ...reportQuery(id ?? ''), enabled: id !== null });

  const run = async (given: File, more: Partial<Spec> = {}) => {
    setBusy(true);
    setFile(given);
    try {
      const spec: Spec = {
        object: object.name,
        mode: chosenKey === undefined ? 'insert' : mode,
        ...(mode === 'insert' || chosenKey === undefined ? {} : { key: chosenKey }),
        dryRun: true,
        ...more,
      };
      setId(await startImport(given, spec));
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  const act = async (path: string) => {
    try {
      await call('POST', `imports/${id}/${path}`, {});
      await queries.invalidateQueries();
    } catch (error) {
      toastError(error);
    }
  };
  const restart = () => {
    setFile(null);
    setId(null);
    void queries.invalidateQueries({ queryKey: ['imports'] });
  };

  if (file === null || id === null)
    return (
      <div className={styles.page}>
        <div className={styles.choices}>
          <ChoiceField
            label={say('what')}
            value={object.name}
            onChange={setName}
            options={objects.map((one) => ({ value: one.name, label: label(one.label) }))}
          />
          {keys.length > 0 && (
            <ChoiceField
              label={say('mode')}
              value={mode}
              onChange={(next) => setMode(next === 'update' || next === 'upsert' ? next : 'insert')}
              options={(['insert', 'upsert', 'update'] as const).map((value) => ({ value, label: say(value) }))}
            />
          )}
          {keys.length > 0 && mode !== 'insert' && (
            <ChoiceField
              label={say('key')}
              value={chosenKey ?? ''}
              onChange={setKey}
              options={keys.map((field) => ({ value: field.name, label: label(field.label) }))}
            />
          )}
        </div>
        <Drop busy={busy} onFile={(given) => void run(given)} />
        <Before />
      </div>
    );
  return (
    <div className={styles.page}>
      <div className={styles.file}>
        <FileSpreadsheet size={18} />
        <b className="one-line">{file.name}</b>
        <Tag>{label(object.label)}</Tag>
        <Button kind="quiet" size="small" onClick={restart}>
          {say('change')}
        </Button>
      </div>
      {report.isError && <Failure error={report.error} retry={() => void report.refetch()} />}
      {report.isPending && <Skeleton lines={4} />}
      {report.data !== undefined && isUnderWay(report.data) && <Progress report={report.data} />}
      {report.data !== undefined && !isUnderWay(report.data) && (
        <>
          {report.data.failure !== null && <Notice tone="danger">{report.data.failure.message}</Notice>}
          {report.data.warnings.map(({ message }) => (
            <Notice key={message} tone="warning">
              {message}
            </Notice>
          ))}
          {report.data.dryRun && (
            <MappingTable
              key={report.data.id}
              object={object}
              mapping={report.data.mapping}
              busy={busy}
              onTry={(mapping) => void run(file, { mapping, values: report.data.values })}
            />
          )}
          <Outcome
            object={object}
            report={report.data}
            onValues={(values) => void run(file, { mapping: report.data.mapping, values })}
          />
          <footer className={styles.actions}>
            {report.data.dryRun && report.data.rows.new + report.data.rows.updated > 0 && (
              <Button
                kind="primary"
                size="large"
                busy={busy}
                onClick={() =>
                  void run(file, { mapping: report.data.mapping, values: report.data.values, dryRun: false })
                }
              >
                {say('go', { count: report.data.rows.new + report.data.rows.updated })}
              </Button>
            )}
            {report.data.state === 'unconfirmed' && (
              <>
                <Button onClick={() => void act('cancel')}>{say('cancel')}</Button>
                <Button kind="primary" onClick={() => void act('confirm')}>
                  {say('confirm')}
                </Button>
              </>
            )}
            {!report.data.dryRun && ['done', 'failed'].includes(report.data.state) && (
              <>
                <Button kind="danger" onClick={() => void act('undo')}>
                  {say('undo')}
                </Button>
                <Link to="/$object" params={{ object: object.name }}>
                  {say('see')}
                </Link>
              </>
            )}
            {!report.data.dryRun && <Button onClick={restart}>{say('another')}</Button>}
          </footer>
        </>
      )}
    </div>
  );
}

function Drop({ busy, onFile }: { readonly busy: boolean; readonly onFile: (file: File) => void }) {
  const say = useWords();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const [file] = files ?? [];
    if (file !== undefined) onFile(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <>
      <button
        type="button"
        className={styles.drop}
        data-over={over}
        aria-busy={busy}
        disabled={busy}
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Upload size={26} />
        <b>{say('drop')}</b>
        <span>{say('dropHint')}</span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={say('drop')}
        accept=".csv,.tsv,.txt,.xlsx,text/csv"
        onChange={(event) => take(event.target.files)}
      />
    </>
  );
}

function Progress({ report }: { readonly report: Report }) {
  const say = useWords();
  const { progress, dryRun, state } = report;
  const total = progress?.total ?? null;
  const words =
    state === 'undoing'
      ? say('undoing')
      : total === null || progress === null
        ? say('starting')
        : say(dryRun ? 'checking' : 'importing', { done: progress.done, total });
  return (
    <div className={styles.progress} role="status" aria-busy="true">
      <p className="figures">{words}</p>
      <progress value={progress?.done ?? 0} max={total ?? 1} aria-label={words} />
    </div>
  );
}

/** The imports of before, newest first. */
function Before() {
  const say = useWords();
  const label = useLabel();
  const metadata = useMetadata().data;
  const queries = useQueryClient();
  const imports = useQuery({
    queryKey: ['imports'],
    queryFn: () => get<{ data: readonly Report[] }>('imports?limit=20'),
  });
  const words = {
    done: 'stateDone',
    failed: 'stateFailed',
    undone: 'stateUndone',
    cancelled: 'stateCancelled',
    unconfirmed: 'stateUnconfirmed',
    waiting: 'stateRunning',
    running: 'stateRunning',
    undoing: 'stateRunning',
  } as const;
  const undo = async (id: string) => {
    try {
      await call('POST', `imports/${id}/undo`, {});
      await queries.invalidateQueries();
    } catch (error) {
      toastError(error);
    }
  };
  const real = imports.data?.data.filter((report) => !report.dryRun) ?? [];
  if (real.length === 0) return null;
  return (
    <section className={styles.section}>
      <h2>{say('before')}</h2>
      <ul className={styles.before}>
        {real.map((report) => {
          const object = metadata?.objects.find((one) => one.name === report.object);
          return (
            <li key={report.id}>
              <span className="one-line">{report.file}</span>
              <small>{object === undefined ? report.object : label(object.label)}</small>
              <small className="figures">+{report.rows.new}</small>
              <Tag color={report.state === 'done' ? 'green' : report.state === 'failed' ? 'red' : 'grey'}>
                {say(words[report.state])}
              </Tag>
              <small>{agoText(report.createdAt)}</small>
              {report.state === 'done' && (
                <Button kind="quiet" size="small" onClick={() => void undo(report.id)}>
                  {say('undo')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

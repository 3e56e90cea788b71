import { Select } from 'antd';
import type { ObjectInfo } from '../../data/api.ts';
import { useLabel } from '../../data/metadata.ts';
import { Notice } from '../../design/State.tsx';
import styles from './import.module.css';
import type { Problem, Report } from './report.ts';
import { useWords } from './words.ts';

/** How many rows became what, and what was wrong with the others. */
export function Outcome({
  object,
  report,
  onValues,
}: {
  readonly object: ObjectInfo;
  readonly report: Report;
  readonly onValues: (values: Report['values']) => void;
}) {
  const say = useWords();
  const { rows, dryRun, problems, rejects, undo } = report;
  const figures = [
    [say('total'), rows.total],
    [say(dryRun ? 'new' : 'newDone'), rows.new],
    [say(dryRun ? 'updated' : 'updatedDone'), rows.updated],
    [say(dryRun ? 'rejected' : 'rejectedDone'), rows.rejected],
  ] as const;
  return (
    <section className={styles.section}>
      <h2>{say(dryRun ? 'report' : 'result')}</h2>
      <dl className={styles.figures}>
        {figures.map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="figures">{count.toLocaleString()}</dd>
          </div>
        ))}
      </dl>
      {undo !== null && (
        <Notice tone="info">{say('undone', { deleted: undo.deleted, restored: undo.restored })}</Notice>
      )}
      {problems.length === 0 && dryRun && <Notice tone="success">{say('fine')}</Notice>}
      {problems.map((problem) => (
        <ProblemView
          key={problem.code}
          problem={problem}
          object={object}
          report={report}
          onValues={dryRun ? onValues : null}
        />
      ))}
      {rejects !== null && (
        <p>
          <a href={rejects} download>
            {say('rejects')}
          </a>
        </p>
      )}
    </section>
  );
}

interface ProblemProps {
  readonly problem: Problem;
  readonly object: ObjectInfo;
  readonly report: Report;
  readonly onValues: ((values: Report['values']) => void) | null;
}

function ProblemView({ problem, object, report, onValues }: ProblemProps) {
  const say = useWords();
  const label = useLabel();
  const unknown = problem.code === 'value.option' && onValues !== null ? problem.values : [];
  return (
    <div className={styles.problem}>
      <header>
        <b>{problem.message}</b>
        <small>{say('rows', { count: problem.count })}</small>
      </header>
      <ul>
        {problem.examples.slice(0, 5).map((example) => (
          <li key={`${example.line}-${example.column}`}>
            <small>{say('line', { line: example.line })}</small> {example.column} <q>{example.value}</q>{' '}
            {example.message !== problem.message && example.message}
          </li>
        ))}
      </ul>
      {unknown.map(({ column, value }) => {
        const name = report.mapping[column];
        const field = object.fields.find((one) => one.name === name);
        if (field === undefined || onValues === null) return null;
        return (
          <div key={`${column}-${value}`} className={styles.meaning}>
            <span>{say('meaning', { value })}</span>
            <Select
              style={{ minWidth: 160 }}
              aria-label={say('meaning', { value })}
              options={(field.options ?? []).map((option) => ({ value: option.value, label: label(option.label) }))}
              onChange={(meant: string) =>
                onValues({ ...report.values, [field.name]: { ...report.values[field.name], [value]: meant } })
              }
            />
          </div>
        );
      })}
    </div>
  );
}

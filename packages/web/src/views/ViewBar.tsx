import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronDown, Lock, Save } from 'lucide-react';
import { useState } from 'react';
import { get, type ObjectInfo } from '../data/api.ts';
import { Button } from '../design/Button.tsx';
import { toast, toastError } from '../design/toast.tsx';
import { MenuItem, Popup } from '../grid/Popup.tsx';
import { labelIn } from '../grid/text.ts';
import { deleteView, newName, type Shape, savePersonal, saveShared, shapeOf, type ViewEntry } from './views.ts';
import { useViewWords } from './words.ts';

interface ViewBarProps {
  readonly object: ObjectInfo;
  readonly capabilities: readonly string[];
  readonly views: readonly ViewEntry[];
  readonly entry: ViewEntry;
  readonly shape: Shape;
  readonly dirty: boolean;
  readonly language: 'zh' | 'en';
  readonly onView: (view: Pick<ViewEntry, 'key'>) => void;
  readonly onRevert: () => void;
}

/** The views of an object side by side, and what can be done with the one that is open. */
export function ViewBar(props: ViewBarProps) {
  const say = useViewWords();
  const queries = useQueryClient();
  const { object, capabilities, views, entry, shape, dirty, language, onView, onRevert } = props;
  const mayDeclare = capabilities.includes('metadata');
  const mine = entry.kind === 'personal';
  const maySave = mine || (entry.kind === 'shared' && mayDeclare);
  const save = async () => {
    try {
      if (mine) await savePersonal(queries, object.name, entry.key, entry.title.zh, shapeOf(shape));
      else {
        const sharing = { name: entry.key, label: entry.title, roles: entry.roles ?? null };
        await saveShared(queries, object.name, sharing, shapeOf(shape));
      }
      onRevert();
      toast(say('saved'));
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <nav className="hk-views" aria-label={say('views')}>
      <div className="hk-tabs">
        {views.map((view) => {
          const name = labelIn(view.title, language);
          return (
            <button
              type="button"
              key={`${view.kind} ${view.key}`}
              className={view === entry ? 'hk-tab on' : 'hk-tab'}
              aria-current={view === entry ? 'page' : undefined}
              title={view.kind === 'personal' ? say('personal') : name}
              onClick={() => onView(view)}
            >
              {view.kind === 'personal' && <Lock size={12} aria-label={say('personal')} />}
              <span>{name}</span>
              {view === entry && dirty && (
                <i className="hk-dot" role="img" aria-label={say('unsaved')} title={say('unsaved')} />
              )}
            </button>
          );
        })}
      </div>
      {dirty && maySave && (
        <Button size="small" icon={Save} onClick={() => void save()}>
          {say('save')}
        </Button>
      )}
      <Popup
        label={say('viewMenu', { name: labelIn(entry.title, language) })}
        trigger={(button) => (
          <Button
            {...button}
            kind="quiet"
            size="small"
            icon={ChevronDown}
            aria-label={say('viewMenu', { name: labelIn(entry.title, language) })}
          />
        )}
      >
        {(close) => <ViewMenu {...props} mayDeclare={mayDeclare} maySave={maySave} close={close} />}
      </Popup>
    </nav>
  );
}

function ViewMenu({
  close,
  mayDeclare,
  maySave,
  ...props
}: ViewBarProps & { readonly close: () => void; readonly mayDeclare: boolean; readonly maySave: boolean }) {
  const say = useViewWords();
  const queries = useQueryClient();
  const { object, entry, dirty, onRevert, onView } = props;
  const [form, setForm] = useState<'saveAs' | 'rename' | null>(null);
  if (form !== null) return <ViewForm {...props} close={close} mayDeclare={mayDeclare} kind={form} />;
  return (
    <>
      <MenuItem onSelect={() => setForm('saveAs')}>{say('saveAs')}</MenuItem>
      {maySave && (
        <MenuItem onSelect={() => setForm('rename')}>{say(entry.kind === 'shared' ? 'share' : 'rename')}</MenuItem>
      )}
      {dirty && (
        <MenuItem
          onSelect={() => {
            onRevert();
            close();
          }}
        >
          {say('revert')}
        </MenuItem>
      )}
      {maySave && (
        <MenuItem
          onSelect={() => {
            close();
            deleteView(queries, object.name, entry).then(() => {
              toast(say('deleted'));
              onView({ key: '' });
            }, toastError);
          }}
        >
          {say('deleteView')}
        </MenuItem>
      )}
    </>
  );
}

interface RoleInfo {
  readonly name: string;
  readonly label?: { readonly zh: string; readonly en: string };
}

/** The name of a view, and who sees it. */
function ViewForm({
  kind,
  close,
  mayDeclare,
  ...props
}: ViewBarProps & { readonly kind: 'saveAs' | 'rename'; readonly close: () => void; readonly mayDeclare: boolean }) {
  const say = useViewWords();
  const queries = useQueryClient();
  const { object, entry, shape, language, onView, onRevert } = props;
  const renames = kind === 'rename';
  const [zh, setZh] = useState(renames ? entry.title.zh : say('newView'));
  const [en, setEn] = useState(renames ? entry.title.en : '');
  const [who, setWho] = useState<'me' | 'all' | 'roles'>(
    renames && entry.kind === 'shared' ? (entry.roles === undefined ? 'all' : 'roles') : 'me',
  );
  const [roles, setRoles] = useState<readonly string[]>(entry.roles ?? []);
  const declared = useQuery({
    queryKey: ['metadata', 'declared', 'roles'],
    enabled: mayDeclare && who === 'roles',
    queryFn: async () => (await get<{ readonly roles?: readonly RoleInfo[] }>('metadata?view=declared')).roles ?? [],
  });
  const save = async () => {
    const laid = shapeOf(shape);
    const title = zh.trim();
    const wasShared = renames && entry.kind === 'shared';
    const wasMine = renames && entry.kind === 'personal';
    const key =
      who === 'me'
        ? await savePersonal(queries, object.name, wasMine ? entry.key : crypto.randomUUID(), title, laid)
        : await saveShared(
            queries,
            object.name,
            {
              name: wasShared ? entry.key : newName(),
              label: { zh: title, en: en.trim() === '' ? title : en.trim() },
              roles: who === 'roles' ? roles : null,
            },
            laid,
          );
    // A view that changed hands leaves its old place.
    if (renames && key !== entry.key) await deleteView(queries, object.name, entry);
    onRevert();
    toast(say('saved'));
    onView({ key });
  };
  return (
    <form
      className="hk-form"
      onSubmit={(event) => {
        event.preventDefault();
        close();
        save().catch(toastError);
      }}
    >
      <label>
        {say('title')}
        <input value={zh} required maxLength={100} onChange={(event) => setZh(event.target.value)} />
      </label>
      {mayDeclare && (
        <fieldset className="hk-who">
          <legend>{say('share')}</legend>
          {(['me', 'all', 'roles'] as const).map((one) => (
            <label key={one}>
              <input type="radio" name="who" checked={who === one} onChange={() => setWho(one)} />
              {say(one === 'me' ? 'forMe' : one === 'all' ? 'forAll' : 'forRoles')}
            </label>
          ))}
          {who === 'roles' &&
            declared.data?.map((role) => (
              <label key={role.name} className="inner">
                <input
                  type="checkbox"
                  checked={roles.includes(role.name)}
                  onChange={() =>
                    setRoles(
                      roles.includes(role.name) ? roles.filter((one) => one !== role.name) : [...roles, role.name],
                    )
                  }
                />
                {role.label === undefined ? role.name : labelIn(role.label, language)}
              </label>
            ))}
        </fieldset>
      )}
      {who !== 'me' && (
        <label>
          {say('titleEn')}
          <input value={en} maxLength={100} onChange={(event) => setEn(event.target.value)} />
        </label>
      )}
      <div className="hk-foot-actions">
        <Button kind="quiet" onClick={close}>
          {say('cancel')}
        </Button>
        <Button kind="primary" type="submit">
          {say('save')}
        </Button>
      </div>
    </form>
  );
}

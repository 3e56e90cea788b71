import type { Capability, Label } from '@huike/schema';
import { Boxes, type LucideIcon } from 'lucide-react';
import { type ComponentType, lazy } from 'react';
import type { SetupItem } from './item.ts';

// The pages of the set-up area. To add one: a line here, nothing else. It stands at `/system-setup/{name}`, and what
// follows it in the address (`/system-setup/objects/deal`) is its `item`.

export interface SetupPage {
  readonly name: string;
  readonly group: SetupGroup;
  readonly label: Label;
  /** What it is for, in a line. */
  readonly hint: Label;
  readonly icon: LucideIcon;
  /** Whoever has one of these sees it. */
  readonly needs: readonly Capability[];
  readonly page: ComponentType<SetupItem>;
}

export const setupGroups = {
  data: { zh: '数据', en: 'Data' },
  interface: { zh: '界面', en: 'Interface' },
  people: { zh: '人员与权限', en: 'People and rights' },
  automation: { zh: '自动化', en: 'Automation' },
  system: { zh: '系统', en: 'System' },
} as const satisfies Readonly<Record<string, Label>>;
export type SetupGroup = keyof typeof setupGroups;

const setupPages: readonly SetupPage[] = [
  {
    name: 'objects',
    group: 'data',
    label: { zh: '对象与字段', en: 'Objects and fields' },
    hint: {
      zh: '客户、联系人、任务……都是对象；这里看有哪些字段，恢复删除的。',
      en: 'Customers, contacts, tasks: which fields they have, and what was deleted.',
    },
    icon: Boxes,
    needs: ['metadata'],
    page: lazy(() => import('./objects/ObjectsPage.tsx')),
  },
];

/** The pages that somebody may open, by group. */
export function pagesFor(
  capabilities: readonly string[],
): readonly { readonly group: SetupGroup; readonly label: Label; readonly pages: readonly SetupPage[] }[] {
  const allowed = setupPages.filter(({ needs }) => needs.some((one) => capabilities.includes(one)));
  return Object.entries(setupGroups).flatMap(([key, label]) => {
    const pages = allowed.filter(({ group }) => group === key);
    const group = pages[0]?.group;
    return group === undefined ? [] : [{ group, label, pages }];
  });
}

const setupPath = '/system-setup';
export const isSetup = (pathname: string): boolean => pathname === setupPath || pathname.startsWith(`${setupPath}/`);

import { defineRole } from '@huike/schema';

const everyday = { read: 'own', create: true, update: 'own', delete: 'own', export: 'none', transfer: 'own' } as const;
const team = {
  read: 'departmentTree',
  create: true,
  update: 'departmentTree',
  delete: 'own',
  export: 'departmentTree',
  transfer: 'departmentTree',
} as const;

/** Sees and looks after the own customers. */
export const salesRep = defineRole({
  name: 'salesRep',
  label: { zh: '销售', en: 'Sales rep' },
  objects: {
    customer: everyday,
    contact: everyday,
    address: everyday,
    tag: { read: 'all', create: true },
    activity: everyday,
    note: everyday,
    task: everyday,
    attachment: everyday,
  },
});

/** Sees and looks after the customers of the department and those below it. */
export const salesManager = defineRole({
  name: 'salesManager',
  label: { zh: '销售主管', en: 'Sales manager' },
  objects: {
    customer: team,
    contact: team,
    address: team,
    tag: { read: 'all', create: true, update: 'all', delete: 'all' },
    activity: team,
    note: team,
    task: team,
    attachment: team,
  },
});

import { defineRole, type Grant } from '@huike/schema';

// The three roles of 三员分立, ready to be given to three people. They hold no right on business records.

const manages: Grant = { read: 'all', create: true, update: 'all', delete: 'all', export: 'all', transfer: 'all' };

const systemManager = defineRole({
  name: 'systemManager',
  label: { zh: '系统管理员（三员）', en: 'System manager' },
  capabilities: ['metadata', 'operations'],
});

const securityManager = defineRole({
  name: 'securityManager',
  label: { zh: '安全管理员（三员）', en: 'Security manager' },
  capabilities: ['people', 'rights'],
  objects: { user: manages, department: manages, position: manages },
});

const auditor = defineRole({
  name: 'auditor',
  label: { zh: '审计管理员（三员）', en: 'Auditor' },
  capabilities: ['audit'],
});

export const dutyRoles = [systemManager, securityManager, auditor] as const;

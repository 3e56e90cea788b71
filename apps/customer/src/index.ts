import { defineApp } from '@huike/schema';
import { identifierKinds } from './identifiers.ts';
import { menus } from './menus.ts';
import { activity } from './objects/activity.ts';
import { address } from './objects/address.ts';
import { contact } from './objects/contact.ts';
import { customer } from './objects/customer.ts';
import { tag } from './objects/tag.ts';
import { attachment, note, task } from './objects/work.ts';
import { industries, levels, sources } from './options.ts';
import { salesManager, salesRep } from './roles.ts';
import { views } from './views.ts';

/** Customers and what is known and done about them: the app on which the others build. */
export const app = defineApp({
  name: 'customer',
  version: '0.1.0',
  label: { zh: '客户', en: 'Customers' },
  metadata: {
    identifierKinds,
    optionSets: [levels, industries, sources],
    objects: [customer, contact, activity, task, note, attachment, address, tag],
    roles: [salesRep, salesManager],
    views,
    menus,
  },
});

export { demo } from './demo.ts';

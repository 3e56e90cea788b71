import { defineWords } from '../words/define.ts';

export const useWords = defineWords(
  'setup',
  {
    title: '系统设置',
    back: '返回工作区',
    hint: '按公司的做法来定：数据、界面、人员和流程。改动先看计划，再生效，随时可以撤销。',
    none: '您没有可以设置的内容',
    noneHint: '需要时请联系管理员开通。',
  },
  {
    title: 'Set-up',
    back: 'Back to work',
    hint: 'Make it work the way your company does. Changes show their plan first, and can be undone.',
    none: 'There is nothing here for you to set up',
    noneHint: 'Ask an administrator if you need it.',
  },
);

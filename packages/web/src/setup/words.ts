import { defineWords } from '../words/define.ts';

export const useWords = defineWords(
  'setup',
  {
    title: '系统设置',
    back: '返回工作区',
    hint: '公司有哪些对象和字段，一目了然；删除的 30 天内可以恢复。',
    none: '您没有可以设置的内容',
    noneHint: '需要时请联系管理员开通。',
  },
  {
    title: 'Set-up',
    back: 'Back to work',
    hint: 'Which objects and fields your company has. What was deleted can be brought back for 30 days.',
    none: 'There is nothing here for you to set up',
    noneHint: 'Ask an administrator if you need it.',
  },
);

import { defineWords } from '../words/define.ts';

export const useWords = defineWords(
  'live',
  { reconnecting: '网络已断开，正在重新连接…' },
  { reconnecting: 'Connection lost, reconnecting…' },
);

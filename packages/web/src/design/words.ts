import { defineWords } from '../words/define.ts';

export const useWords = defineWords(
  'design',
  {
    failed: '没有成功',
    offline: '连不上服务器',
    offlineHint: '请检查网络，稍后会自动重试。',
    retry: '重试',
    close: '关闭',
    showPassword: '显示密码',
    hidePassword: '隐藏密码',
  },
  {
    failed: 'That did not work',
    offline: 'The server cannot be reached',
    offlineHint: 'Check the network: it is tried again by itself.',
    retry: 'Try again',
    close: 'Close',
    showPassword: 'Show the password',
    hidePassword: 'Hide the password',
  },
);

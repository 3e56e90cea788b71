import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

// The words' machinery; the words themselves stand beside the code that says them (define.ts).

export type Language = 'zh' | 'en';
const key = 'huike.language';

const stored = localStorage.getItem(key);
const first: Language =
  stored === 'zh' || stored === 'en' ? stored : navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';

/** Switches the words, now and for the next visit. */
export function speak(language: Language): void {
  localStorage.setItem(key, language);
  mark(language);
  if (i18next.language !== language) void i18next.changeLanguage(language);
}

export const spoken = (): Language => (i18next.language === 'en' ? 'en' : 'zh');

function mark(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = language === 'zh' ? '汇客' : 'Huike';
}

void i18next.use(initReactI18next).init({
  lng: first,
  fallbackLng: 'zh',
  resources: {},
  initAsync: false,
  interpolation: { escapeValue: false },
});
mark(first);

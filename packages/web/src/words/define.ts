import i18next from 'i18next';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import './index.ts';

// Each feature keeps its words beside its code: `export const useWords = defineWords('grid', {…zh}, {…en})`.

export type Params = Readonly<Record<string, string | number>>;
export type Say<K extends string> = (key: K, params?: Params) => string;

/** Registers a feature's words; the hook gives them in the language of now. Both languages have every key. */
export function defineWords<const K extends string>(
  feature: string,
  zh: Readonly<Record<K, string>>,
  en: Readonly<Record<NoInfer<K>, string>>,
): () => Say<K> {
  i18next.addResourceBundle('zh', feature, zh);
  i18next.addResourceBundle('en', feature, en);
  return () => {
    const { t } = useTranslation(feature);
    return useCallback((key: string, params?: Params) => t(key, { ...params }), [t]);
  };
}

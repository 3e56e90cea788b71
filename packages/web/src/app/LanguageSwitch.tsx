import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { speak } from '../words/index.ts';

/** Chinese or English, at once. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <Button type="text" onClick={() => speak(i18n.language === 'en' ? 'zh' : 'en')}>
      {t('language')}
    </Button>
  );
}

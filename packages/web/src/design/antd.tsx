import { App, ConfigProvider, type ThemeConfig, theme } from 'antd';
import en from 'antd/locale/en_US';
import zh from 'antd/locale/zh_CN';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useScheme } from '../app/preferences.ts';
import { useMedia } from './media.ts';

// antd's parts in our clothes: its theme is made from the CSS variables of tokens.css.

function themeOf(isDark: boolean, still: boolean): ThemeConfig {
  const style = getComputedStyle(document.documentElement);
  const css = (name: string) => style.getPropertyValue(name).trim();
  const px = (name: string) => Number.parseFloat(css(name));
  const accent = css('--accent');
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      fontFamily: css('--font'),
      fontSize: px('--text-md'),
      lineHeight: Number(css('--leading')),
      borderRadius: px('--radius'),
      borderRadiusSM: px('--radius-sm'),
      borderRadiusLG: px('--radius-lg'),
      controlHeight: px('--control'),
      controlHeightSM: px('--control-sm'),
      controlHeightLG: px('--control-lg'),
      colorPrimary: accent,
      colorPrimaryHover: css('--accent-hover'),
      colorInfo: css('--info'),
      colorError: css('--danger'),
      colorWarning: css('--warning'),
      colorSuccess: css('--success'),
      colorLink: css('--accent-text'),
      colorText: css('--ink'),
      colorTextSecondary: css('--ink-2'),
      colorTextTertiary: css('--ink-3'),
      colorTextDescription: css('--ink-3'),
      colorTextPlaceholder: css('--ink-3'),
      colorTextLightSolid: css('--accent-ink'),
      colorBgContainer: css('--ground'),
      colorBgElevated: css('--ground-raised'),
      colorBgLayout: css('--ground-nav'),
      colorBgSpotlight: isDark ? '#3a413b' : '#262922',
      colorBgMask: css('--scrim'),
      colorBorder: css('--line-strong'),
      colorBorderSecondary: css('--line'),
      colorSplit: css('--line'),
      colorFillTertiary: css('--ground-hover'),
      colorFillSecondary: css('--ground-chosen'),
      controlItemBgHover: css('--ground-hover'),
      controlItemBgActive: css('--accent-soft'),
      controlItemBgActiveHover: css('--accent-soft'),
      controlOutline: 'transparent',
      boxShadow: css('--shadow-3'),
      boxShadowSecondary: css('--shadow-3'),
      motion: !still,
      motionDurationFast: css('--fast'),
      motionDurationMid: css('--normal'),
    },
    components: {
      Tooltip: { colorTextLightSolid: '#f4f5f2', fontSize: px('--text-sm') },
      Select: { optionSelectedFontWeight: 500, optionPadding: '6px 10px' },
      Modal: { titleFontSize: px('--text-lg') },
      Dropdown: { paddingBlock: 6 },
    },
  };
}

/** Everything below may use antd; the sign-in page lies outside, and does without. */
export function AntdTheme({ children }: { readonly children: ReactNode }) {
  const scheme = useScheme();
  const still = useMedia('(prefers-reduced-motion: reduce)');
  const coarse = useMedia('(pointer: coarse)');
  const { i18n } = useTranslation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the variables that the theme is read from change with these
  const config = useMemo(() => themeOf(scheme === 'dark', still), [scheme, still, coarse]);
  return (
    <ConfigProvider locale={i18n.language === 'en' ? en : zh} theme={config} wave={{ disabled: true }}>
      <App component={false}>{children}</App>
    </ConfigProvider>
  );
}

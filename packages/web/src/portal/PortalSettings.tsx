import { AntdTheme } from '../design/antd.tsx';
import { SettingsPage } from '../settings/SettingsPage.tsx';

export function PortalSettings() {
  return (
    <AntdTheme>
      <SettingsPage />
    </AntdTheme>
  );
}

import { AntdTheme } from '../design/antd.tsx';
import { NewRecordPage } from '../record/NewRecordPage.tsx';
import { RecordPage } from '../record/RecordPage.tsx';

// The editors are antd's: what the portal shows first does without.

export function PortalRecord() {
  return (
    <AntdTheme>
      <RecordPage />
    </AntdTheme>
  );
}

export function PortalNewRecord() {
  return (
    <AntdTheme>
      <NewRecordPage />
    </AntdTheme>
  );
}

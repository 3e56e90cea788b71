import type { ErrorEntry } from './entry.ts';

// What can be wrong with an imported file.

export const importErrors = {
  'import.oldExcel': {
    status: 422,
    zh: '这是旧版 Excel 文件（.xls），请在 Excel 中另存为 .xlsx 后重新上传',
    en: 'This is an old Excel file (.xls): save it as .xlsx in Excel and upload it again',
  },
  'import.encrypted': {
    status: 422,
    zh: '文件有密码保护，请去掉密码后重新上传',
    en: 'The file is protected by a password: remove it and upload the file again',
  },
  'import.notTable': {
    status: 422,
    zh: '文件不是可读取的表格（{detail}），请上传 .xlsx 或 .csv',
    en: 'The file is not a table that can be read ({detail}): upload .xlsx or .csv',
  },
  'import.tooLarge': {
    status: 422,
    zh: '文件解压后超过 {limit} MB 的上限',
    en: 'Unpacked, the file exceeds the limit of {limit} MB',
  },
  'import.sheetUnknown': {
    status: 422,
    zh: '没有工作表“{sheet}”，现有：{sheets}',
    en: 'There is no sheet "{sheet}"; there are: {sheets}',
  },
  'import.empty': {
    status: 422,
    zh: '文件中没有数据',
    en: 'The file has no data',
  },
  'import.cells': {
    status: 422,
    zh: '这一行有 {found} 个单元格，应为 {expected} 个',
    en: 'The row has {found} cells instead of {expected}',
  },
  'import.quote': {
    status: 422,
    zh: '引号没有正确结束',
    en: 'A quotation mark is not closed properly',
  },
  'import.formula': {
    status: 422,
    zh: '列“{column}”的公式没有保存结果，请在 Excel 中打开并保存后重新上传',
    en: 'The formula in "{column}" has no saved result: open and save the file in Excel and upload it again',
  },
  'import.date': {
    status: 422,
    zh: '“{text}”不是可识别的日期',
    en: '"{text}" is not a date that can be read',
  },
  'import.dateImpossible': {
    status: 422,
    zh: '“{text}”不是有效的日期（顺序：{order}）',
    en: '"{text}" does not exist as a date (order: {order})',
  },
  'import.number': {
    status: 422,
    zh: '“{text}”不是可识别的数字',
    en: '"{text}" is not a number that can be read',
  },
  'import.boolean': {
    status: 422,
    zh: '“{text}”不是“是”或“否”',
    en: '"{text}" is neither yes nor no',
  },
} as const satisfies Record<string, ErrorEntry>;

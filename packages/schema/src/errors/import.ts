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
  'import.undecodable': {
    status: 422,
    zh: '含有无法解码的字节，可能是“{text}”',
    en: 'Has bytes that cannot be decoded; perhaps "{text}" was meant',
  },
  'import.place': {
    status: 422,
    zh: '“{text}”不是可识别的经纬度，例如 120.15,30.28',
    en: '"{text}" is not a place that can be read, such as 120.15,30.28',
  },
  'import.noRecord': {
    status: 422,
    zh: '找不到{object}“{text}”，或您无权查看',
    en: 'There is no {object} "{text}", or you may not read it',
  },
  'import.duplicate': {
    status: 409,
    zh: '与已有的记录（或前面的一行）重复',
    en: 'Repeats a record that is there, or a row before it',
  },
  'import.timesAssumed': {
    status: 422,
    zh: '列“{column}”有 {count} 个时间没有写明时区，按 {zone} 读取',
    en: '{count} times in "{column}" name no zone and were read as of {zone}',
  },
  'import.orphans': {
    status: 422,
    zh: '列“{column}”有 {count} 处找不到对应的{object}（关联完整率 {rate}%）',
    en: '{count} cells of "{column}" refer to no {object} ({rate} % are complete)',
  },
  'import.severalRecords': {
    status: 422,
    zh: '有多条{object}记录都是“{text}”',
    en: 'Several records of {object} are "{text}"',
  },
  'import.noMatch': {
    status: 422,
    zh: '没有“{field}”为“{text}”的记录可更新',
    en: 'There is no record to update whose "{field}" is "{text}"',
  },
  'import.unstorable': {
    status: 422,
    zh: '数据库无法保存这一行（{detail}）',
    en: 'The database cannot keep this row ({detail})',
  },
  'import.changedSince': {
    status: 409,
    zh: '导入之后又被修改过，未撤销',
    en: 'Was changed after the import and left as it is',
  },
  'import.givenUp': {
    status: 500,
    zh: '多次尝试后仍未完成：{detail}',
    en: 'It was given up after several attempts: {detail}',
  },
  'import.unknown': {
    status: 404,
    zh: '没有这次导入，或您无权查看',
    en: 'There is no such import, or you may not see it',
  },
  'import.state': {
    status: 409,
    zh: '这次导入处于“{state}”状态，不能这样操作',
    en: 'The import is "{state}": this cannot be done now',
  },
  'import.column': {
    status: 422,
    zh: '文件中没有列“{column}”，现有：{columns}',
    en: 'The file has no column "{column}"; it has: {columns}',
  },
  'import.target': {
    status: 422,
    zh: '不能导入到字段“{field}”',
    en: 'Field "{field}" cannot be imported into',
  },
  'import.targetTwice': {
    status: 422,
    zh: '有两列对应到同一字段“{field}”',
    en: 'Two columns are mapped to the same field "{field}"',
  },
  'import.nothingMapped': {
    status: 422,
    zh: '没有一列能对应到字段，请指定对应关系；文件中的列：{columns}',
    en: 'No column could be mapped to a field: say which is which. The file has: {columns}',
  },
  'import.keyUnmapped': {
    status: 422,
    zh: '没有列对应到匹配字段“{field}”',
    en: 'No column is mapped to "{field}", by which records are matched',
  },
  'import.matchRate': {
    status: 422,
    zh: '只有 {rate}% 的行匹配到已有记录（不足 95%），确认后才会执行',
    en: 'Only {rate} % of the rows match a record (less than 95 %): this must be confirmed first',
  },
  'import.fileGone': {
    status: 410,
    zh: '原文件已过保留期（导入结束后 7 天）',
    en: 'The file is no longer kept (7 days after the end of the import)',
  },
  'import.userGone': {
    status: 422,
    zh: '发起导入的用户已停用',
    en: 'The user who asked for the import is no longer active',
  },
  'import.notUndoable': {
    status: 409,
    zh: '没有可以撤销的内容',
    en: 'There is nothing to undo',
  },
  'import.unmapped': {
    status: 422,
    zh: '列“{column}”没有对应的字段，未导入',
    en: 'Column "{column}" is mapped to no field and was left out',
  },
  'import.unnamedColumn': {
    status: 422,
    zh: '有一列没有列名，称为“{column}”',
    en: 'A column without a name is called "{column}"',
  },
  'import.repeatedColumn': {
    status: 422,
    zh: '列名重复，第二个称为“{column}”',
    en: 'A column name occurs twice; the second one is called "{column}"',
  },
  'import.titleSkipped': {
    status: 422,
    zh: '第 {line} 行“{text}”是标题，已跳过',
    en: 'Row {line}, "{text}", is a title and was passed over',
  },
  'import.datesInferred': {
    status: 422,
    zh: '列“{column}”有 {count} 个日期有两种读法，按同列其他日期推断为 {order}',
    en: '{count} dates in "{column}" can be read in two ways; they were read as {order}, as the other dates of the column suggest',
  },
  'import.datesAssumed': {
    status: 422,
    zh: '列“{column}”有 {count} 个日期有两种读法，没有依据可循，按惯例读作 {order}，请核对',
    en: '{count} dates in "{column}" can be read in two ways and nothing tells which; they were read as {order}, as is usual: check them',
  },
} as const satisfies Record<string, ErrorEntry>;

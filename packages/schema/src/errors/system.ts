import type { ErrorEntry } from './entry.ts';

// The database, backups, jobs, and what nobody expected.

export const systemErrors = {
  'database.unreachable': {
    status: 503,
    zh: '无法连接数据库：{detail}',
    en: 'The database cannot be reached: {detail}',
  },
  'database.version': {
    status: 500,
    zh: 'PostgreSQL {found} 版本过低，需要 15 或以上',
    en: 'PostgreSQL {found} is too old: 15 or newer is needed',
  },
  'database.encoding': {
    status: 500,
    zh: '数据库编码为 {found}，需要 UTF8：请新建编码为 UTF8 的数据库',
    en: 'The database is encoded in {found}: create one in UTF8',
  },
  'database.pooler': {
    status: 500,
    zh: 'DATABASE_URL 经过连接池：请用 DATABASE_DIRECT_URL 给出数据库的直连地址',
    en: 'DATABASE_URL leads through a connection pooler: set DATABASE_DIRECT_URL to the database itself',
  },
  'database.directPooler': {
    status: 500,
    zh: 'DATABASE_DIRECT_URL 也经过连接池，需要数据库的直连地址',
    en: 'DATABASE_DIRECT_URL leads through a connection pooler too: it must reach the database itself',
  },
  'database.newer': {
    status: 500,
    zh: '数据库已由更新版本的汇客升级（{name}）：请启动该版本',
    en: 'The database was upgraded by a newer Huike ({name}): start that version',
  },
  'database.edited': {
    status: 500,
    zh: '升级文件 {name} 与当初应用到此数据库的内容不一致',
    en: 'The migration {name} differs from what was applied to this database',
  },
  'database.migration': {
    status: 500,
    zh: '数据库升级 {name} 失败，未做任何更改：{detail}',
    en: 'The migration {name} failed and changed nothing: {detail}',
  },
  'database.major': {
    status: 500,
    zh: '{folder} 由 PostgreSQL {found} 创建，本版本自带 {expected}：请用原版本执行 huike backup 备份，再用本版本 huike restore 恢复到空的数据目录',
    en: '{folder} was made by PostgreSQL {found}, this version brings {expected}: make a backup with the version used before (huike backup), then restore it with this one into an empty data folder (huike restore)',
  },
  'database.lostFolder': {
    status: 500,
    zh: '{pointer} 指向 {folder}，但那里没有数据库：请找回该目录，或恢复备份',
    en: '{pointer} points to {folder}, where there is no database: bring it back, or restore a backup',
  },
  'database.folder': {
    status: 500,
    zh: '无法使用数据目录 {folder}：{detail}',
    en: 'The data folder {folder} cannot be used: {detail}',
  },
  'database.binaries': {
    status: 500,
    zh: '本机无法运行自带的 PostgreSQL（{detail}）：请用 DATABASE_URL 指定外部数据库',
    en: 'The packaged PostgreSQL does not run on this machine ({detail}): set DATABASE_URL to a database of your own',
  },
  'database.start': {
    status: 500,
    zh: 'PostgreSQL 未能启动：{detail}',
    en: 'PostgreSQL did not start: {detail}',
  },
  'backup.damaged': {
    status: 422,
    zh: '备份文件已损坏或不完整（{detail}），未恢复任何数据',
    en: 'The backup is damaged or incomplete ({detail}): nothing was restored',
  },
  'backup.newer': {
    status: 422,
    zh: '备份由更新版本的汇客生成（{found}）：请用该版本或更新版本恢复',
    en: 'The backup was made by a newer Huike ({found}): restore it with that version or a newer one',
  },
  'backup.notEmpty': {
    status: 409,
    zh: '数据库中已有数据，备份只能恢复到空数据库',
    en: 'The database already holds data: a backup is restored into an empty one only',
  },
  'backup.otherKey': {
    status: 409,
    zh: '{file} 是另一份数据的密钥：请恢复到空的数据目录',
    en: '{file} is the key of other data: restore into an empty data folder',
  },
  'job.schedule': {
    status: 422,
    zh: '计划“{cron}”（时区 {zone}）无效',
    en: 'The schedule "{cron}" (time zone {zone}) is not valid',
  },
  'system.unexpected': {
    status: 500,
    zh: '出现意外错误，请凭请求号 {requestId} 联系管理员',
    en: 'Something unexpected happened: quote request {requestId} to your administrator',
  },
  'system.unavailable': {
    status: 503,
    zh: '服务暂不可用，请稍后重试',
    en: 'The service is not available: try again shortly',
  },
} as const satisfies Record<string, ErrorEntry>;

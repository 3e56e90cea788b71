// What people read about the functions: the page of the documentation is made of it, and pickers show it.

export type FunctionGroup = 'logic' | 'text' | 'number' | 'date';

export interface FunctionReference {
  readonly name: string;
  readonly group: FunctionGroup;
  /** Its arguments; those in brackets may be left out. */
  readonly usage: string;
  readonly zh: string;
  readonly en: string;
}

// name | arguments | Chinese | English
const logic = `
IF | condition, then, [else] | 条件成立取前者，否则取后者 | one value where the condition holds, else the other
IFS | condition, value, … | 第一个成立的条件所对应的值 | the value of the first condition that holds
SWITCH | value, case, result, …, [else] | 与值相等的第一项所对应的结果 | the result of the first case that equals the value
CHOOSE | number, value, … | 第几个值 | the value at that place
AND | condition, … | 全部成立 | whether all hold
OR | condition, … | 至少一个成立 | whether at least one holds
XOR | condition, … | 成立的个数为奇数 | whether an odd number of them holds
NOT | condition | 条件不成立 | whether it does not hold
TRUE | | 是 | yes
FALSE | | 否 | no
ISBLANK | value | 是否为空 | whether it is empty
ISNUMBER | value | 是否为数字 | whether it is a number
ISTEXT | value | 是否为文本 | whether it is a text
ISLOGICAL | value | 是否为“是/否” | whether it is yes or no
ISEVEN | number | 整数部分是否为偶数 | whether its whole part is even
ISODD | number | 整数部分是否为奇数 | whether its whole part is odd
COALESCE | value, … | 第一个不为空的值 | the first that is not empty
IFERROR | value, else | 无法计算（即为空）时取后者 | the second where the first cannot be worked out, which is empty
IFBLANK | value, else | 为空时取后者 | the second where the first is empty
COUNTA | value, … | 不为空的个数 | how many are not empty
COUNTBLANK | value, … | 为空的个数 | how many are empty
USER | | 当前用户 | who is looking
`;
const text = `
CONCAT | value, … | 连接；空值略去 | joined; what is empty is left out
CONCATENATE | value, … | 同 CONCAT | the same as CONCAT
TEXTJOIN | separator, ignores empty, value, … | 用分隔符连接 | joined with a separator in between
LEN | text | 字符数 | how many characters
UPPER | text | 英文字母转大写 | A–Z in capitals
LOWER | text | 英文字母转小写 | A–Z in small letters
PROPER | text | 英文单词首字母大写 | A–Z capital at the beginning of words
TRIM | text | 去掉首尾空格，中间的连续空格留一个 | without spaces at the ends and doubled ones inside
CLEAN | text | 去掉不可见的控制字符 | without control characters
ASC | text | 全角转半角 | full-width characters as plain ones
DBCS | text | 半角转全角 | plain characters as full-width ones
LEFT | text, [count] | 左起若干字符（默认 1 个） | its first characters (1)
RIGHT | text, [count] | 右起若干字符（默认 1 个） | its last characters (1)
MID | text, start, count | 从某位置起的若干字符 | characters from a place on
REPLACE | text, start, count, new | 替换某位置起的若干字符 | characters from a place on replaced
SUBSTITUTE | text, old, new, [nth] | 替换文字；可只替换第几处 | one text replaced by another; everywhere or the nth time
FIND | sought, text, [start] | 所在位置，区分大小写 | where it is, capitals matter
SEARCH | sought, text, [start] | 所在位置，不区分大小写，无通配符 | where it is, capitals don't matter, no wildcards
EXACT | text, text | 是否完全相同 | whether they are the same
CONTAINS | text, sought | 是否包含，不区分大小写 | whether it contains it, capitals don't matter
STARTSWITH | text, start | 是否以此开头，不区分大小写 | whether it begins so, capitals don't matter
ENDSWITH | text, end | 是否以此结尾，不区分大小写 | whether it ends so, capitals don't matter
REPT | text, times | 重复若干次 | repeated
VALUE | text | 文本中的数字，如 1,234.5、50% | the number that is written, such as 1,234.5 or 50%
CHAR | number | Unicode 码对应的字符 | the character of a Unicode number
UNICHAR | number | 同 CHAR | the same as CHAR
CODE | text | 首字符的 Unicode 码 | the Unicode number of the first character
UNICODE | text | 同 CODE | the same as CODE
TEXT | value, format | 按格式显示：0.00、#,##0、0%、yyyy年m月d日、hh:mm | shown by a format: 0.00, #,##0, 0%, yyyy-mm-dd, hh:mm
`;
const number = `
ROUND | number, places | 四舍五入（负位数表示小数点之前） | rounded, halves away from zero
ROUNDUP | number, [places] | 向远离零的方向舍入 | rounded away from zero
ROUNDDOWN | number, [places] | 向零的方向舍入 | rounded towards zero
TRUNC | number, [places] | 截断 | cut off
INT | number | 不大于它的整数 | the whole number at or below
CEILING | number, [step] | 向上取整到倍数 | up to a multiple
FLOOR | number, [step] | 向下取整到倍数 | down to a multiple
MROUND | number, step | 取最近的倍数 | to the nearest multiple
EVEN | number | 远离零的最近偶数 | the next even number away from zero
ODD | number | 远离零的最近奇数 | the next odd number away from zero
ABS | number | 绝对值 | without its sign
SIGN | number | 符号：1、0、-1 | 1, 0 or -1
MOD | number, divisor | 余数，与除数同号 | the remainder, with the sign of the divisor
QUOTIENT | number, divisor | 商的整数部分 | the whole part of the quotient
GCD | number, number | 最大公约数 | the greatest common divisor
POWER | number, power | 乘方，同 ^ | the power, as ^
SQRT | number | 平方根 | the square root
EXP | number | e 的乘方 | e to that power
LN | number | 自然对数 | the natural logarithm
LOG10 | number | 以 10 为底的对数 | the logarithm to base 10
LOG | number, [base] | 对数（默认以 10 为底） | the logarithm (base 10)
PI | | 圆周率 | the circle's number
MIN | value, … | 最小（数字、日期、时间） | the least number, date or time
MAX | value, … | 最大（数字、日期、时间） | the greatest number, date or time
SUM | number, … | 合计，空值略过 | the sum of those that are not empty
AVERAGE | number, … | 平均，空值略过 | the average of those that are not empty
COUNT | number, … | 不为空的个数 | how many are not empty
PRODUCT | number, … | 乘积，空值略过 | the product of those that are not empty
`;
const date = `
TODAY | | 今天 | today
NOW | | 现在 | now
DATE | year, month, day | 由年月日组成日期；超出的月、日顺延 | a date from its parts; months and days may overflow
YEAR | date | 年 | the year
QUARTER | date | 季度 1–4 | the quarter, 1–4
MONTH | date | 月 | the month
DAY | date | 日 | the day of the month
HOUR | time | 时 | the hour
MINUTE | time | 分 | the minute
SECOND | time | 秒 | the second
WEEKDAY | date, [type] | 星期几：1 周日为 1（默认），2 周一为 1，3 周一为 0，11–17 | the weekday: Sunday is 1 (type 1), Monday is 1 (2) or 0 (3), 11–17
WEEKNUM | date, [type] | 第几周：1 周日起（默认），2 周一起，11–17，21 为 ISO | the week of the year: from Sunday (type 1), Monday (2), 11–17, ISO (21)
ISOWEEKNUM | date | ISO 周数 | the week by ISO 8601
EDATE | date, months | 若干个月后的同一天 | the same day months later
EOMONTH | date, months | 若干个月后的月末 | the end of the month months later
DATEDIF | start, end, unit | 相差：Y 年、M 月、D 天、YM、MD、YD | whole years Y, months M, days D, or what is left: YM, MD, YD
DAYS | end, start | 相差天数 | days between
DAYS360 | start, end, [European] | 每月按 30 天的相差天数 | days between in months of 30 days
NETWORKDAYS | start, end | 工作日天数（周一至周五，含首尾） | days from Monday to Friday, both ends counted
WORKDAY | start, days | 若干个工作日之后（周一至周五） | the date so many days from Monday to Friday later
DATEVALUE | text or time | 文本（2026-01-05、2026年1月5日）或时间的日期 | the date of a text (2026-01-05, 2026/1/5) or a time
TIMEVALUE | text | 文本中的时刻占一天的比例 | the part of a day that a text such as 12:30 says
TIME | hour, minute, second | 时刻占一天的比例 | the part of a day
`;

const groups: readonly (readonly [FunctionGroup, string])[] = [
  ['logic', logic],
  ['text', text],
  ['number', number],
  ['date', date],
];

/** Every function that can be written, by group. */
export const functionReference: readonly FunctionReference[] = groups.flatMap(([group, lines]) =>
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', usage = '', zh = '', en = ''] = line.split('|').map((part) => part.trim());
      return { name, group, usage, zh, en };
    }),
);

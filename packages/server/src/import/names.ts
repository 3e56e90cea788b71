// Names of columns as people write them, and which of them mean the same.
import type { StoredType } from '@huike/kernel';

/** Letters and digits alone, of one case and width: `Mobile_No.` and `ＭＯＢＩＬＥ no` are one. */
export function fold(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** The same without what stands in brackets or behind a colon as a remark: 手机（必填）. */
export function foldBare(name: string): string {
  const plain = name.normalize('NFKC').replace(/\([^()]*\)|\[[^[\]]*\]|【[^【】]*】|<[^<>]*>/g, '');
  return fold(plain) || fold(name);
}

/** Words for one thing. */
interface Sense {
  readonly words: ReadonlySet<string>;
  /** Types of fields that are meant when no field is called so; the first such field. */
  readonly types: readonly StoredType[];
  /** The field that names a record. */
  readonly isTitle?: true;
}

const sense = (words: string, types: readonly StoredType[] = [], isTitle?: true): Sense => ({
  words: new Set(words.split(' ').map(fold)),
  types,
  ...(isTitle === undefined ? {} : { isTitle }),
});

const senses: readonly Sense[] = [
  sense('姓名 名字 昵称 名称 全名 全称 标题 主题 name full_name display_name title subject', [], true),
  sense(
    '手机 手机号 手机号码 移动电话 联系手机 mobile mobile_no mobile_number mobile_phone cell cell_phone cellphone',
    ['phone'],
  ),
  sense('电话 电话号码 联系电话 联系方式 固定电话 座机 办公电话 phone phone_no phone_number tel telephone work_phone', [
    'phone',
  ]),
  sense('邮箱 电子邮箱 电子邮件 邮件 邮件地址 邮箱地址 email e_mail mail email_address', ['email']),
  sense('网址 网站 官网 主页 公司网站 website web_site homepage url link', ['url']),
  sense('备注 说明 描述 附注 备注信息 remark remarks note notes comment comments description memo', ['longText']),
  sense('公司 公司名称 单位 单位名称 企业 企业名称 所在公司 company company_name organization organisation employer'),
  sense('生日 出生日期 出生年月 出生年月日 birthday birth_date date_of_birth dob'),
  sense('性别 gender sex'),
  sense('职位 职务 岗位 job_title position'),
  sense('部门 所在部门 department dept'),
  sense('负责人 所有者 归属人 归属 业务员 跟进人 销售 销售负责人 owner assignee account_manager'),
  sense('编号 编码 代码 号码 code no number key'),
  sense('客户编号 客户编码 客户代码 客户号 customer_code customer_no customer_number customer_key customer_id'),
  sense('金额 总额 总价 合计 amount total total_amount'),
  sense('价格 单价 price unit_price'),
  sense('数量 quantity qty'),
  sense('收入 年收入 income annual_income yearly_income'),
  sense('学历 教育程度 文化程度 education education_level'),
  sense('职业 occupation profession'),
  sense('来源 渠道 客户来源 线索来源 source channel lead_source'),
  sense('等级 级别 客户等级 客户级别 level grade rank'),
  sense('状态 status state'),
  sense('阶段 stage phase'),
  sense('类型 类别 分类 type category kind'),
  sense('行业 所属行业 industry'),
  sense('标签 tag tags label labels'),
  sense('微信 微信号 wechat wechat_id'),
  sense('统一社会信用代码 社会信用代码 信用代码 税号 credit_code uscc tax_id'),
  sense('开始日期 开始时间 起始日期 start start_date start_time'),
  sense('结束日期 结束时间 截止日期 end end_date end_time due_date'),
];

/**
 * Whether two Latin names (folded) differ by a slip that makes no other word: two neighbours changed (emial), or a double
 * letter single or the other way round (adress). A letter more or other may mean something else: county, contract.
 */
export function isSlipOf(one: string, other: string): boolean {
  if (!/^[a-z]{5,}$/.test(one) || !/^[a-z]{5,}$/.test(other) || one === other) return false;
  const single = (text: string) => text.replace(/(.)\1/g, '$1');
  if (one.length !== other.length) return Math.abs(one.length - other.length) === 1 && single(one) === single(other);
  const at = [...one].findIndex((letter, place) => letter !== other[place]);
  return one.slice(0, at) + one[at + 1] + one[at] + one.slice(at + 2) === other;
}

/** The senses that a name (folded) may have, but for a slip. */
export function nearSensesOf(folded: string): readonly Sense[] {
  return senses.filter(({ words }) => [...words].some((word) => isSlipOf(word, folded)));
}

/** The senses that a name (folded) may have. */
export function sensesOf(folded: string): readonly Sense[] {
  return senses.filter(({ words }) => words.has(folded));
}

/** What a column's name may begin with without meaning anything else. */
export const commonPrefixes: readonly string[] = [
  ...['客户', '顾客', '会员', '联系人', '企业', '公司', '单位', '主要', '是否', '是不是'],
  ...['customer', 'client', 'member', 'account', 'is', 'has'],
].map(fold);

/** The words for the parts of an address. */
export const addressWords: Readonly<Record<string, ReadonlySet<string>>> = {
  country: sense('国家 国家地区 country country_region').words,
  province: sense('省 省份 省市 省自治区 省级 province state_province state_or_province').words,
  city: sense('市 城市 地市 所在城市 city town').words,
  district: sense('区 区县 县 县区 district county').words,
  street: sense(
    '地址 详细地址 联系地址 通讯地址 通信地址 街道 街道地址 住址 address street street_address address_line_1 addressline1',
  ).words,
  postcode: sense('邮编 邮政编码 postcode postal_code zip zip_code').words,
};

export const currencyWords: ReadonlySet<string> = sense('币种 货币 currency currency_code').words;

export const geoWords: Readonly<Record<'lng' | 'lat', ReadonlySet<string>>> = {
  lng: sense('经度 longitude lng lon').words,
  lat: sense('纬度 latitude lat').words,
};

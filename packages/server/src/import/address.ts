// A Chinese address in one text to its parts: 浙江省杭州市西湖区文三路 1 号.

const municipalities = '北京|天津|上海|重庆';
const provinces =
  '河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾';
const regions =
  '内蒙古(?:自治区)?|广西(?:壮族自治区)?|西藏(?:自治区)?|宁夏(?:回族自治区)?|新疆(?:维吾尔自治区)?|香港(?:特别行政区)?|澳门(?:特别行政区)?';

const COUNTRY = /^(?:中国|中华人民共和国)\s*/;
const MUNICIPALITY = new RegExp(`^(${municipalities})市?\\s*(?:\\1市|市辖区)?\\s*`);
const PROVINCE = new RegExp(`^(?:(?:${provinces})省?|${regions})\\s*`);
// A city of two districts at most is named 东莞市; prefectures are 自治州, 地区 and 盟.
const CITY = /^([^\s\d市区县旗路街道]{1,12}?(?:自治州|地区|盟|市))\s*/;
const DISTRICT = /^([^\s\d区县旗路街道]{1,12}?(?:区|县|旗|市))\s*/;

export interface AddressParts {
  readonly [part: string]: string;
}

/** The parts of an address. Where no province stands in front, all of it is the street. */
export function splitAddress(text: string): AddressParts {
  const plain = text.trim();
  let rest = plain.replace(COUNTRY, '');
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest);
    if (found !== null) rest = rest.slice(found[0].length);
    return found;
  };
  const municipality = take(MUNICIPALITY)?.[1];
  const province = municipality === undefined ? take(PROVINCE)?.[0].trim() : `${municipality}市`;
  if (province === undefined) return { street: plain };
  const city = municipality === undefined ? take(CITY)?.[1] : province;
  const district = take(DISTRICT)?.[1];
  return {
    province,
    ...(city === undefined ? {} : { city }),
    ...(district === undefined ? {} : { district }),
    ...(rest.trim() === '' ? {} : { street: rest.trim() }),
  };
}

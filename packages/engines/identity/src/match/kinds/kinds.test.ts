// How alike two values are, by type.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeColumn } from '../encode.ts';
import { RecordTable } from '../records.ts';
import type { SemanticType } from '../types.ts';
import { kinds } from './index.ts';

/** The name of the level of two values, `unknown` where they tell nothing. `others` make words common or rare. */
function levelOf(type: SemanticType, one: string, other: string, others: readonly string[] = []): string {
  const spec = { name: 'value', type };
  const table = new RecordTable([spec]);
  for (const value of [one, other, ...others]) table.add([value]);
  const column = encodeColumn({ spec, ...table.rawColumn(0) });
  const [a = 0, b = 0] = column.codes;
  if (a === 0 || b === 0) return 'unknown';
  const { levels, compare } = kinds[type];
  const level = a === b ? levels.length - 1 : compare(column, a, b);
  if (a !== b) assert.equal(compare(column, b, a), level, `${one} and ${other}: the other way round`);
  return levels[level]?.name ?? 'unknown';
}

type Case = readonly [one: string, other: string, level: string];

const cases: Readonly<Partial<Record<SemanticType, readonly Case[]>>> = {
  fullName: [
    ['张伟', '張偉', 'exact'],
    ['张 伟', '张伟', 'exact'],
    ['张伟', '章伟', 'near'],
    ['张伟', '伟张', 'unknown'],
    ['欧阳锋', '歐陽鋒', 'exact'],
    ['欧阳锋', '欧阳峰', 'near'],
    ['张伟', 'Zhang Wei', 'near'],
    ['张伟', 'Wei Zhang', 'near'],
    ['张伟民', 'zhangweimin', 'near'],
    ['张伟', '臧伟', 'similar'],
    ['李宁', '李林', 'similar'],
    ['李兰', '李南', 'similar'],
    ['李小明', '李明', 'similar'],
    ['李小明', '李明小', 'near'],
    ['李小明', '李小红', 'givenConflict'],
    ['李明', '王明', 'different'],
    ['李建国', '王建国', 'familyConflict'],
    ['张伟', '李娜', 'different'],
    ['王先生', '王伟', 'partial'],
    ['王先生', '王女士', 'different'],
    ['王先生', '李伟', 'different'],
    ['快乐小鱼', '张伟', 'unknown'],
    ['Robert Allen', '张伟', 'unknown'],
    ['Robert Allen', 'Allen, Robert', 'exact'],
    ['Robert Allen', 'Allen Robert', 'near'],
    ['Robert Allen', 'Robert J. Allen', 'near'],
    ['Robert Allen', 'Robert Alen', 'near'],
    ['Robert Allen', 'R. Allen', 'similar'],
    ['Robert Allen', 'Rob Allen', 'similar'],
    ['Robert Allen', 'Susan Allen', 'givenConflict'],
    ['Robert Allen', 'Susan Miller', 'different'],
    ['Dr. Robert Allen', 'Robert Allen', 'exact'],
    ['José García', 'Jose Garcia', 'exact'],
    ['A. Meier, B. Koch, C. Lang', 'Anna Meier and Bernd Koch', 'unknown'],
    ['Smith, John, Jr.', 'John Smith', 'exact'],
  ],
  givenName: [
    ['robert', 'Robert', 'exact'],
    ['robert', 'rob', 'similar'],
    ['robert', 'r', 'similar'],
    ['robert', 'robbert', 'near'],
    ['katherine', 'catherine', 'near'],
    ['robert', 'susan', 'different'],
    ['伟', '玮', 'near'],
    ['伟', 'wei', 'near'],
    ['n/a', 'robert', 'unknown'],
  ],
  familyName: [
    ['mccarthy', 'mccattmhy', 'near'],
    ['allan', 'ellen', 'similar'],
    ['smith', 'smyth', 'near'],
    ['smith', 'jones', 'different'],
    ['欧阳', '歐陽', 'exact'],
  ],
  company: [
    ['北京华为技术有限公司', '华为技术(北京)有限公司', 'exact'],
    ['华为技术有限公司', '北京华为技术有限公司', 'near'],
    ['北京华为技术有限公司', '上海华为技术有限公司', 'similar'],
    ['华为技术有限公司', '华为终端有限公司', 'different'],
    ['Acme Widgets Inc.', 'ACME Widgets Ltd', 'exact'],
    ['hotel bel-air', 'bel-air hotel', 'near'],
    ["art's deli", "art's delicatessen", 'near'],
    ['lulu', 'lulu restaurant bis cafe', 'similar'],
  ],
  birthDate: [
    ['1990-01-05', '19900105', 'exact'],
    ['1990-01-05', '1990年1月5日', 'exact'],
    ['1990-01-05', '5 Jan 1990', 'exact'],
    ['1990-01-05', '1990-05-01', 'near'],
    ['1990-01-15', '1990-01-16', 'near'],
    ['1990-01-15', '1991-01-15', 'near'],
    ['1990-01-15', '1990-01-51', 'near'],
    ['1990-01-15', '1990-01-28', 'partial'],
    ['1990-01-15', '1990-12-15', 'partial'],
    ['1990-01-15', '1984-07-02', 'different'],
    ['0000-00-00', '1990-01-15', 'unknown'],
  ],
  phone: [
    ['13812345678', '+86 138-1234-5678', 'exact'],
    ['13812345678', '008613812345678', 'exact'],
    ['13812345678', '１３８１２３４５６７８', 'exact'],
    ['010-62345678', '62345678', 'tail'],
    ['13812345678', '13812345679', 'near'],
    ['13812345678', '13812346578', 'near'],
    ['13812345678', '13998765432', 'different'],
    ['13800138000', '13812345678', 'unknown'],
    ['00000000000', '13812345678', 'unknown'],
  ],
  email: [
    ['A.B@Example.com', 'a.b@example.com', 'exact'],
    ['zhangwei@qq.com', 'zhangwei@163.com', 'local'],
    ['robert255@smith.net', 'roberta25@smith.net', 'similar'],
    ['lily@example.com', 'robert@smith.net', 'different'],
    ['noreply@example.com', 'lily@example.com', 'unknown'],
  ],
  address: [
    ['12224 Ventura Blvd.', '12224 ventura boulevard', 'exact'],
    ['435 s. la cienega blv.', '435 S La Cienega Blvd', 'exact'],
    ['3201 fillmore st.', '3127 fillmore st.', 'street'],
    ['570 4th st.', '570 fourth st.', 'exact'],
    ['成都市武侯区人民南路12号阳光花园3号楼2单元402室', '四川省成都市武侯区人民南路12号阳光花园3-2-402', 'exact'],
    ['成都市武侯区人民南路12号阳光花园3号楼2单元402室', '武侯区人民南路88号阳光花园9号楼1单元101室', 'street'],
    ['成都市武侯区人民南路12号', '北京市朝阳区建国路99号', 'different'],
  ],
  city: [
    ['成都市', '成都', 'exact'],
    ['Beverly Hills', 'beverly hils', 'near'],
    ['成都', '北京', 'different'],
  ],
  region: [
    ['广西壮族自治区', '广西', 'exact'],
    ['nsw', 'vic', 'different'],
  ],
  postalCode: [
    ['610041', '6100 41', 'exact'],
    ['610041', '610014', 'near'],
    ['610041', '610099', 'area'],
    ['610041', '200040', 'different'],
  ],
  nationalId: [
    ['6988048', '698 8048', 'exact'],
    ['6988048', '6988084', 'near'],
    ['6988048', '1234567', 'different'],
    ['000000', '6988048', 'unknown'],
  ],
  category: [
    ['French', 'french ', 'exact'],
    ['french', 'french (new)', 'similar'],
    ['french', 'thai', 'different'],
  ],
  text: [
    ['Sony Cyber-shot DSC-W120', 'sony cyber shot dsc w120', 'exact'],
    ['apple iphone 6 black', 'apple iphone 7 black', 'different'],
    ['a survey of record linkage', 'survey of record linkage methods', 'similar'],
    ['deep learning', 'boiled potatoes', 'different'],
  ],
  number: [
    ['1,234.50', '1234.5', 'exact'],
    ['100', '100.5', 'near'],
    ['100', '105', 'close'],
    ['100', '250', 'different'],
  ],
};

/** Words that are many in real columns. */
const common: Readonly<Partial<Record<SemanticType, readonly string[]>>> = {
  company: ['cafe', 'restaurant', 'bis', 'grill restaurant', 'cafe grill', 'bis cafe', 'restaurant bis cafe'],
};

for (const [type, rows] of Object.entries(cases)) {
  describe(type, () => {
    for (const [one, other, level] of rows) {
      const found = Object.keys(kinds).find((each): each is SemanticType => each === type) ?? 'text';
      test(`${one} and ${other}: ${level}`, () => assert.equal(levelOf(found, one, other, common[found]), level));
    }
  });
}

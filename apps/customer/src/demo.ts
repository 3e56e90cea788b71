import type { Command, Demo, DemoPerson, DemoWorld, Values } from '@huike/schema';

// A sample year of a small company that sells packaging and equipment: made up, every word of it.

const cities = [
  ['四川省', '成都市', '武侯区', '天府大道'],
  ['四川省', '绵阳市', '涪城区', '临园路'],
  ['重庆市', '重庆市', '渝北区', '星光大道'],
  ['浙江省', '杭州市', '滨江区', '江南大道'],
  ['浙江省', '宁波市', '鄞州区', '惠风路'],
  ['江苏省', '苏州市', '吴中区', '东方大道'],
  ['广东省', '深圳市', '南山区', '科苑路'],
  ['广东省', '佛山市', '南海区', '桂澜路'],
  ['上海市', '上海市', '闵行区', '虹梅路'],
  ['湖北省', '武汉市', '洪山区', '珞喻路'],
] as const;
const brands =
  '云杉 蓝舟 青禾 远山 明澈 恒采 星桥 启元 润物 木棉 晨曦 白鹭 千帆 和光 鼎新 沐风 汇川 拾光 九川 金穗'.split(' ');
const trades = [
  ['manufacturing', '精密机械'],
  ['manufacturing', '包装材料'],
  ['trade', '商贸'],
  ['retail', '生活超市'],
  ['medical', '医疗器械'],
  ['education', '教育科技'],
  ['technology', '信息技术'],
  ['realEstate', '置业'],
  ['finance', '融资租赁'],
  ['other', '文化传媒'],
] as const;
const forms = ['有限公司', '有限责任公司', '股份有限公司'] as const;
const surnames = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕'.split('');
const givenNames =
  '伟 芳 娜 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 兰 霞 平 刚 桂英 子涵 雨桐 浩然 思源 欣怡 一诺 俊杰 晓梅 建国 志强 海燕 文博 嘉怡'.split(
    ' ',
  );
const jobs = ['总经理', '采购经理', '财务主管', '技术总监', '行政主管', '运营经理', '仓储主管', '市场经理'] as const;
const sources = ['website', 'wechat', 'wecom', 'douyin', 'shop', 'store', 'call', 'dealer', 'referral'] as const;
const decisionRoles = ['decides', 'uses', 'technical', 'buys', 'coach', 'opposes'] as const;
const tagNames = ['老客户', '展会认识', '价格敏感', '急单多', '年框协议', '待激活'] as const;
const talks = [
  ['call', '首次电话沟通', '介绍了产品和价格区间，对方希望先看样品。'],
  ['call', '回访样品使用情况', '样品合格，但交期要求 7 天内，需要和生产确认。'],
  ['visit', '上门拜访', '看了车间和仓库，目前由两家供应商供货，对账期最不满意。'],
  ['visit', '现场勘测', '量了尺寸、拍了照片，技术方案三天内给出。'],
  ['message', '微信发送报价单', '对方已读，说要和财务商量。'],
  ['message', '节日问候', '顺便提醒年框合同下月到期。'],
  ['meeting', '方案评审会', '决策人到场，要求补充两个同行案例。'],
  ['email', '发送合同初稿', '法务对违约条款有两处意见。'],
] as const;
const todos = [
  '寄送样品',
  '准备报价',
  '确认交期',
  '补充案例',
  '催收尾款',
  '安排技术交流',
  '更新合同条款',
  '预约下次拜访',
] as const;

const customersMade = 200;

/** Sample customers with contacts, talks, tasks and tags. */
export const demo: Demo = {
  roles: { leader: ['salesManager'], member: ['salesRep'] },
  records: (world) => {
    const dice = diceOf(world);
    const tags = tagNames.map((name) => record('tag', world.newId(), { name }));
    const names = new Set<string>();
    const phone = phones();
    const customers = Array.from({ length: customersMade }, (_, index) =>
      customerWith(world, dice, { index, names, phone, tags: tags.map(({ id }) => id) }),
    );
    return [...tags, ...customers.flat()];
  },
};

interface Made {
  readonly op: 'create';
  readonly object: string;
  readonly id: string;
  readonly values: Values;
}

const record = (object: string, id: string, values: Values): Made => ({ op: 'create', object, id, values });

interface Dice {
  readonly upTo: (max: number) => number;
  readonly pick: <T>(choices: readonly [T, ...T[]] | readonly T[]) => T;
  readonly chance: (share: number) => boolean;
}

function diceOf({ random }: DemoWorld): Dice {
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  return {
    upTo,
    pick: (choices) => {
      const choice = choices[upTo(choices.length - 1)];
      if (choice === undefined) throw new Error('nothing to pick from');
      return choice;
    },
    chance: (share) => random() < share,
  };
}

/** Numbers of the block that is printed on every sample card. */
function phones(): () => string {
  let next = 0;
  return () => `138001${String(38_001 + next++).padStart(5, '0')}`;
}

interface Setting {
  readonly index: number;
  readonly names: Set<string>;
  readonly phone: () => string;
  readonly tags: readonly string[];
}

function customerWith(world: DemoWorld, dice: Dice, setting: Setting): Command[] {
  const { newId, people } = world;
  const owner = dice.pick(people);
  const id = newId();
  const belongs = { owner: owner.id, department: owner.department };
  const isCompany = dice.chance(0.85);
  const customer = record('customer', id, {
    ...(isCompany ? company(dice, setting) : person(dice, setting)),
    ...belongs,
    level: dice.pick(['a', 'b', 'b', 'c', 'c', 'c']),
    source: dice.pick(sources),
    tags: setting.tags.filter(() => dice.chance(0.15)),
    address: addressOf(dice),
  });
  const contacts = Array.from({ length: isCompany ? 1 + dice.upTo(2) : 0 }, (_, index) =>
    record('contact', newId(), {
      name: nameOf(dice),
      customer: id,
      phone: setting.phone(),
      jobTitle: dice.pick(jobs),
      decisionRole: dice.pick(decisionRoles),
      primary: index === 0,
      ...belongs,
    }),
  );
  const talksHeld = Array.from({ length: dice.upTo(4) }, () => talk(world, dice, id, contacts, belongs));
  const tasks = dice.chance(0.5) ? [task(world, dice, id, owner)] : [];
  return [customer, ...contacts, ...talksHeld, ...tasks];
}

function company(dice: Dice, { names, phone }: Setting): Values {
  for (;;) {
    const [, city] = dice.pick(cities);
    const [industry, trade] = dice.pick(trades);
    const name = `${city.replace('市', '')}${dice.pick(brands)}${trade}${dice.pick(forms)}`;
    if (names.has(name)) continue;
    names.add(name);
    const revenue = (1 + dice.upTo(400)) * 50_000;
    return {
      kind: 'company',
      name,
      industry,
      phone: phone(),
      employees: 5 + dice.upTo(495),
      annualRevenue: `${revenue}`,
    };
  }
}

function person(dice: Dice, { phone, index }: Setting): Values {
  return {
    kind: 'person',
    name: nameOf(dice),
    gender: dice.pick(['female', 'male']),
    phone: phone(),
    email: `sample${index}@example.com`,
    birthDate: `${1965 + dice.upTo(38)}-${two(1 + dice.upTo(11))}-${two(1 + dice.upTo(27))}`,
  };
}

const two = (number: number) => String(number).padStart(2, '0');
const nameOf = (dice: Dice) => `${dice.pick(surnames)}${dice.pick(givenNames)}`;

function addressOf(dice: Dice): Values {
  const [province, city, district, road] = dice.pick(cities);
  return { province, city, district, street: `${road}${1 + dice.upTo(998)}号` };
}

function talk(world: DemoWorld, dice: Dice, customer: string, contacts: readonly Made[], belongs: Values): Command {
  const [kind, subject, summary] = dice.pick(talks);
  const contact = contacts.length === 0 ? {} : { contact: dice.pick(contacts).id };
  return record('activity', world.newId(), {
    ...{ subject, kind, summary, customer, ...contact, ...belongs },
    at: before(world.now, 1 + dice.upTo(179), dice.upTo(540)),
    minutes: 5 + dice.upTo(85),
  });
}

function task(world: DemoWorld, dice: Dice, customer: string, owner: DemoPerson): Command {
  return record('task', world.newId(), {
    subject: dice.pick(todos),
    status: dice.pick(['open', 'open', 'doing', 'done']),
    priority: dice.pick(['high', 'normal', 'normal', 'low']),
    dueAt: before(world.now, dice.upTo(24) - 14, dice.upTo(540)),
    assignee: owner.id,
    customer,
    owner: owner.id,
    department: owner.department,
  });
}

/** So many days before now (after, when negative), during working hours in China. */
function before(now: Date, days: number, minutes: number): string {
  const day = new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
  return new Date(Date.parse(`${day}T09:00:00+08:00`) + minutes * 60_000).toISOString();
}

// Where people live, and how addresses get written.
import type { Dice } from '../dice.ts';
import { chance, Weighted } from './chance.ts';
import { wide } from './spelling.ts';

export interface City {
  /** 四川省, 广西壮族自治区; a city under the state is its own: 上海市. */
  readonly province: string;
  /** 成都市. */
  readonly name: string;
  readonly districts: readonly string[];
  /** First four digits of its postal codes. */
  readonly postal: string;
  readonly area: string;
}

export interface Address {
  readonly city: City;
  readonly district: string;
  readonly road: string;
  readonly number: number;
  /** The name of the estate; null where the road's number is enough. */
  readonly estate: string | null;
  readonly building: number;
  readonly unit: number;
  readonly room: number;
  readonly postalCode: string;
}

function city(line: string): City {
  const [province = '', name = '', districts = '', postal = '', area = ''] = line.split(' ');
  return { province, name, districts: districts.split('、'), postal, area };
}

/** Weighed by people. */
const cities = new Weighted<City>([
  [city('上海市 上海市 浦东新区、徐汇区、静安区、闵行区、杨浦区、宝山区、长宁区、松江区 2000 021'), 25],
  [city('北京市 北京市 朝阳区、海淀区、东城区、西城区、丰台区、通州区、昌平区、大兴区 1000 010'), 22],
  [city('四川省 成都市 锦江区、青羊区、武侯区、成华区、金牛区、高新区、双流区、郫都区 6100 028'), 21],
  [city('广东省 广州市 天河区、越秀区、海珠区、白云区、番禺区、黄埔区、荔湾区 5100 020'), 19],
  [city('广东省 深圳市 南山区、福田区、罗湖区、宝安区、龙岗区、龙华区 5180 0755'), 18],
  [city('重庆市 重庆市 渝中区、江北区、南岸区、九龙坡区、沙坪坝区、渝北区 4000 023'), 17],
  [city('天津市 天津市 和平区、河西区、南开区、河东区、滨海新区、西青区 3000 022'), 13],
  [city('湖北省 武汉市 江岸区、江汉区、武昌区、洪山区、汉阳区、青山区 4300 027'), 13],
  [city('陕西省 西安市 雁塔区、碑林区、莲湖区、未央区、长安区、新城区 7100 029'), 13],
  [city('浙江省 杭州市 西湖区、拱墅区、上城区、滨江区、余杭区、萧山区 3100 0571'), 12],
  [city('江苏省 苏州市 姑苏区、虎丘区、吴中区、相城区、吴江区、昆山市 2150 0512'), 12],
  [city('河南省 郑州市 金水区、中原区、二七区、管城回族区、惠济区 4500 0371'), 12],
  [city('江苏省 南京市 玄武区、秦淮区、鼓楼区、建邺区、江宁区、栖霞区 2100 025'), 9],
  [city('湖南省 长沙市 岳麓区、芙蓉区、天心区、开福区、雨花区、望城区 4100 0731'), 10],
  [city('山东省 青岛市 市南区、市北区、崂山区、李沧区、黄岛区 2660 0532'), 10],
  [city('山东省 济南市 历下区、市中区、槐荫区、天桥区、历城区 2500 0531'), 9],
  [city('辽宁省 沈阳市 和平区、沈河区、大东区、皇姑区、铁西区 1100 024'), 9],
  [city('黑龙江省 哈尔滨市 道里区、南岗区、道外区、香坊区、松北区 1500 0451'), 10],
  [city('福建省 福州市 鼓楼区、台江区、仓山区、晋安区、马尾区 3500 0591'), 8],
  [city('福建省 厦门市 思明区、湖里区、集美区、海沧区、同安区 3610 0592'), 5],
  [city('安徽省 合肥市 蜀山区、包河区、庐阳区、瑶海区 2300 0551'), 9],
  [city('云南省 昆明市 五华区、盘龙区、官渡区、西山区、呈贡区 6500 0871'), 8],
  [city('广西壮族自治区 南宁市 青秀区、兴宁区、西乡塘区、江南区 5300 0771'), 8],
  [city('新疆维吾尔自治区 乌鲁木齐市 天山区、沙依巴克区、新市区、水磨沟区 8300 0991'), 4],
  [city('内蒙古自治区 呼和浩特市 新城区、回民区、赛罕区、玉泉区 0100 0471'), 3],
  [city('贵州省 贵阳市 南明区、云岩区、观山湖区、花溪区 5500 0851'), 6],
  [city('河北省 石家庄市 长安区、桥西区、新华区、裕华区、正定县 0500 0311'), 10],
  [city('广东省 东莞市 南城街道、东城街道、虎门镇、长安镇、厚街镇 5230 0769'), 10],
]);

const roads = Weighted.falling(
  '人民路 中山路 解放路 建设路 和平路 新华路 文化路 北京路 青年路 胜利路 朝阳路 长江路 光明路 东风路 幸福路 友谊路 工业路 科技路 学府路 滨河路 迎宾路 南京路 黄河路 民主路 团结路 振兴路 公园路 环城路 花园路 天府大道 世纪大道 滨江大道 凤凰路 体育路 健康路 五一路 八一路 育才路 站前路 临江路 玉林南路 桂溪东路 云台路 梧桐街 学院街 府前街 东大街 西大街 南街 北街'.split(
    ' ',
  ),
  20,
);
const estateHeads =
  '阳光 锦绣 翠湖 金色 万科 碧桂园 保利 龙湖 恒大 绿地 中海 华润 世纪 东方 香榭 书香 御景 山水 滨江 江南 紫荆 桂花 丽景 天鹅 国际 新城 怡和 春天 康乐 和谐 银河 枫林'.split(
    ' ',
  );
const estateTails = '花园 小区 家园 名苑 公馆 城 华府 雅居 新村 里 苑 广场 翰林院 御府 一期 二期'.split(' ');

/** A city, weighed by its people. */
export function somewhere(dice: Dice): City {
  return cities.pick(dice);
}

/** A home in a city. */
export function home(dice: Dice, at: City): Address {
  const district = dice.pick(at.districts);
  return {
    city: at,
    district,
    road: roads.pick(dice),
    number: 1 + dice.upTo(888),
    estate: chance(dice, 0.75) ? dice.pick(estateHeads) + dice.pick(estateTails) : null,
    building: 1 + dice.upTo(28),
    unit: 1 + dice.upTo(4),
    room: (1 + dice.upTo(31)) * 100 + 1 + dice.upTo(5),
    postalCode: at.postal + String(at.districts.indexOf(district)) + String(dice.upTo(9)),
  };
}

/** 四川 of 四川省, 广西 of 广西壮族自治区. */
export function shortProvince(province: string): string {
  return province.replace(/(?:壮族|维吾尔|回族)?自治区$|[省市]$/, '');
}

/** An address as somebody writes it: whole, without the province, without the road; 3号楼2单元501室, 3栋2单元501, 3-2-501. */
export function writtenAddress(dice: Dice, address: Address): string {
  const { city: at, district, road, number, estate, building, unit, room } = address;
  const ownProvince = at.province === at.name;
  const parts: string[] = [];
  const head = dice.upTo(9);
  if (head < 5) parts.push(ownProvince ? at.name : at.province + at.name, district);
  else if (head < 7) parts.push(ownProvince ? at.name : shortProvince(at.province) + at.name, district);
  else if (head < 9) parts.push(at.name, district);
  else parts.push(district);
  // Where an estate has a name, the road may be left out; never both.
  if (estate === null || !chance(dice, 0.3)) parts.push(`${road}${number}号`);
  if (estate !== null) parts.push(estate);
  const style = dice.upTo(9);
  if (style < 4) parts.push(`${building}号楼${unit}单元${room}室`);
  else if (style < 6) parts.push(`${building}栋${unit}单元${room}`);
  else if (style < 8) parts.push(`${building}-${unit}-${room}`);
  else parts.push(`${building}幢${unit}单元${room}室`);
  const glue = chance(dice, 0.12) ? ' ' : '';
  const written = parts.join(glue);
  return chance(dice, 0.02) ? wide(written) : written;
}

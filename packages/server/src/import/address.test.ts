import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitAddress } from './address.ts';

test('an address in one text is told apart where it begins with a province, and stays whole elsewhere', () => {
  const cases: readonly (readonly [string, ...(string | undefined)[]])[] = [
    ['浙江省杭州市西湖区文三路 1 号', '浙江省', '杭州市', '西湖区', '文三路 1 号'],
    ['浙江省 杭州市 西湖区 文三路 1 号', '浙江省', '杭州市', '西湖区', '文三路 1 号'],
    ['中国浙江省杭州市', '浙江省', '杭州市', undefined, undefined],
    ['四川成都市武侯区武侯祠大街231号', '四川', '成都市', '武侯区', '武侯祠大街231号'],
    ['北京市海淀区中关村大街 27 号', '北京市', '北京市', '海淀区', '中关村大街 27 号'],
    ['北京市北京市朝阳区建国路 1 号', '北京市', '北京市', '朝阳区', '建国路 1 号'],
    ['上海浦东新区世纪大道 100 号', '上海市', '上海市', '浦东新区', '世纪大道 100 号'],
    ['重庆市 重庆市 渝中区 解放碑', '重庆市', '重庆市', '渝中区', '解放碑'],
    ['江苏省苏州市昆山市前进路 2 号', '江苏省', '苏州市', '昆山市', '前进路 2 号'],
    ['广东省东莞市长安镇', '广东省', '东莞市', undefined, '长安镇'],
    ['云南省大理白族自治州大理市人民路', '云南省', '大理白族自治州', '大理市', '人民路'],
    ['内蒙古自治区锡林郭勒盟正蓝旗上都镇', '内蒙古自治区', '锡林郭勒盟', '正蓝旗', '上都镇'],
    ['新疆喀什地区疏勒县', '新疆', '喀什地区', '疏勒县', undefined],
    ['湖南省长沙市开福区', '湖南省', '长沙市', '开福区', undefined],
    ['文三路 1 号', undefined, undefined, undefined, '文三路 1 号'],
    ['杭州市西湖区文三路', undefined, undefined, undefined, '杭州市西湖区文三路'],
    ['1 Main Street, Springfield', undefined, undefined, undefined, '1 Main Street, Springfield'],
  ];
  for (const [text, province, city, district, street] of cases) {
    const parts = splitAddress(text);
    assert.deepEqual(
      [parts.province, parts.city, parts.district, parts.street],
      [province, city, district, street],
      text,
    );
  }
});

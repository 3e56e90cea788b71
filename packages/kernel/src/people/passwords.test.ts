import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommon } from './common-passwords.ts';
import { checkPassword, hashPassword, isReused, type PasswordOwner, verifyPassword } from './passwords.ts';
import { policyOf } from './policy.ts';

const owner: PasswordOwner = {
  name: 'Wang Xiaoli',
  email: 'xl.wang@mail.chuanwei.com.cn',
  phone: '+8613912345678',
  administrator: false,
};

test('common passwords are known by their pattern', () => {
  const common =
    `12345678 123456789 1234567890 87654321 11111111 00000000 12121212 123123123 abcabcabc abcd1234 a1b2c3d4
    1234abcd password Password1 P@ssw0rd passw0rd! pa$$word1 Passw0rd2024 qwertyui qwerty123 qwer1234 Qwer1234! 1qaz2wsx
    1qaz@WSX !QAZ2wsx 1q2w3e4r q1w2e3r4 1q2w3e4r5t zxcvbnm1 asdfghjk asdf1234 zaq12wsx qazwsxedc 147258369 admin123
    Admin@123 admin888 Admin@2024 administrator root1234 letmein1 iloveyou iloveyou2 dragon83 monkey12 sunshine1
    welcome1 Welcome@1 football test1234 Test@1234 abc123456 a123456789 aa123456 Aa123456 woaini1314 woaini520
    woaini123 wodemima woaizhongguo nihao123 zhangsan1 5201314520 19900101 13800138000 z19871112 huike123
    Huike@2026 hello123 superman loveyou1 Changeme1 66666666 88888888 a1111111`.split(/\s+/);
  const wrong = common.filter((password) => !isCommon(password));
  assert.deepEqual(wrong, []);
});

test('uncommon passwords pass', () => {
  const fine =
    `correct-horse-battery-staple Huike-Test-2026! kF7#mQ2p vexing-otter-41 Tq9zLw3x 蓝色的河马吃月亮 rG4-9dKe
    Sup3r-Secret-Pass admin-console-2026-chengdu mossy7Lantern x8Gd!vRw`.split(/\s+/);
  assert.deepEqual(
    fine.filter((password) => isCommon(password)),
    [],
  );
  assert.equal(isCommon('chuanwei9', ['chuanwei']), true);
  assert.equal(isCommon('chuanwei9'), false);
});

const cases: readonly [string, 'ordinary' | 'djbh3', boolean, string | null][] = [
  ['kF7#mQ2', 'ordinary', false, 'password.tooShort'],
  ['kF7#mQ2p', 'ordinary', false, null],
  ['vexing otter', 'ordinary', false, null],
  ['kF7#mQ2p'.repeat(32), 'ordinary', false, null],
  [`${'kF7#mQ2p'.repeat(32)}x`, 'ordinary', false, 'password.tooLong'],
  ['password1', 'ordinary', false, 'password.common'],
  ['xiaoli-9q', 'ordinary', false, 'password.personal'],
  ['xl.wang@mail.chuanwei.com.cn', 'ordinary', false, 'password.personal'],
  ['wangxiaoli', 'ordinary', false, 'password.personal'],
  ['13912345678', 'ordinary', false, 'password.personal'],
  ['Chuanwei@2026', 'ordinary', false, 'password.common'],
  ['chuanwei1', 'ordinary', false, 'password.common'],
  ['Wang-vexing-otter', 'ordinary', false, null],
  ['vexing otter', 'djbh3', false, 'password.classes'],
  ['vexing otter 41', 'djbh3', false, null],
  ['Vexing-otter', 'djbh3', false, null],
  ['kF7#mQ2p', 'djbh3', false, null],
  ['kF7#mQ2p', 'djbh3', true, 'password.tooShort'],
  ['kF7#mQ2pzR5t', 'djbh3', true, null],
  ['Aa123456', 'djbh3', false, 'password.common'],
  ['P@ssw0rd', 'djbh3', false, 'password.common'],
  ['Wang-vexing-otter-4', 'djbh3', false, 'password.personal'],
];

for (const [password, profile, administrator, expected] of cases) {
  test(`${profile}${administrator ? ' administrator' : ''}: ${password.slice(0, 30)} → ${expected ?? 'taken'}`, () => {
    const failure = checkPassword(password, policyOf(profile).password, { ...owner, administrator });
    assert.equal(failure?.code ?? null, expected);
  });
}

test('a Chinese name counts from two characters', () => {
  const named = { ...owner, name: '王小丽' };
  assert.equal(checkPassword('王小丽123ab', policyOf('ordinary').password, named)?.code, 'password.personal');
});

test('a hash is Argon2id, salted, and verifies its own password only', async () => {
  const [first, second] = await Promise.all([hashPassword('vexing otter'), hashPassword('vexing otter')]);
  assert.match(first, /^\$argon2id\$v=19\$m=65536,t=2,p=1\$/);
  assert.notEqual(first, second);
  assert.equal(await verifyPassword(first, 'vexing otter'), true);
  assert.equal(await verifyPassword(first, 'vexing ottes'), false);
  assert.equal(await verifyPassword(first, 'vexing otter '.normalize('NFKC')), false);
  assert.equal(await verifyPassword(null, 'vexing otter'), false);
  assert.equal(await isReused('vexing otter', [await hashPassword('another'), first]), true);
  assert.equal(await isReused('something new', [first]), false);
});

test('composed and decomposed letters are the same password', async () => {
  assert.equal(await verifyPassword(await hashPassword('Jos\u00e9 otter'), 'Jose\u0301 otter'), true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reasonOf, withoutSecrets } from './reason.ts';

test('what looks like a secret is not kept', () => {
  const cases = [
    ['password=s3cr3t rest', 'password=*** rest'],
    ['{"client_secret":"s3cr3t","a":1}', '{"client_secret":***,"a":1}'],
    ["appSecret: 's3cr3t'", 'appSecret: ***'],
    ['Authorization: Bearer s3cr3t', 'Authorization: ***'],
    ['bearer s3cr3t.abc', 'bearer ***'],
    ['GET https://oapi.dingtalk.com/robot/send?access_token=s3cr3t: 400', 'GET https://oapi.dingtalk.com/… 400'],
    ['https://open.feishu.cn/open-apis/bot/v2/hook/s3cr3t', 'https://open.feishu.cn/…'],
    ['postgres://huike:s3cr3t@db:5432/huike is away', 'postgres://db:5432/… is away'],
    ['X-Api-Key=s3cr3t&x=1', 'X-Api-Key=***&x=1'],
  ] as const;
  for (const [text, clean] of cases) assert.equal(withoutSecrets(text), clean);
});

test('a reason is never empty, never long, always text that PostgreSQL takes', () => {
  assert.equal(reasonOf(new Error('')), 'Error');
  assert.equal(reasonOf(undefined), 'failed without a reason');
  assert.equal(reasonOf('客户\0不存在'), '客户不存在');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      const reason = reasonOf(new Error(text));
      assert.ok(reason.length > 0 && reason.length <= 500 && reason.isWellFormed() && !reason.includes('\0'));
    }),
  );
});

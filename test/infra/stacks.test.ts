import { describe, expect, test } from 'vitest';
import { ofType, plain, STACKS, synthesise } from './synthesised.ts';

const resources = synthesise();

describe.each(STACKS)('%s', (stack) => {
  const own = resources.filter((each) => each.stack === stack && each.Type !== 'Parameter');

  test('has room for more: CloudFormation takes 500 resources', () => {
    expect(own.length).toBeGreaterThan(0);
    expect(own.length).toBeLessThanOrEqual(480);
  });

  test('takes only from stacks that are deployed before it', () => {
    const before = STACKS.slice(0, STACKS.indexOf(stack));
    const imports = [...JSON.stringify(own).matchAll(/"Fn::ImportValue":"(\w+):/g)].map((found) => found[1]);
    expect(imports.filter((name) => !before.some((each) => each === name))).toEqual([]);
  });
});

test('the control plane and the data know nothing of the stacks after them', () => {
  const earlier = resources.filter(
    ({ stack }) => stack === 'HoldfastData' || stack === 'HoldfastControlPlane',
  );
  expect(JSON.stringify(earlier)).not.toMatch(/HoldfastDeployments|HoldfastLedger/);
});

test('the routes of deployments and rollouts stand where their functions stand, at the one API', () => {
  const routes = ofType(resources, 'AWS::ApiGatewayV2::Route').filter(({ Properties }) =>
    /\/v1\/(?:deployments|rollouts)/.test(String(Properties.RouteKey)),
  );
  expect(routes).toHaveLength(11);
  const [api] = ofType(resources, 'AWS::ApiGatewayV2::Api');
  for (const { stack, Properties } of routes) {
    expect(stack).toBe('HoldfastDeployments');
    expect(String(plain(Properties.ApiId))).toContain(api?.logicalId);
  }
});

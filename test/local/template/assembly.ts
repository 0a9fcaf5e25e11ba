import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Template = Readonly<Record<string, unknown>>;

/** Writes a cloud assembly as `cdk synth` does: a manifest, a template and an asset manifest per stack. */
export function writeAssembly(
  stacks: Readonly<Record<string, Template>>,
  assets: readonly string[] = [],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-assembly-'));
  const artifacts: Record<string, unknown> = {
    Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
  };
  for (const [name, template] of Object.entries(stacks)) {
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: `${name}.template.json`, stackName: name },
    };
    artifacts[`${name}.assets`] = { type: 'cdk:asset-manifest', properties: { file: `${name}.assets.json` } };
    const files = assets.map((hash) => [
      hash,
      {
        source: { path: `asset.${hash}`, packaging: 'zip' },
        destinations: { here: { bucketName: 'assets', objectKey: `${hash}.zip` } },
      },
    ]);
    writeFileSync(join(folder, `${name}.template.json`), JSON.stringify(template));
    writeFileSync(join(folder, `${name}.assets.json`), JSON.stringify({ files: Object.fromEntries(files) }));
  }
  for (const hash of assets) mkdirSync(join(folder, `asset.${hash}`));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ version: '1', artifacts }));
  return folder;
}

/** The properties that a value resolves to when it stands in a stack with these other sections. */
export function stackWith(value: unknown, sections: Template = {}): Template {
  const { Resources = {}, ...rest } = sections;
  const probe = { Probe: { Type: 'Test::Probe', Properties: { value } } };
  return { ...rest, Resources: { ...(Resources as object), ...probe } };
}

// Run after `npm install` where the registry lacks the packages of other platforms: npm then leaves them out of the
// lockfile, and `npm ci` refuses the lockfile everywhere. This adds them by name, version, os and cpu; a machine of that
// platform fetches them, every other one skips them.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'openharmony',
  'openbsd',
  'netbsd',
  'sunos',
  'aix',
  'win32',
];
const CPU = {
  arm64: 'arm64',
  arm: 'arm',
  x64: 'x64',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
};

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
let added = 0;
for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const words = name.split(/[-/]/);
    const os = words.find((word) => OS.includes(word));
    const cpu = words.map((word) => CPU[word]).find(Boolean);
    if (lock.packages[path] !== undefined || os === undefined || cpu === undefined) continue;
    const musl = words.some((word) => word.startsWith('musl'));
    const libc = os === 'linux' ? { libc: [musl ? 'musl' : 'glibc'] } : {};
    lock.packages[path] = { version, cpu: [cpu], dev: true, ...libc, optional: true, os: [os] };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added to the lockfile\n`);

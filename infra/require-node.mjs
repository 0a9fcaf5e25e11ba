// Plain JavaScript on purpose: it must run on any Node to say which one is needed.
const major = Number(process.versions.node.split('.')[0]);
if (major < 22) {
  // biome-ignore lint/suspicious/noConsole: this is the message that a person on an older Node needs
  console.error(
    `Holdfast needs Node 22 or newer and found ${process.versions.node}. Run it through npm (npm ci installs Node 24 on Linux x64), or install Node 22+.`,
  );
  process.exit(1);
}

import { once, required } from './environment.ts';

/** What runs here, as it stands in every decision. */
export const software = once(() => ({
  version: required('SOFTWARE_VERSION'),
  configDigest: required('CONFIG_DIGEST'),
}));

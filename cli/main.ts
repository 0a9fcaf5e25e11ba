#!/usr/bin/env node
import { holdfast } from './holdfast.ts';

// Who reads on no longer (`| head`) has what they wanted: that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});
process.exitCode = await holdfast(process.argv.slice(2));

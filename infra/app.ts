import { bundleFunctions } from './bundle.ts';
import { buildApp } from './holdfast.ts';

await bundleFunctions();
buildApp().synth();

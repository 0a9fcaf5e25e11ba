import { bundleFunctions } from './bundle.ts';
import { buildWitnessApp } from './holdfast.ts';

await bundleFunctions();
buildWitnessApp().synth();

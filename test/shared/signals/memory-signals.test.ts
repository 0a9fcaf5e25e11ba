import { memorySignals } from './memory-signals.ts';
import { signalStoreContract } from './signals-contract.ts';

const store = memorySignals();

signalStoreContract(() => store);

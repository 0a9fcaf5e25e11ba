import { memoryCheckpoints, memoryFiles } from './memory-publishing.ts';
import { checkpointsContract, ledgerFilesContract } from './publishing-contract.ts';

checkpointsContract('in memory', memoryCheckpoints);
ledgerFilesContract('in memory', memoryFiles);

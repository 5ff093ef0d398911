import { localSettings } from './settings.ts';
import { runStartCommand } from './start-command.ts';

await runStartCommand(() => localSettings(process.env));

import 'reflect-metadata';
import { Logger } from '@nestjs/common';

// Tests that look at the log give a logger of their own; the others only tell what failed, unless somebody debugs them.
Logger.overrideLogger(process.env['HEYCAT_TEST_LOG'] === undefined ? false : ['warn', 'error']);

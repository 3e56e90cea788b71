// Which process is meant, even after its pid was given to another one.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The pid and when it started (opaque), as `pid-start`; letters, digits, `-` and `.` only. */
export type ProcessId = string;

/** The identity of a running process; undefined when there is none (a zombie is none). */
export function processId(pid: number): ProcessId | undefined {
  const start = process.platform === 'linux' ? linuxStart(pid) : psStart(pid);
  return start && `${pid}-${start}`;
}

/** Whether that very process still runs. */
export function isRunning(id: ProcessId): boolean {
  const pid = Number.parseInt(id, 10);
  return pid > 0 && processId(pid) === id;
}

let bootId: string | undefined;

function linuxStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold blanks and brackets: fields are counted from its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return `${bootId}.${fields[19]}`;
  } catch {
    return undefined;
  }
}

function psStart(pid: number): string | undefined {
  try {
    const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env, encoding: 'utf8' }).trim();
    const [state, ...start] = line.split(/\s+/);
    return state?.startsWith('Z') ? undefined : start.join('.').replace(/[^A-Za-z0-9.]/g, '.');
  } catch {
    return undefined;
  }
}

/** The pid's command line for telling what it is; '' when unknown. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

// Named places where a fault test kills the process: HUIKE_FAIL_POINT=name:n dies at the nth pass of that place.

const [armed, pass] = (process.env.HUIKE_FAIL_POINT ?? '').split(':');
let passes = 0;

function dieAt(name: string): void {
  if (name === armed && ++passes === Number(pass)) process.kill(process.pid, 'SIGKILL');
}

/** Marks a place between two steps that must hold together; does nothing unless a test armed it. */
export const failPoint: (name: string) => void = armed ? dieAt : () => {};

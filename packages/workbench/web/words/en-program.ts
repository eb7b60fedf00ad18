/** What is said of programs that are watched. */
export const enProgram = {
  program: 'Program',
  process: 'Process',
  needsAllowRun:
    'Programs are run and processes watched only where the workbench was started with --allow-run.',
  programCommand: 'Command',
  programFolder: 'Folder',
  programHttp2: 'Show the frames of HTTP/2, which changes a little of how it behaves',
  programRuns:
    'It is run on the machine of the workbench, without a shell. Stopping the session ends it and its children.',
  processNumber: 'Process number',
  processWarning:
    'The process is sent SIGUSR1. Node.js then opens its debug port for about 50 ms, and any user of that machine (for a port on another address: anyone who reaches it) can run code in the process for that moment. If the program handles SIGUSR1 itself, its handler runs instead, and it is not watched.',
  processSure: 'Send it the signal',
  cannotSendProgram:
    'A program that is watched speaks for itself. Start a client to send yourself.',
  cannotActProgram:
    'The program holds this connection itself. Put a proxy in front of it to pause, close or reset.',
  removeEndsProgram: 'The program is ended, with its children.',
  removeLeavesProcess: 'The process goes on, and is watched no more.',
  guessed: 'By its first bytes',
}
